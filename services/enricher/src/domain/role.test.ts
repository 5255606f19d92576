import { expect, test } from 'vitest';
import { roleOfMembership } from './role.ts';

const membership = (member: string) => ({
  membership_member_id: member,
  membership_roles: ['Learner'],
  membership_status_sent: 'Active',
});
const none = { roles: [], membership_status: '' };

test('the learner’s own membership gives the role', () => {
  const role = { roles: ['Learner'], membership_status: 'Active' };
  expect(roleOfMembership(membership('u'), { learner_id: 'u', actor_id: 'u' })).toEqual(role);
  // Learn's grades: the application acts, the student is the member.
  expect(roleOfMembership(membership('u'), { learner_id: 'u', actor_id: 'app' })).toEqual(role);
  // Canvas: no member, the actor is meant.
  expect(roleOfMembership(membership(''), { learner_id: 'u', actor_id: 'u' })).toEqual(role);
});

test('another person’s membership says nothing of the learner', () => {
  expect(roleOfMembership(membership('v'), { learner_id: 'u', actor_id: 'u' })).toEqual(none);
  expect(roleOfMembership(membership(''), { learner_id: 'u', actor_id: 'app' })).toEqual(none);
  expect(roleOfMembership(membership(''), { learner_id: '', actor_id: '' })).toEqual(none);
});
