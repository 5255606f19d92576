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
    if (inflated.kind === 'ok') return ok({ body, text: inflated.bytes });
    const { reason, detail } = whyNotInflated(inflated);
    return deadLetter(reason, detail);
  };
}

/** What is said of a body whose encoding cannot be undone. */
export function whyNotInflated(inflated: Exclude<Inflated, { kind: 'ok' }>): {
  readonly reason: string;
  readonly detail: string;
} {
  switch (inflated.kind) {
    case 'unknown_encoding':
      return { reason: 'unsupported_media_type', detail: 'unknown Content-Encoding' };
    case 'broken':
      return { reason: 'bad_encoding', detail: '' };
    case 'too_large':
      return { reason: 'body_too_large', detail: `more than ${inflated.mostBytes} bytes after inflation` };
  }
}
