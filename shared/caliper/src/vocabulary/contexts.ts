import { boundedCache } from '../json/bounded-cache.ts';

/** The context IRIs of the versions and extensions that are read (caliper.md a, a.1): what GET answers (1.2, "endpoint configuration"). */
export const CALIPER_VERSIONS: readonly string[] = [
  'http://purl.imsglobal.org/ctx/caliper/v1/Context',
  'http://purl.imsglobal.org/ctx/caliper/v1p1',
  'http://purl.imsglobal.org/ctx/caliper/v1p1/FeedbackProfile-extension',
  'http://purl.imsglobal.org/ctx/caliper/v1p1/ResourceManagementProfile-extension',
  'http://purl.imsglobal.org/ctx/caliper/v1p1/SearchProfile-extension',
  'http://purl.imsglobal.org/ctx/caliper/v1p1/SurveyProfile-extension',
  'http://purl.imsglobal.org/ctx/caliper/v1p1/ToolLaunchProfile-extension',
  'http://purl.imsglobal.org/ctx/caliper/v1p1/ToolUseProfile-extension',
  'http://purl.imsglobal.org/ctx/caliper/v1p2',
  'http://purl.imsglobal.org/ctx/caliper/v1p2/LibraryProfile-extension',
];

/** What a context IRI says. `version` '' = it is none of 1EdTech's, so it says nothing (a vendor's v1 is not Caliper 1.0). */
export interface ContextMeaning {
  readonly version: string;
  readonly known: boolean;
}

const NOTHING: ContextMeaning = { version: '', known: false };
const KNOWN: ReadonlySet<string> = new Set(CALIPER_VERSIONS.map((iri) => iri.slice('http:'.length).toLowerCase()));
const CALIPER_CONTEXT = /^\/\/purl\.imsglobal\.org\/ctx\/caliper\/v(\d+)(?:p(\d+))?(?:\/|$)/;

/** Scheme, case and a trailing slash do not matter: the specification's own prose varies them. */
export const contextMeaning: (iri: string) => ContextMeaning = boundedCache((iri) => {
  const bare = iri
    .trim()
    .toLowerCase()
    .replace(/^https?:/, '')
    .replace(/[/#]+$/, '');
  const match = CALIPER_CONTEXT.exec(bare);
  if (match === null) return NOTHING;
  return { version: `${match[1]}.${match[2] ?? '0'}`, known: KNOWN.has(bare) };
}, 512);

/** Does it look like a Caliper version at all, if perhaps not one we know? Anything else is a 422 (semantics.md, "Verdict"). */
export function looksLikeCaliper(dataVersion: string): boolean {
  return contextMeaning(dataVersion).version !== '' || /^(caliper[/ ]?)?v?1([p.]\d+)?$/i.test(dataVersion.trim());
}
