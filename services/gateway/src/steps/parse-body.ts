import { parseJson } from '@caliper-pipeline/caliper';
import { deadLetter, ok, type Result } from '@caliper-pipeline/pipeline';
import { isNestedDeeperThan } from '../domain/json-depth.ts';
import type { ReceivedBody } from '../domain/received-body.ts';

export interface ParsedBody {
  readonly body: ReceivedBody;
  readonly value: unknown;
}

/** Bytes → JSON value. The depth is bounded before the text is parsed. Invalid UTF-8 is refused, not replaced: nothing is silently changed. */
export function parseBody({ maxDepth }: { maxDepth: number }) {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  return function parseBody(body: ReceivedBody): Result<ParsedBody> {
    if (isNestedDeeperThan(body.bytes, maxDepth)) return deadLetter('nesting_too_deep', `more than ${maxDepth} levels`);
    let text: string;
    try {
      text = utf8.decode(body.bytes);
    } catch {
      return deadLetter('not_json', 'the body is not valid UTF-8');
    }
    const parsed = parseJson(text);
    return parsed.ok ? ok({ body, value: parsed.value }) : deadLetter('not_json', parsed.detail);
  };
}
