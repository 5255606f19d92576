import { constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

export type Inflated =
  | { readonly kind: 'ok'; readonly bytes: Buffer }
  | { readonly kind: 'too_large'; readonly mostBytes: number }
  | { readonly kind: 'broken' }
  | { readonly kind: 'unknown_encoding' };

export interface InflateBounds {
  readonly maxInflatedBytes: number;
  /** Inflated bytes for each byte sent. Caliper gains 7 to 23 times; a bomb 1000. */
  readonly maxInflateRatio: number;
}

/** A small body may inflate to this whatever its ratio: a few repeated events are no bomb. */
const ALWAYS_ALLOWED_BYTES = 64 * 1024;

type Decoder = typeof gunzipSync;

/** `deflate` is the zlib format (RFC 9110, 8.4.1.2), and raw from some senders: the first two bytes tell. */
function decoderOf(encoding: string, bytes: Buffer): Decoder | null {
  if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipSync;
  if (encoding !== 'deflate') return null;
  const first = bytes[0] ?? 0;
  const isZlib = (first & 0x0f) === 8 && ((first << 8) | (bytes[1] ?? 0)) % 31 === 0;
  return isZlib ? inflateSync : inflateRawSync;
}

const nameOf = (encoding: string) => encoding.trim().toLowerCase();

/** Undoes a Content-Encoding. zlib stops by itself at the bound, so a bomb costs no more than an honest body of that size. */
export function inflate(
  bytes: Buffer,
  encoding: string,
  { maxInflatedBytes, maxInflateRatio }: InflateBounds,
): Inflated {
  const name = nameOf(encoding);
  if (name === '' || name === 'identity') return { kind: 'ok', bytes };
  const decoder = decoderOf(name, bytes);
  if (decoder === null) return { kind: 'unknown_encoding' };
  const mostBytes = Math.min(maxInflatedBytes, Math.max(ALWAYS_ALLOWED_BYTES, bytes.length * maxInflateRatio));
  try {
    return { kind: 'ok', bytes: decoder(bytes, { maxOutputLength: mostBytes }) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    return code === 'ERR_BUFFER_TOO_LARGE' ? { kind: 'too_large', mostBytes } : { kind: 'broken' };
  }
}

/** DEFLATE never gains more than this. */
const GREATEST_RATIO = 1032;

/**
 * As much of a body as can be inflated within `mostBytes`, to be looked at: of one that is broken, or that is too large.
 * zlib gives nothing of what it had when it fails, so ever larger beginnings are tried.
 */
export function inflatedBeginning(bytes: Buffer, encoding: string, mostBytes: number): Buffer {
  const name = nameOf(encoding);
  const decoder = decoderOf(name, bytes);
  if (decoder === null) return bytes.subarray(0, mostBytes);
  let best = Buffer.alloc(0);
  for (let length = Math.ceil(mostBytes / GREATEST_RATIO); ; length *= 2) {
    try {
      best = decoder(bytes.subarray(0, length), {
        maxOutputLength: mostBytes,
        finishFlush: constants.Z_SYNC_FLUSH,
      });
    } catch {
      return best;
    }
    if (length >= bytes.length) return best;
  }
}
