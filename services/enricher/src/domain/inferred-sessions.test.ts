import type { InferredSession } from '@caliper-pipeline/contracts';
import { describe, expect, test } from 'vitest';
import { joinSession, keptSessions } from './inferred-sessions.ts';

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
  expect(sessions[0]).toEqual(known);
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
    expect(sessions).toEqual([session('far', 600), session('b', 0, 90, ['y', 'm', 'x', 'z'])]);
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

test('a session is kept until no eligible event can reach it', () => {
  const known = [session('old', 0), session('new', 10)];
  const end = noon + GAP + 49 * 60 * MINUTE;
  expect(keptSessions(known, GAP, end)).toEqual({ expires_at: end + 10 * MINUTE, sessions: known });
  expect(keptSessions(known, GAP, end + 1).sessions).toEqual([session('new', 10)]);
});
