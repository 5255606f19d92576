import { BIOLOGY, LEARN_SITE, TEACHER } from '../campus.ts';
import { type Day, hoursBefore, iso } from '../day.ts';
import type { JsonObject, PlannedEvent } from '../ledger.ts';
import {
  assessment,
  inCourse,
  learnEvent,
  loginSession,
  membership,
  offering,
  person,
  signs,
  vendor,
} from './learn-shapes.ts';

const HOUR_MS = 3_600_000;

const labGroup = (index: number): JsonObject => ({
  id: BIOLOGY.groups[index]!.id,
  type: 'Group',
  extensions: { 'bb:group.name': BIOLOGY.groups[index]!.name },
  subOrganizationOf: offering,
  members: [],
});

export function handsInWithGroup(day: Day, number: number, atMs: number): PlannedEvent {
  const report = assessment('gradableItems/_61_1', 'Lab report 2', 60, day.anchorMs + 50 * HOUR_MS);
  const assignable = { ...report, type: 'AssignableDigitalResource' };
  const attempt = { id: `${report['id']}/attempts/_${7000 + number}_1`, type: 'Attempt', assignable, count: 1 };
  return learnEvent(day, atMs, {
    type: 'AssignableEvent',
    actor: person(number),
    action: 'Submitted',
    object: assignable,
    generated: { ...attempt, startedAtTime: iso(atMs), assignee: person(number) },
    ...inCourse(day, number, atMs),
    group: labGroup(number % 2),
  });
}

/** The teacher makes the lab groups and puts up a reading. */
export function teaches(day: Day): PlannedEvent[] {
  const atMs = hoursBefore(day, 15);
  const common = (ms: number) => ({
    membership: membership(TEACHER),
    federatedSession: loginSession(day, TEACHER, ms),
  });
  const made = [0, 1].map((index) => {
    const fields = {
      ...vendor('CourseGroupEvent'),
      actor: person(TEACHER),
      action: 'Created',
      object: labGroup(index),
    };
    return learnEvent(day, atMs + index * 40_000, {
      ...fields,
      group: labGroup(index),
      ...common(atMs + index * 40_000),
    });
  });
  const content = {
    ...vendor('Content'),
    id: `${LEARN_SITE}/content/_903_1`,
    name: 'Genetics: reading list',
    isFolder: false,
  };
  const put = { ...vendor('ContentEvent'), actor: person(TEACHER), action: 'Created', object: content };
  return [
    signs(day, TEACHER, atMs - 60_000, 'LoggedIn'),
    ...made,
    learnEvent(day, atMs + 200_000, { ...put, ...common(atMs + 200_000) }),
  ];
}
