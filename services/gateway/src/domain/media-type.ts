/** `application/json`, or a type that is JSON by its suffix, in UTF-8 (RFC 8259 knows no other), whatever the spelling. */
const JSON_TYPE = /^\s*application\/(?:json|[\w.!#$&^-]+\+json)\s*(?:;(.*))?$/i;
const CHARSET = /charset\s*=\s*"?([^";\s]+)"?/i;

export function isJson(contentType: string): boolean {
  // What nearly every sender writes, without a regular expression.
  if (contentType === 'application/json') return true;
  const match = JSON_TYPE.exec(contentType);
  if (match === null) return false;
  const charset = CHARSET.exec(match[1] ?? '')?.[1]?.toLowerCase();
  return charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii';
}
