const USUAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const ISO =
  /^([+-]\d{6}|\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

export interface ParsedTime {
  readonly ms: number;
  /** Spelled as the specification demands: UTC with milliseconds and a `Z`. */
  readonly usual: boolean;
}

/** Any ISO 8601 time, as epoch milliseconds; without an offset it is taken as UTC. null = unreadable. Nothing is clamped. */
export function parseTime(value: unknown): ParsedTime | null {
  if (typeof value !== 'string') return null;
  if (USUAL.test(value)) {
    const ms = Date.parse(value);
    return Number.isNaN(ms) ? null : { ms, usual: true };
  }
  const match = ISO.exec(value.trim());
  if (match === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const ms = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}${zoneOf(zone)}`,
  );
  return Number.isNaN(ms) ? null : { ms, usual: false };
}

function zoneOf(zone: string): string {
  if (zone === 'Z' || zone === 'z') return 'Z';
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** Epoch milliseconds, or null. */
export function timeMs(value: unknown): number | null {
  return parseTime(value)?.ms ?? null;
}

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2000, 0, 1) / DAY_MS;
const LAST_DAY = Date.UTC(2100, 0, 1) / DAY_MS;

/** UTC day as days since 1970; 0 outside 2000-01-01 to 2100-01-01 (warehouse.md, "Exact by identity"). */
export function eventDate(ms: number): number {
  const day = Math.floor(ms / DAY_MS);
  return day >= FIRST_DAY && day < LAST_DAY ? day : 0;
}

export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);
