import { type AcceptedEvent, hash128, type SessionUpdate } from '@caliper-pipeline/contracts';
import { describe, expect, test } from 'vitest';
import { isExpired } from './state/expiry.ts';
import { acceptedEvent, HOUR_MS, MINUTE_MS, NOON } from './testing/accepted-events.ts';
import { createTestEnricher, type TestEnricherOptions } from './testing/test-enricher.ts';

const DAY_MS = 24 * HOUR_MS;
const dayOf = (time: number) => Math.floor(time / DAY_MS);
const time = (minutes: number) => NOON + minutes * MINUTE_MS;
const run = (from: number, to: number, events: number) => ({ started_at: time(from), ended_at: time(to), events });

/** A learner's act at these minutes after noon, received when it happens unless another minute is said. */
const act = (minutes: number, over: Partial<AcceptedEvent> = {}, receivedMinutes = minutes) =>
  acceptedEvent({ event_time: time(minutes), received_at: time(receivedMinutes), ...over });
const sessionOf = ({ event_key, learner_id, ed_app_id, tenant }: AcceptedEvent) =>
  hash128('session', [tenant, learner_id, ed_app_id, event_key]);

/** The last row of each session and day, and the aliases, over batches of these events. */
async function outcome(batches: readonly (readonly AcceptedEvent[])[], options: TestEnricherOptions = {}) {
  const enricher = await createTestEnricher(options);
  const rows = new Map<string, SessionUpdate>();
  const sessionIds: string[] = [];
  const flags: (readonly string[])[] = [];
  let updates = 0;
  for (const events of batches) {
    const emitted = await enricher.run(events);
    for (const row of emitted.sessions) rows.set(`${row.kind} ${row.session_id} ${row.segment_day}`, row);
    updates += emitted.sessions.length;
    for (const row of emitted.rows) {
      sessionIds.push(row.session_id);
      flags.push(row.flags);
    }
  }
  const all = [...rows.values()];
  return {
    enricher,
    updates,
    sessionIds,
    flags,
    days: all.filter(({ merged_into }) => merged_into === ''),
    aliases: all
      .filter(({ merged_into }) => merged_into !== '')
      .map(({ session_id, merged_into }) => [session_id, merged_into]),
  };
}
const one = (events: readonly AcceptedEvent[], options?: TestEnricherOptions) => outcome([events], options);

/** Two events whose sessions have ids in this order of text. */
function ordered(
  make: () => readonly AcceptedEvent[],
  isRight: (...ids: string[]) => boolean,
): readonly AcceptedEvent[] {
  for (;;) {
    const events = make();
    if (isRight(...events.map(sessionOf))) return events;
  }
}

describe('inferred sessions', () => {
  test('30:00 of silence join, 30:00.001 split', async () => {
    const joined = [act(0), act(30)];
    expect(new Set((await one(joined)).sessionIds)).toEqual(new Set([sessionOf(joined[0]!)]));
    const split = [act(0), acceptedEvent({ event_time: time(30) + 1, received_at: time(31) })];
    expect((await one(split)).sessionIds).toEqual(split.map(sessionOf));
  });

  test.each([
    ['another learner', { learner_id: 'other', actor_id: 'other' }],
    ['another application', { ed_app_id: 'other' }],
    ['another tenant', { tenant: 'other' }],
  ])('%s is another session', async (_, over) => {
    const events = [act(0), act(1, over)];
    expect((await one(events)).sessionIds).toEqual(events.map(sessionOf));
  });

  test('no application is an application too', async () => {
    const events = [act(0, { ed_app_id: '' }), act(1, { ed_app_id: '' })];
    const { sessionIds, days } = await one(events);
    expect(new Set(sessionIds)).toEqual(new Set([sessionOf(events[0]!)]));
    expect(days).toMatchObject([{ ed_app_ids: [], event_count: 2 }]);
  });

  test.each([
    ['a grade', { is_learner_activity: false }],
    ['nobody’s act', { learner_id: '' }],
  ])('%s opens none', async (_, over) => {
    const { sessionIds, days } = await one([act(0, over)]);
    expect({ sessionIds, days }).toEqual({ sessionIds: [''], days: [] });
  });

  test('logins and logouts with a session of their own do not cut one', async () => {
    const login = { type: 'SessionEvent', reported_session_id: 'r' };
    const events = [act(0), act(5, { ...login, session_marker: 'end' }), act(10, login), act(25)];
    const { sessionIds, days } = await one(events);
    expect(sessionIds).toEqual([sessionOf(events[0]!), 'r', 'r', sessionOf(events[0]!)]);
    expect(days.map(({ kind, event_count }) => [kind, event_count])).toEqual([
      ['inferred', 2],
      ['reported', 2],
    ]);
  });

  test('events out of order make the same rows', async () => {
    const minutes = [0, 3, 20, 45, 46, 70];
    const events = minutes.map((minute) => act(minute, {}, 90));
    const rowsOf = async (order: readonly AcceptedEvent[]) =>
      (await one(order)).days.map(({ runs, event_count, first_event_at, last_event_at }) => ({
        runs,
        event_count,
        first_event_at,
        last_event_at,
      }));
    const expected = [
      {
        runs: [run(0, 3, 2), run(20, 20, 1), run(45, 46, 2), run(70, 70, 1)],
        event_count: 6,
        first_event_at: time(0),
        last_event_at: time(70),
      },
    ];
    expect(await rowsOf(events)).toEqual(expected);
    expect(await rowsOf([2, 1, 3, 0, 4, 5].map((index) => events[index]!))).toEqual(expected);
  });

  test('a late event that bridges two: the smallest id survives, the rows of the other stay, and an alias says so', async () => {
    for (const isSmallestFirst of [true, false]) {
      const [early, late] = ordered(
        () => [act(0, {}, 50), act(50)],
        (first, second) => first! < second! === isSmallestFirst,
      );
      const bridge = act(25, {}, 55);
      const [survivor, absorbed] = [early!, late!].map(sessionOf).toSorted();
      for (const batches of [[[early!, late!, bridge]], [[early!, late!], [bridge]]]) {
        const { sessionIds, aliases, days } = await outcome(batches);
        expect(sessionIds).toEqual([sessionOf(early!), sessionOf(late!), survivor]);
        expect(aliases).toEqual([[absorbed, survivor]]);
        expect(days.map(({ session_id, event_count }) => [session_id, event_count]).toSorted()).toEqual(
          [
            [survivor!, 2],
            [absorbed!, 1],
          ].toSorted(),
        );
      }
    }
  });

  test('aliases of aliases point at the last survivor', async () => {
    // c absorbs nobody; b absorbs c; a absorbs b, and c with it.
    const [c, b, a] = ordered(
      () => [act(0, {}, 50), act(50), act(100)],
      (first, second, third) => first! > second! && second! > third!,
    );
    const [idC, idB, idA] = [c!, b!, a!].map(sessionOf) as [string, string, string];
    const batches = [[c!, b!, a!], [act(25, {}, 101)], [act(75, {}, 102)], [act(60, {}, 103)]];
    const { sessionIds, aliases, days } = await outcome(batches);
    expect(sessionIds).toEqual([idC, idB, idA, idB, idA, idA]);
    expect(aliases.toSorted()).toEqual(
      [
        [idC, idA],
        [idB, idA],
      ].toSorted(),
    );
    // All rows under the three ids are one session of six events now.
    expect(days.reduce((sum, { event_count }) => sum + event_count, 0)).toBe(6);
  });

  test('over midnight it is one session with a row for each day', async () => {
    const events = [act(11 * 60 + 50), act(11 * 60 + 58), act(12 * 60), act(12 * 60 + 20)];
    const { sessionIds, days } = await one(events);
    const id = sessionOf(events[0]!);
    expect(new Set(sessionIds)).toEqual(new Set([id]));
    expect(days.map(({ segment_day, runs }) => [segment_day, runs])).toEqual([
      [dayOf(NOON), [run(11 * 60 + 50, 11 * 60 + 50, 1), run(11 * 60 + 58, 11 * 60 + 58, 1)]],
      [dayOf(NOON) + 1, [run(12 * 60, 12 * 60, 1), run(12 * 60 + 20, 12 * 60 + 20, 1)]],
    ]);
  });

  test('the gap is the tenant’s, as of the receipt of the event', async () => {
    const tenants = [
      {
        tenant: 'uni',
        sessionGapMs: 10 * MINUTE_MS,
        sessionGaps: [{ from: new Date(time(60)).toISOString(), gapMs: 60 * MINUTE_MS }],
      },
    ];
    const events = [act(0), act(11), act(59), act(70, {}, 70)];
    const { sessionIds, days } = await one(events, { tenants });
    expect(sessionIds).toHaveLength(4);
    expect(new Set(sessionIds.slice(0, 3)).size).toBe(3);
    // Sixty minutes now: the last event meets both sessions before it, and the smaller id survives.
    expect(sessionIds[3]).toBe(sessionIds.slice(1, 3).toSorted()[0]);
    expect(days.map(({ gap_ms }) => gap_ms / MINUTE_MS).toSorted()).toEqual([10, 10, 60]);
  });
});

describe('awkward sessions', () => {
  test('one that never ends: a row for each day, a bound for each row, and old days leave the state', async () => {
    const DAYS = 7;
    const everyFiveMinutes = Array.from({ length: DAYS * 288 }, (_, index) => act(index * 5 - 720));
    const everySix = Array.from({ length: DAYS * 240 }, (_, index) => act(index * 6 - 720, { ed_app_id: 'six' }));
    const batches = Array.from({ length: DAYS }, (_, day) => [
      ...everyFiveMinutes.slice(day * 288, (day + 1) * 288),
      ...everySix.slice(day * 240, (day + 1) * 240),
    ]);
    for (const batch of batches) batch.sort((a, b) => a.received_at - b.received_at);
    const { sessionIds, days, aliases, enricher } = await outcome(batches);
    expect(new Set(sessionIds)).toEqual(new Set([sessionOf(everyFiveMinutes[0]!), sessionOf(everySix[0]!)]));
    expect(aliases).toEqual([]);
    const ofApp = (app: string) => days.filter(({ ed_app_ids }) => ed_app_ids[0] === app);
    expect(ofApp('app').map(({ runs, event_count }) => [runs.length, event_count])).toEqual(
      Array.from({ length: DAYS }, () => [1, 288]),
    );
    expect(ofApp('six').map(({ runs, event_count }) => [runs.length, event_count])).toEqual(
      Array.from({ length: DAYS }, () => [240, 240]),
    );
    const { entries, streamTimeMs } = enricher.transaction;
    const left = [...entries].filter(([key, value]) => !isExpired(key, value, streamTimeMs));
    // Of each application: the days that an eligible event can still reach, today with them, and what is known of its session.
    expect(left).toHaveLength(2 * (3 + 1));
  });

  test('an id that two learners share: both are listed, and it is flagged', async () => {
    const shared = { reported_session_id: 'kiosk' };
    const { days, sessionIds } = await one([
      act(0, { ...shared, learner_id: 'zoe', actor_id: 'zoe' }),
      act(9, { ...shared, learner_id: 'adam', actor_id: 'adam' }),
      act(4, { ...shared, learner_id: 'zoe', actor_id: 'zoe' }, 9),
    ]);
    expect(sessionIds).toEqual(['kiosk', 'kiosk', 'kiosk']);
    expect(days).toMatchObject([
      {
        kind: 'reported',
        session_id: 'kiosk',
        learner_id: 'adam',
        learner_ids: ['adam', 'zoe'],
        flags: ['session_shared'],
        event_count: 3,
        runs: [run(0, 9, 3)],
      },
    ]);
  });

  test('100,000 events in one session: one row, one update for each batch', async () => {
    const BATCHES = 20;
    const EACH = 5_000;
    const template = act(0, { reported_session_id: 'robot' });
    const event = (index: number): AcceptedEvent => {
      const at = NOON + index * 100;
      const [event_key, content_hash] = [hash128('e', [String(index)]), hash128('c', [String(index)])];
      return { ...template, event_key, content_hash, event_time: at, received_at: at };
    };
    const batches = Array.from({ length: BATCHES }, (_, batch) =>
      Array.from({ length: EACH }, (_item, index) => event(batch * EACH + index)),
    );
    const { days, updates, enricher } = await outcome(batches);
    expect(updates).toBe(BATCHES);
    expect(days).toMatchObject([
      {
        session_id: 'robot',
        event_count: 100_000,
        runs: [{ started_at: NOON, ended_at: NOON + 99_999 * 100, events: 100_000 }],
        source_offset: 99_999,
      },
    ]);
    expect([...enricher.transaction.entries.keys()]).toHaveLength(1);
  }, 60_000);

  test('clocks five minutes ahead and five behind: one session, nothing flagged', async () => {
    const skewed = [0, 4, 8, 12, 16].map((minute, index) => act(minute + (index % 2 === 0 ? 5 : -5), {}, minute));
    const { sessionIds, days, flags } = await one(skewed);
    expect(new Set(sessionIds)).toEqual(new Set([sessionOf(skewed[0]!)]));
    expect(flags.flat()).toEqual([]);
    // At 5, -1, 13, 7 and 21.
    expect(days).toMatchObject([
      {
        event_count: 5,
        first_event_at: time(-1),
        last_event_at: time(21),
        runs: [run(-1, -1, 1), run(5, 7, 2), run(13, 13, 1), run(21, 21, 1)],
      },
    ]);
  });

  test('events a day ahead: stored and flagged, with the session that they name, and counted in none', async () => {
    const { sessionIds, days, flags, enricher } = await one([
      act(24 * 60, {}, 0),
      act(24 * 60, { reported_session_id: 'named' }, 0),
      act(1),
    ]);
    expect(sessionIds.slice(0, 2)).toEqual(['', 'named']);
    expect(flags).toEqual([['future'], ['future'], []]);
    expect(days).toMatchObject([{ kind: 'inferred', event_count: 1 }]);
    expect(enricher.transaction.streamTimeMs).toBe(time(1));
  });

  test('events that come late: up to 47 hours they count, an hour behind the newest too', async () => {
    const events = [
      act(0, { reported_session_id: 'a' }, 47 * 60),
      act(-1, { reported_session_id: 'b' }, 47 * 60),
      act(47 * 60, { reported_session_id: 'c' }, 48 * 60),
      act(47 * 60, { reported_session_id: 'd' }, 47 * 60),
      act(47 * 60, { reported_session_id: 'e' }, 47 * 60 - 1),
    ];
    const { flags, days } = await one(events);
    expect(flags).toEqual([[], ['late_for_session'], [], [], ['late_for_session']]);
    expect(days.map(({ session_id }) => session_id)).toEqual(['a', 'c', 'd']);
  });
});

test('a session that nothing can reach any more is a new one when its learner comes back', async () => {
  const first = act(0);
  const later = act(50 * 60);
  const { sessionIds, enricher } = await one([first, later]);
  expect(sessionIds).toEqual([sessionOf(first), sessionOf(later)]);
  const { entries, streamTimeMs } = enricher.transaction;
  expect([...entries].filter(([key, value]) => isExpired(key, value, streamTimeMs))).toHaveLength(0);
  const muchLater = streamTimeMs + 4 * DAY_MS;
  expect([...entries].filter(([key, value]) => !isExpired(key, value, muchLater))).toHaveLength(0);
});
