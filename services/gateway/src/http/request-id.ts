import { randomUUID } from 'node:crypto';

const WELL_FORMED = /^[\w.:/+=-]{1,128}$/;

/** The sender's own X-Request-Id where it is harmless in logs and headers, else a new one. It travels to the row. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && WELL_FORMED.test(header) ? header : randomUUID();
}
