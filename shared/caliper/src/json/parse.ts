import type { ParseResult } from '../types.ts';
import { mayHoldDoubtfulNumber } from './doubtful-numbers.ts';

const BYTE_ORDER_MARK = 0xfeff;

const INTEGER = /^-?\d+$/;

interface SourceText {
  readonly source?: string;
}

function keepDigits(_key: string, value: unknown, context: SourceText): unknown {
  if (typeof value !== 'number') return value;
  const source = context.source;
  if (source === undefined) return value;
  if (!Number.isFinite(value)) return source;
  return Number.isSafeInteger(value) || !INTEGER.test(source) ? value : source;
}

/** `JSON.parse` with the reviver's third argument (ES2025 source text access), which the ES2024 library lacks. */
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: SourceText) => unknown,
) => unknown;

/**
 * JSON text to value. Integers beyond 2^53 and numbers beyond the range of a double become strings with their digits as
 * sent (caliper.md d: Canvas ids), a byte order mark is skipped, of duplicate keys the last wins. Never throws.
 */
export function parseJson(text: string): ParseResult {
  const body = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  try {
    return { ok: true, value: mayHoldDoubtfulNumber(body) ? parseWithSource(body, keepDigits) : JSON.parse(body) };
  } catch (error) {
    return { ok: false, detail: whereItFailed(error) };
  }
}

/** V8's message quotes the text around the error: only its position is kept, since bodies hold secrets. */
function whereItFailed(error: unknown): string {
  const position = error instanceof Error ? /position \d+|line \d+ column \d+/.exec(error.message)?.[0] : undefined;
  return position === undefined ? 'not valid JSON' : `not valid JSON at ${position}`;
}
