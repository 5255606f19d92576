import type { AcceptedEvent } from '@caliper-pipeline/contracts';
import { dayOf } from './log.ts';

/** Day and offset of an event in the tenant's time zone, as the platform's calendar has it; nothing of either outside 2000 to 2100. */
export function localTimeOf(
  { event_time, event_date }: Pick<AcceptedEvent, 'event_time' | 'event_date'>,
  timeZone: string,
): { readonly local_date: number; readonly utc_offset_minutes: number } {
  if (event_date === 0) return { local_date: 0, utc_offset_minutes: 0 };
  const wallMs = wallClockMs(event_time, timeZone);
  const offset = Math.round((wallMs - Math.floor(event_time / 1000) * 1000) / 60_000);
  return { local_date: dayOf(wallMs), utc_offset_minutes: offset };
}

/** What the clock on the wall shows, read as if it were UTC. */
function wallClockMs(timeMs: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = new Map(format.formatToParts(timeMs).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}
