import type { InferredSession } from '@caliper-pipeline/contracts';
import { describe, expect, test } from 'vitest';
import { isSaidByRow, joinSession, keptSessions, withRow } from './inferred-sessions.ts';

const MINUTE = 60_000;
const GAP = 30 * MINUTE;
const noon = Date.UTC(2026, 10, 24, 12);
const session = (session_id: string, from: number, to = from, absorbed_ids: string[] = []): InferredSession => ({
  session_id,
  first_event_at: noon + from * MINUTE,
  last_event_at: noon + to * MINUTE,
  absorbed_ids,
});
const join = (sessions: readonly InferredSession[], minutes: number, over = 0, newId = 'new') =>
  joinSession(sessions, noon + minutes * MINUTE + over, GAP, () => newId);

test('the first event opens a session of its own', () => {
  expect(join([], 0)).toEqual({ sessionId: 'new', absorbed: [], sessions: [session('new', 0)] });
});

test.each([
  ['30:00 after the last event', 60, 0, 's', session('s', 0, 60)],
  ['30:00.001 after it', 60, 1, 'new', session('s', 0, 30)],
  ['30:00 before the first', -30, 0, 's', session('s', -30, 30)],
  ['30:00.001 before it', -30, -1, 'new', session('s', 0, 30)],
  ['in between', 15, 0, 's', session('s', 0, 30)],
])('an event %s', (_, minutes, over, id, known) => {
  const { sessionId, sessions } = join([session('s', 0, 30)], minutes, over);
  expect(sessionId).toBe(id);
  expect(sessions).toContainEqual(known);
  expect(sessions.map(({ first_event_at }) => first_event_at)).toEqual(
    sessions.map(({ first_event_at }) => first_event_at).toSorted((a, b) => a - b),
  );
  expect(sessions).toHaveLength(id === 's' ? 1 : 2);
});

describe('a late event that bridges', () => {
  test.each([
    ['a', 'b', 'a', 'b'],
    ['b', 'a', 'a', 'b'],
  ])('two sessions %s and %s: the smallest id survives', (earlier, later, survivor, absorbed) => {
    expect(join([session(earlier, 0, 10), session(later, 60, 90)], 35)).toEqual({
      sessionId: survivor,
      absorbed: [absorbed],
      sessions: [session(survivor, 0, 90, [absorbed])],
    });
  });

  test('two that have absorbed others: every alias points at the survivor', () => {
    const { sessionId, absorbed, sessions } = join(
      [session('m', 0, 10, ['x', 'z']), session('b', 60, 90, ['y']), session('far', 600)],
      35,
    );
    expect(sessionId).toBe('b');
    expect(absorbed).toEqual(['m', 'x', 'z']);
    expect(sessions).toEqual([session('b', 0, 90, ['y', 'm', 'x', 'z']), session('far', 600)]);
  });

  test('three at once', () => {
    const wide = [session('c', 0), session('a', 30), session('b', 60)];
    expect(join(wide, 30)).toEqual({
      sessionId: 'a',
      absorbed: ['c', 'b'],
      sessions: [session('a', 0, 60, ['c', 'b'])],
    });
  });
});

test('what it was given is not changed', () => {
  const known = Object.freeze([Object.freeze(session('a', 0)), Object.freeze(session('b', 50))]);
  join(known, 25);
  expect(known).toEqual([session('a', 0), session('b', 50)]);
});

const DAY = 24 * 60;

test('a session is kept until no eligible event can reach its last day', () => {
  const known = [session('old', -DAY), session('new', 10)];
  const end = noon + 12 * 60 * MINUTE + GAP + 49 * 60 * MINUTE;
  expect(keptSessions(known, GAP, end - DAY * MINUTE)).toEqual({ expires_at: end, sessions: known });
  expect(keptSessions(known, GAP, end - DAY * MINUTE + 1)).toEqual({ expires_at: end, sessions: [session('new', 10)] });
});

describe('what is kept is written again', () => {
  const kept = [session('a', -90), session('b', 0, 10)];
  const written = (minutes: number, newId = 'new', gapMs = GAP, of = kept) =>
    !isSaidByRow(
      of,
      joinSession(of, noon + minutes * MINUTE, gapMs, () => newId),
      gapMs,
    );

  test.each([
    ['not when the last session grows within its day', 30, false],
    ['not when an event falls into the last session', 5, false],
    ['when the last session begins earlier', -20, true],
    ['when another session grows', -100, true],
    ['when a session is new', 50, true],
    ['when two become one', -45, true],
  ])('%s', (_, minutes, expected) => {
    expect(written(minutes, 'new', minutes === -45 ? 45 * MINUTE : GAP)).toBe(expected);
  });

  test('when the last session reaches another day', () => {
    const late = [session('a', 11 * 60 + 50)];
    expect(written(12 * 60 - 1, 'new', GAP, late)).toBe(false);
    expect(written(12 * 60, 'new', GAP, late)).toBe(true);
  });

  test('always with a gap over an hour: the row may be dropped while the session can be reached', () => {
    expect(written(30, 'new', 60 * MINUTE)).toBe(false);
    expect(written(30, 'new', 60 * MINUTE + 1)).toBe(true);
  });

  test('and otherwise the row of the last day says how far the last session goes', () => {
    expect(withRow(kept, noon + 25 * MINUTE)).toEqual([session('a', -90), session('b', 0, 25)]);
    expect(withRow(kept, noon + 5 * MINUTE)).toBe(kept);
    expect(withRow(kept, null)).toBe(kept);
    expect(withRow([], noon)).toEqual([]);
  });
});
