import { expect, test } from 'vitest';
import { namedSession, sessionEligibility } from './session-eligibility.ts';

test.each([
  ['r', 'f', 'r', 'reported'],
  ['r', '', 'r', 'reported'],
  ['', 'f', 'f', 'federated'],
  ['', '', '', 'none'],
])('session %j, federated %j → %j, %s', (reported, federated, id, kind) => {
  expect(namedSession({ reported_session_id: reported, federated_session_id: federated })).toEqual({
    session_id: id,
    session_kind: kind,
  });
});

const now = Date.UTC(2026, 10, 24, 12);
const HOUR = 3_600_000;
test.each([
  [now, now, []],
  [now - 47 * HOUR, now, []],
  [now - 47 * HOUR - 1, now, ['late_for_session']],
  [now + 600_000, now, []],
  [now + 600_001, now, ['future']],
  [now, now + HOUR, []],
  [now, now + HOUR + 1, ['late_for_session']],
  [now + 600_001, now + HOUR + 1, ['future']],
])('an event at %d, received at noon, at stream time %d, is flagged %j', (event_time, streamTime, flags) => {
  const eligibility = sessionEligibility({ event_time, received_at: now }, streamTime);
  expect(eligibility).toEqual({ isEligible: flags.length === 0, flags });
});
