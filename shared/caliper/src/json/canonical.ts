import canonicalize from 'canonicalize';
import { isObject } from './values.ts';

/**
 * RFC 8785 text of a JSON value, by the `canonicalize` library. The library refuses lone surrogates, which JSON texts do
 * carry: those take a form of the same order with the surrogates escaped. Never throws.
 */
export function canonicalJson(value: unknown): string {
  try {
    return canonicalize(value) ?? 'null';
  } catch {
    return canonicalForm(value);
  }
}

interface Frame {
  readonly keys: readonly string[] | null;
  readonly container: object;
  index: number;
}

/** The same order as RFC 8785, written by well-formed JSON.stringify. Iterative: depth is the sender's choice. */
function canonicalForm(root: unknown): string {
  if (typeof root !== 'object' || root === null) return JSON.stringify(root) ?? 'null';
  const parts: string[] = [];
  const stack: Frame[] = [];
  const open = (container: object): void => {
    const keys = isObject(container) ? Object.keys(container).sort() : null;
    parts.push(keys === null ? '[' : '{');
    stack.push({ keys, container, index: 0 });
  };
  open(root);
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const { keys, container, index } = frame;
    const length = keys === null ? (container as readonly unknown[]).length : keys.length;
    if (index >= length) {
      parts.push(keys === null ? ']' : '}');
      stack.pop();
      continue;
    }
    frame.index = index + 1;
    if (index > 0) parts.push(',');
    const key = keys?.[index];
    if (key !== undefined) parts.push(JSON.stringify(key), ':');
    const child: unknown = (container as Record<string | number, unknown>)[key ?? index];
    if (typeof child === 'object' && child !== null) open(child);
    else parts.push(JSON.stringify(child) ?? 'null');
  }
  return parts.join('');
}
