import { expect, test } from 'vitest';
import { namedSession, sessionEligibilityFlags } from './session.ts';

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
test.each([
  [now, []],
  [now - 47 * 3_600_000, []],
  [now - 47 * 3_600_000 - 1, ['late_for_session']],
  [now + 600_000, []],
  [now + 600_001, ['future']],
])('an event at %d, received at noon, is flagged %j', (event_time, flags) => {
  expect(sessionEligibilityFlags({ event_time, received_at: now })).toEqual(flags);
});
