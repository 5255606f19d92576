import { deadLetter, ok, type Result } from '@caliper-pipeline/pipeline';
import { type InflateBounds, type Inflated, inflate } from '../domain/inflate.ts';
import type { ReceivedBody } from '../domain/received-body.ts';

export interface InflatedBody {
  readonly body: ReceivedBody;
  readonly text: Buffer;
}

/** Content-Encoding undone, within bounds. */
export function inflateBody(bounds: InflateBounds) {
  return function inflateBody(body: ReceivedBody): Result<InflatedBody> {
    const inflated = inflate(body.bytes, body.encoding, bounds);
    return inflated.kind === 'ok' ? ok({ body, text: inflated.bytes }) : notInflated(inflated);
  };
}

/** What is said of a body whose encoding cannot be undone. */
export function notInflated(inflated: Exclude<Inflated, { kind: 'ok' }>) {
  switch (inflated.kind) {
    case 'unknown_encoding':
      return deadLetter('unsupported_media_type', 'unknown Content-Encoding');
    case 'broken':
      return deadLetter('bad_encoding', '');
    case 'too_large':
      return deadLetter('body_too_large', `more than ${inflated.mostBytes} bytes after inflation`);
  }
}
