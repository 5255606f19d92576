import { expect, test } from 'vitest';
import { localTime, zoneOffsets } from './local-time.ts';

const dayOf = (date: string) => Date.parse(`${date}T00:00:00Z`) / 86_400_000;
const at = (time: string, zone: string) => {
  const ms = Date.parse(time);
  return localTime(ms, Math.floor(ms / 86_400_000), zoneOffsets(zone));
};

test.each([
  ['2026-07-01T23:30:00Z', 'Europe/Amsterdam', '2026-07-02', 120],
  ['2026-01-01T22:59:59Z', 'Europe/Amsterdam', '2026-01-01', 60],
  ['2026-03-29T00:59:59Z', 'Europe/Amsterdam', '2026-03-29', 60],
  ['2026-03-29T01:00:00Z', 'Europe/Amsterdam', '2026-03-29', 120],
  ['2026-07-01T02:00:00Z', 'America/Los_Angeles', '2026-06-30', -420],
  ['2026-07-01T18:30:00Z', 'Asia/Kolkata', '2026-07-02', 330],
  ['2026-07-01T12:00:00Z', 'UTC', '2026-07-01', 0],
])('%s in %s is %s at %d minutes', (time, zone, date, minutes) => {
  expect(at(time, zone)).toEqual({ local_date: dayOf(date), utc_offset_minutes: minutes });
});

test('outside the bounds of event_date there is no local day either', () => {
  expect(localTime(Date.parse('1990-01-01T00:00:00Z'), 0, zoneOffsets('UTC'))).toEqual({
    local_date: 0,
    utc_offset_minutes: 0,
  });
});
