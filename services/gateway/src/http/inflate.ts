import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';

export type Inflated =
  | { readonly kind: 'ok'; readonly bytes: Buffer }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'broken' }
  | { readonly kind: 'unknown_encoding' };

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
} as const;

/** Undoes a Content-Encoding. zlib stops by itself at the bound, so a bomb costs no more memory than an honest body. */
export async function inflateBody(
  bytes: Buffer,
  encoding: string | undefined,
  maxInflatedBytes: number,
): Promise<Inflated> {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return { kind: 'ok', bytes };
  if (!Object.hasOwn(decoders, name)) return { kind: 'unknown_encoding' };
  try {
    const inflated = await decoders[name as keyof typeof decoders](bytes, { maxOutputLength: maxInflatedBytes });
    return { kind: 'ok', bytes: inflated };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    return { kind: code === 'ERR_BUFFER_TOO_LARGE' ? 'too_large' : 'broken' };
  }
}
