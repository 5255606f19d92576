import { type AcceptedEvent, hash128, type InferredSession, type SessionUpdate } from '@caliper-pipeline/contracts';
import { describe, expect, test } from 'vitest';
import { joinSession } from './domain/inferred-sessions.ts';
import { sessionEligibility } from './domain/session-eligibility.ts';
import { acceptedEvent, HOUR_MS, MINUTE_MS, NOON } from './testing/accepted-events.ts';
import { memoryDirectory } from './testing/memory-directory.ts';
import { createTestEnricher } from './testing/test-enricher.ts';

/** The same numbers in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const GAP = 30 * MINUTE_MS;
const link = (id: string, type: string) => ({ id, type, name: '', external_id: '', academic_session: '' });

/** Some days of a few learners: out of order, late, ahead, repeated, changed, with and without sessions and memberships. */
function logOf(seed: number, count: number): readonly AcceptedEvent[] {
  const random = randomFrom(seed);
  const pick = <T>(...of: readonly T[]): T => of[random(of.length)]!;
  const log: AcceptedEvent[] = [];
  let now = NOON;
  for (let index = 0; index < count; index += 1) {
    now += random(20) === 0 ? random(30 * HOUR_MS) : random(12 * MINUTE_MS);
    const earlier = log[random(log.length)];
    if (earlier !== undefined && random(10) === 0) {
      const changed = random(3) === 0 ? { content_hash: hash128('content', [`${seed} ${index}`]) } : {};
      log.push({ ...earlier, ...changed, received_at: now });
      continue;
    }
    const learner = pick('ann', 'ben', '');
    const event_time =
      now - pick(0, 0, 0, random(GAP), random(3 * HOUR_MS), random(50 * HOUR_MS), -random(20 * MINUTE_MS));
    log.push(
      acceptedEvent({
        event_key: hash128('event', [`${seed} ${index}`]),
        content_hash: hash128('content', [`${seed} ${index} first`]),
        event_id: pick('', 'x', `id ${index}`),
        received_at: now - pick(0, 0, random(2 * HOUR_MS)),
        event_time,
        learner_id: learner,
        actor_id: learner,
        ed_app_id: pick('app', ''),
        is_learner_activity: random(5) !== 0,
        reported_session_id: pick('', '', '', 'r1', 'r2'),
        federated_session_id: pick('', '', 'f'),
        session_marker: pick('', '', 'end'),
        chain: pick([], [link('course', 'CourseOffering')], [link('group', '')]),
        membership_organization_id: pick('', '', 'course'),
        membership_roles: pick([], ['Learner'], ['Instructor']),
      }),
    );
  }
  return log;
}

/** Everything that came out and everything that is remembered, after these batches. */
async function outcome(batches: readonly (readonly AcceptedEvent[])[]) {
  // What events publish does not come back: when it does depends on how the log is cut.
  const known = [{ tenant: 'uni', kind: 'nesting', entity_id: 'group', parent_id: 'course', observed_day: 0 }];
  const enricher = await createTestEnricher({ directory: { ...memoryDirectory(known), learn: () => {} } });
  const rows: unknown[] = [];
  const letters: unknown[] = [];
  const sessions = new Map<string, SessionUpdate>();
  for (const batch of batches) {
    const emitted = await enricher.run(batch);
    rows.push(...emitted.rows);
    letters.push(...emitted.letters);
    for (const row of emitted.sessions) sessions.set(`${row.kind} ${row.session_id} ${row.segment_day}`, row);
  }
  const state = [...enricher.transaction.entries].map(([key, value]) => [key, value.toString('hex')]).toSorted();
  return { rows, letters, sessions, state };
}

function cut(log: readonly AcceptedEvent[], seed: number, most: number): readonly (readonly AcceptedEvent[])[] {
  const random = randomFrom(seed);
  const batches: (readonly AcceptedEvent[])[] = [];
  for (let at = 0; at < log.length; ) {
    const next = at + 1 + random(most);
    batches.push(log.slice(at, next));
    at = next;
  }
  return batches;
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('log %d', (seed) => {
  const log = logOf(seed, 400);

  test('how it is cut into batches changes nothing', async () => {
    const whole = await outcome([log]);
    expect(whole.rows.length).toBeGreaterThan(300);
    expect(await outcome(log.map((event) => [event]))).toEqual(whole);
    expect(await outcome(cut(log, seed, 40))).toEqual(whole);
  });

  test('inferred sessions are those of somebody who forgets nothing', async () => {
    const enricher = await createTestEnricher();
    const sessionIds = new Map<string, string>();
    for (const batch of cut(log, seed, 10)) {
      for (const { event_key, session_id } of (await enricher.run(batch)).rows) {
        // A copy beyond the horizon is stored anew, and is late for any session.
        if (!sessionIds.has(event_key)) sessionIds.set(event_key, session_id);
      }
    }
    const all = new Map<string, readonly InferredSession[]>();
    const seen = new Set<string>();
    let streamTimeMs = 0;
    let inferred = 0;
    for (const event of log) {
      streamTimeMs = Math.max(streamTimeMs, event.received_at);
      if (seen.has(event.event_key)) continue;
      seen.add(event.event_key);
      const isNamed = event.reported_session_id !== '' || event.federated_session_id !== '';
      const isActivity = event.is_learner_activity && event.learner_id !== '';
      if (isNamed || !isActivity || !sessionEligibility(event, streamTimeMs).isEligible) continue;
      const triple = `${event.learner_id}\0${event.ed_app_id}`;
      const newId = hash128('session', ['uni', event.learner_id, event.ed_app_id, event.event_key]);
      const joined = joinSession(all.get(triple) ?? [], event.event_time, GAP, () => newId);
      all.set(triple, joined.sessions);
      expect(sessionIds.get(event.event_key)).toBe(joined.sessionId);
      inferred += 1;
    }
    expect(inferred).toBeGreaterThan(30);
  });
});
