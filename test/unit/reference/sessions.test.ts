import { expect, test } from 'vitest';
import { figuresOf, type LogRecord, referenceOf } from '../../support/reference/index.ts';
import { ANNA, act, BEN, DAY, HOUR, inputOf, logOf, MINUTE, NOON, record, resultOf, SECOND } from './cases.ts';

const at = (minutes: number, fields = {}) => act({ atMs: NOON + minutes * MINUTE, ...fields });
/** Minutes after noon of the events of each inferred session. */
const inferred = (...records: LogRecord[]) =>
  resultOf(logOf(...records))
    .inferredSessions.map(({ deliveries }) => deliveries.map(({ event }) => (event.event_time - NOON) / MINUTE))
    .sort((a, b) => a[0]! - b[0]!);

test('30:00 of silence join, 30:00.001 split', () => {
  expect(inferred(record(at(0)), record(at(30)), record(at(60)))).toEqual([[0, 30, 60]]);
  expect(inferred(record(at(0)), record(at(30 + 1 / 60_000)))).toEqual([[0], [30 + 1 / 60_000]]);
});

test('a late event bridges two sessions, whatever the order of arrival', () => {
  const late = record(at(25), { delayMs: HOUR });
  expect(inferred(record(at(0)), record(at(50)), late)).toEqual([[0, 25, 50]]);
});

test('each application has sessions of its own, and so has each learner, tenant and gap of the tenant', () => {
  const south = { tenant: 'south' };
  expect(
    inferred(
      record(at(0)),
      record(at(1, { edAppId: 'https://app' })),
      record(at(2, { actorId: BEN })),
      record(at(3, south)),
      record(at(18, south)),
      record(at(34, south)),
    ),
  ).toEqual([[0], [1], [2], [3, 18], [34]]);
});

test('only eligible acts of the learner that name no session', () => {
  const noSession = [
    at(1, { reportedSessionId: 's' }),
    at(2, { federatedSessionId: 's' }),
    at(3, { isLearnerActivity: false }),
    at(4, { learnerId: '', actorId: '' }),
  ];
  expect(inferred(...noSession.map((one) => record(one)))).toEqual([]);
});

test('eligible is what came at most 47 h after and 10 min before its time', () => {
  const log = [-10 * MINUTE - 1, -10 * MINUTE, 47 * HOUR, 47 * HOUR + 1].map((delayMs, index) =>
    record(at(index), { delayMs }),
  );
  const { rows } = resultOf(logOf(...log));
  expect(rows.map(({ flags, session_kind }) => [flags, session_kind])).toEqual([
    [['future'], 'none'],
    [[], 'inferred'],
    [[], 'inferred'],
    [['late_for_session'], 'none'],
  ]);
});

test('a record over an hour behind stream time counts in no session; it keeps the session that it names', () => {
  const named = at(0, { reportedSessionId: 'https://s/1' });
  const log = logOf(record(at(61)), record(at(0)), record(named), record(at(1)));
  const { rows, namedSessions } = resultOf(log);
  expect(rows.map(({ session_id, session_kind, flags }) => [session_id, session_kind, flags])).toEqual([
    ['(inferred)', 'inferred', []],
    ['', 'none', ['late_for_session']],
    ['https://s/1', 'reported', ['late_for_session']],
    ['(inferred)', 'inferred', []],
  ]);
  expect(namedSessions).toEqual([]);
});

test('a row holds one UTC day of one session in one partition', () => {
  const session = { reportedSessionId: 'https://s/1', edAppId: 'https://app' };
  const midnight = 12 * 60;
  const log = logOf(
    record(at(midnight - 6, { ...session, startedAt: NOON })),
    record(at(midnight - 1, session)),
    record(at(midnight + 4, { ...session, startedAt: NOON + 5 })),
    record(at(midnight + 4 + 5 + 1 / 60_000, session)),
    record(
      at(midnight + 10, {
        ...session,
        actorId: BEN,
        marker: 'end',
        endReason: 'logged_out',
        endedAt: NOON + 13 * HOUR,
      }),
    ),
    record(at(midnight + 2, session), { partition: 1 }),
  );
  const [{ rows, kind } = { rows: [], kind: '' }] = resultOf(log).namedSessions;
  const run = (from: number, to: number, events: number) => ({
    started_at: NOON + from * MINUTE,
    ended_at: NOON + to * MINUTE,
    events,
  });
  const day = NOON / DAY - 0.5;
  expect(kind).toBe('reported');
  expect(
    rows.map(({ source_partition, segment_day, event_count, runs, source_offset, version }) => {
      return { source_partition, segment_day, event_count, runs, source_offset, version };
    }),
  ).toEqual([
    {
      source_partition: 0,
      segment_day: day,
      event_count: 2,
      // 5:00 joins.
      runs: [run(midnight - 6, midnight - 1, 2)],
      source_offset: 11,
      version: 2 ** 48 + 11,
    },
    {
      source_partition: 0,
      segment_day: day + 1,
      event_count: 3,
      // 5:00.001 splits.
      runs: [run(midnight + 4, midnight + 4, 1), run(midnight + 9 + 1 / 60_000, midnight + 10, 2)],
      source_offset: 14,
      version: 2 ** 48 + 14,
    },
    {
      source_partition: 1,
      segment_day: day + 1,
      event_count: 1,
      runs: [run(midnight + 2, midnight + 2, 1)],
      source_offset: 15,
      version: 2 ** 48 + 15,
    },
  ]);
  expect(rows[1]).toMatchObject({
    learner_id: BEN,
    learner_ids: [ANNA, BEN],
    flags: ['session_shared'],
    ed_app_ids: ['https://app'],
    reported_started_at: NOON + 5,
    end_marker_at: NOON + (midnight + 10) * MINUTE,
    reported_ended_at: NOON + 13 * HOUR,
    end_reason: 'logged_out',
    gap_ms: 30 * MINUTE,
  });
});

test('figures unite partitions, days and kinds; active time is runs plus five minutes for each gap', () => {
  const log = logOf(
    record(at(0, { federatedSessionId: 'https://s/1' })),
    record(at(4, { reportedSessionId: 'https://s/1', startedAt: NOON - MINUTE }), { partition: 1 }),
    record(at(20, { federatedSessionId: 'https://s/1' })),
    record(at(21, { federatedSessionId: 'https://s/1' }), { partition: 1 }),
  );
  const input = inputOf(log);
  const [figures, ...others] = figuresOf(referenceOf(input), input, NOON + HOUR);
  expect(others).toEqual([]);
  expect(figures).toMatchObject({
    session_id: 'https://s/1',
    kind: 'reported',
    event_count: 4,
    started_at: NOON - MINUTE,
    first_event_at: NOON,
    last_event_at: NOON + 21 * MINUTE,
    // 4 min, a gap that counts as 5 min, 1 min.
    active_seconds: 4 * 60 + 300 + 60,
    ended_at: NOON + 21 * MINUTE,
    end_reason: 'inactivity',
  });
});

test('an end counts if nothing came after it; without one silence is the end, once it is longer than the gap', () => {
  const end = at(5, {
    reportedSessionId: 's',
    marker: 'end',
    endReason: 'timed_out',
    endedAt: NOON + 4 * MINUTE + SECOND,
  });
  const start = at(0, { reportedSessionId: 's' });
  const after = at(6, { reportedSessionId: 's' });
  const ended = (asOf: number, ...acts: (typeof end)[]) => {
    const input = inputOf(logOf(...acts.map((one) => record(one))));
    const [figures] = figuresOf(referenceOf(input), input, asOf);
    return [figures?.ended_at, figures?.end_reason];
  };
  expect(ended(NOON + 6 * MINUTE, start, end)).toEqual([NOON + 4 * MINUTE + SECOND, 'timed_out']);
  expect(ended(NOON + 7 * MINUTE, start, end, after)).toEqual([null, '']);
  expect(ended(NOON + 36 * MINUTE, start, end, after)).toEqual([null, '']);
  expect(ended(NOON + 36 * MINUTE + 1, start, end, after)).toEqual([NOON + 6 * MINUTE, 'inactivity']);
});
