import packageJson from '../package.json' with { type: 'json' };

/** The release of the whole product: all packages carry one version. It is in dead letters and headers. */
export const SERVICE_VERSION: string = packageJson.version;
