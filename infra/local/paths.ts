import { fileURLToPath } from 'node:url';

/** The root of the checkout, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What is fetched once; git-ignored, safe to delete. */
export const CACHE = `${ROOT}.cache/`;
export const KAFKA_JARS = `${CACHE}jvm/kafka`;
export const REGISTRY_HOME = `${CACHE}jvm/apicurio`;
