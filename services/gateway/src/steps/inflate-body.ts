import { deadLetter, ok, type Result } from '@caliper-pipeline/pipeline';
import { type InflateBounds, inflate } from '../domain/inflate.ts';
import type { ReceivedBody } from '../domain/received-body.ts';

export interface InflatedBody {
  readonly body: ReceivedBody;
  readonly text: Buffer;
}

/** Content-Encoding undone, within bounds. */
export function inflateBody(bounds: InflateBounds) {
  return function inflateBody(body: ReceivedBody): Result<InflatedBody> {
    const inflated = inflate(body.bytes, body.encoding, bounds);
    switch (inflated.kind) {
      case 'ok':
        return ok({ body, text: inflated.bytes });
      case 'unknown_encoding':
        return deadLetter('unsupported_media_type', 'unknown Content-Encoding');
      case 'broken':
        return deadLetter('bad_encoding', '');
      case 'too_large':
        return deadLetter('body_too_large', `more than ${inflated.mostBytes} bytes after inflation`);
    }
  };
}
