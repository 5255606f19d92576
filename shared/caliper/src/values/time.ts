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
    const ms = usualMs(value);
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

let lastDay = '';
let lastDayMs = Number.NaN;

/** Events of one minute lie on one day: its date is parsed once, and `Date.parse` costs more than all the rest of a time. */
function usualMs(text: string): number {
  if (!text.startsWith(lastDay) || lastDay === '') {
    lastDay = text.slice(0, DAY_CHARACTERS);
    // The whole spelling: of a date alone V8 guesses, and reads 0001-01-00 as a day in 2000.
    lastDayMs = Date.parse(`${lastDay}T00:00:00.000Z`);
  }
  const hours = twoDigits(text, 11);
  const minutes = twoDigits(text, 14);
  const seconds = twoDigits(text, 17);
  // 24:00:00 is a time of ISO 8601, and 12:61:00 is none: the engine knows.
  if (hours > 23 || minutes > 59 || seconds > 59) return Date.parse(text);
  const milliseconds = twoDigits(text, 20) * 10 + (text.charCodeAt(22) - ZERO);
  return lastDayMs + ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
}

const DAY_CHARACTERS = 'YYYY-MM-DD'.length;
const ZERO = 0x30;
const twoDigits = (text: string, at: number): number =>
  (text.charCodeAt(at) - ZERO) * 10 + (text.charCodeAt(at + 1) - ZERO);

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
