const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `[` and `{` differ in this bit alone, and so do their closing ones; no other byte of JSON outside strings becomes them. */
const CURLY_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Whether JSON text nests deeper than `most`, found before it is parsed: recursion over a parsed value of 100,000 levels
 * would end the process. Works on any bytes; strings are skipped, in a loop of their own, since nearly all of a body is in
 * strings (2.0 instead of 7.1 us for an event of 1.6 KB).
 */
export function isNestedDeeperThan(text: Uint8Array, most: number): boolean {
  const { length } = text;
  let depth = 0;
  for (let at = 0; at < length; at += 1) {
    const byte = text[at]!;
    if (byte === QUOTE) at = endOfString(text, at + 1);
    else if ((byte | CURLY_BIT) === OPEN) {
      depth += 1;
      if (depth > most) return true;
    } else if ((byte | CURLY_BIT) === CLOSE) depth -= 1;
  }
  return false;
}

/** Where the closing quote stands, or behind the text. */
function endOfString(text: Uint8Array, start: number): number {
  let at = start;
  for (let byte = text[at]; byte !== undefined && byte !== QUOTE; byte = text[at]) at += byte === BACKSLASH ? 2 : 1;
  return at;
}
