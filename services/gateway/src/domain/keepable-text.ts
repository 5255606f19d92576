import { parseJson, type RedactionRules, redactText, redactValue } from '@caliper-pipeline/caliper';
import { MAX_PAYLOAD_BYTES } from '@caliper-pipeline/contracts';
import { inflatedBeginning } from './inflate.ts';
import { isNestedDeeperThan } from './json-depth.ts';

/** header.payload.signature, each base64url; the last may have been cut off. */
const COMPACT_JWS = /^\s*"?[\w-]+\.([\w-]+)(?:\.[\w-]*)?"?\s*$/;
/** Letters, digits and other plain characters that JSON lets anyone write as an escape; not quotes and backslashes. */
const ESCAPED_ASCII = /\\u00(2[013-9a-f]|3[0-9a-f]|4[0-9a-f]|5[0-9abdef]|6[0-9a-f]|7[0-9a-e])/gi;
/** Redaction recurses over a parsed value. */
const MOST_DEPTH = 100;

/**
 * A refused body as text without secrets, at most `MAX_PAYLOAD_BYTES` of it. Redaction goes by the names of fields, so
 * they must be readable first: what is compressed is inflated, of a signed body the payload is decoded, the zero bytes of
 * UTF-16 go, characters that were escaped for no reason are written plainly. Work is bounded, whatever was sent.
 */
export function keepableText(
  { bytes, encoding }: { readonly bytes: Buffer; readonly encoding: string },
  rules: RedactionRules,
): { readonly text: string; readonly isCut: boolean } {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const readable = inflatedBeginning(bytes, isGzip ? 'gzip' : encoding, MAX_PAYLOAD_BYTES);
  const text = payloadOf(readable.toString('utf8').replaceAll('\0', '')).replace(ESCAPED_ASCII, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return { text: redactText(withoutSecretValues(text, rules), rules), isCut: readable.length >= MAX_PAYLOAD_BYTES };
}

function payloadOf(text: string): string {
  const payload = COMPACT_JWS.exec(text)?.[1];
  return payload === undefined ? text : Buffer.from(payload, 'base64url').toString('utf8').replaceAll('\0', '');
}

/** The same text, unless it is JSON in which values are secret: patterns over text see less than the parsed document. */
function withoutSecretValues(text: string, rules: RedactionRules): string {
  if (isNestedDeeperThan(Buffer.from(text), MOST_DEPTH)) return text;
  const parsed = parseJson(text);
  if (!parsed.ok) return text;
  const redacted = redactValue(parsed.value, rules);
  return redacted === parsed.value ? text : JSON.stringify(redacted);
}
