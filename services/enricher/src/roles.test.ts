import type { AcceptedEvent, EntityFact } from '@caliper-pipeline/contracts';
import { expect, test } from 'vitest';
import { acceptedEvent, HOUR_MS, NOON } from './testing/accepted-events.ts';
import { memoryDirectory } from './testing/memory-directory.ts';
import { createTestEnricher } from './testing/test-enricher.ts';

const DAY_MS = 24 * HOUR_MS;
const link = (id: string, type: string) => ({ id, type, name: '', external_id: '', academic_session: '' });
const section = {
  chain: [link('section', 'CourseSection'), link('offering', 'CourseOffering')],
  chain_source: 'group',
};
const offering = { chain: [link('offering', 'CourseOffering')], chain_source: 'group' };

/** An event that states a membership, of the learner unless another member is said. */
const states = (organization: string, role: string, over: Partial<AcceptedEvent> = {}) =>
  acceptedEvent({
    membership_member_id: 'learner',
    membership_organization_id: organization,
    membership_roles: [role],
    membership_status_sent: 'Active',
    ...over,
  });
const asks = (over: Partial<AcceptedEvent> = {}) => acceptedEvent({ ...section, ...over });

/** The roles of the events, in one batch and with a batch for each. */
async function rolesOf(events: readonly AcceptedEvent[], known: readonly Partial<EntityFact>[] = []) {
  // What the events say themselves does not come back here: these are the memberships of the partition.
  const directory = { ...memoryDirectory(known), learn: () => {} };
  const together = await (await createTestEnricher({ directory })).run(events);
  const roles = together.rows.map((row) => row.roles.join(' '));
  const enricher = await createTestEnricher({ directory });
  for (const [index, event] of events.entries()) {
    expect((await enricher.run([event])).rows[0]!.roles.join(' ')).toBe(roles[index]);
  }
  return roles;
}

test('the last known membership: of the section, else of the offering', async () => {
  expect(
    await rolesOf([
      asks(),
      states('offering', 'Learner'),
      asks(),
      states('section', 'Mentor'),
      asks(),
      acceptedEvent(offering),
      asks({ learner_id: 'other', actor_id: 'other' }),
      asks({ tenant: 'other' }),
      acceptedEvent(),
    ]),
  ).toEqual(['', 'Learner', 'Learner', 'Mentor', 'Mentor', 'Learner', '', '', '']);
});

test('a membership is the member’s, whoever the learner of the event is', async () => {
  const graded = states('section', 'Learner', { actor_id: 'app', learner_id: 'teacher', is_learner_activity: false });
  expect(await rolesOf([graded, asks()])).toEqual(['', 'Learner']);
  const own = states('section', 'Instructor', { membership_member_id: '', actor_id: 'teacher', learner_id: 'x' });
  expect(await rolesOf([own, asks({ learner_id: 'teacher', actor_id: 'teacher' })])).toEqual(['', 'Instructor']);
});

test('of several memberships the one of the greatest event time holds, in any order', async () => {
  const early = states('section', 'Learner', { event_time: NOON - HOUR_MS, received_at: NOON });
  const late = states('section', 'Instructor', { event_time: NOON });
  for (const events of [
    [early, late],
    [late, early],
  ]) {
    expect((await rolesOf([...events, asks()])).at(-1)).toBe('Instructor');
  }
});

test('what the directory knows counts by its time too', async () => {
  const mentor = {
    tenant: 'uni',
    kind: 'membership',
    organization_id: 'section',
    member_id: 'learner',
    roles: ['Mentor'],
  };
  const known = (event_time: number) => [{ ...mentor, event_time }];
  const events = [asks(), states('section', 'Learner'), asks()];
  expect(await rolesOf(events, known(NOON - 1))).toEqual(['Mentor', 'Learner', 'Learner']);
  expect(await rolesOf(events, known(NOON + 1))).toEqual(['Mentor', 'Learner', 'Mentor']);
});

test('a membership is forgotten 400 days after its event, by stream time', async () => {
  const after = (days: number, over = 0) => asks({ received_at: NOON + days * DAY_MS + over });
  expect(await rolesOf([states('section', 'Learner'), after(400), after(400, 1)])).toEqual(['Learner', 'Learner', '']);
});
