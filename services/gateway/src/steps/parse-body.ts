import { parseJson } from '@caliper-pipeline/caliper';
import { deadLetter, ok, type Result } from '@caliper-pipeline/pipeline';
import { isNestedDeeperThan } from '../domain/json-depth.ts';
import type { ReceivedBody } from '../domain/received-body.ts';
import type { InflatedBody } from './inflate-body.ts';

export interface ParsedBody {
  readonly body: ReceivedBody;
  readonly value: unknown;
}

/** Bytes → JSON value. The depth is bounded before the text is parsed. Invalid UTF-8 is refused, not replaced: nothing is silently changed. */
export function parseBody({ maxDepth }: { readonly maxDepth: number }) {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  return function parseBody({ body, text: bytes }: InflatedBody): Result<ParsedBody> {
    if (isNestedDeeperThan(bytes, maxDepth)) return deadLetter('nesting_too_deep', `more than ${maxDepth} levels`);
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      return deadLetter('not_json', 'the body is not valid UTF-8');
    }
    const parsed = parseJson(text);
    return parsed.ok ? ok({ body, value: parsed.value }) : deadLetter('not_json', parsed.detail);
  };
}
