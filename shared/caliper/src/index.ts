export { readEnvelopes } from './envelope/read-envelopes.ts';
export { interpret } from './interpret.ts';
export { canonicalJson } from './json/canonical.ts';
export { parseJson } from './json/parse.ts';
export { redactValue } from './redaction/redact.ts';
export { redactText } from './redaction/redact-text.ts';
export { defaultRedactionRules } from './redaction/rules.ts';
export * from './types.ts';
export { CALIPER_VERSIONS } from './vocabulary/contexts.ts';
