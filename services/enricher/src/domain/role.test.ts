import { expect, test } from 'vitest';
import { knownRole, membershipStated, rememberedRole, roleOfMembership } from './role.ts';

const membership = (member: string, organization = 'course', over = {}) => ({
  membership_member_id: member,
  membership_organization_id: organization,
  membership_roles: ['Learner'],
  membership_status_sent: 'Active',
  ...over,
});

test('the learner’s own membership gives the role', () => {
  const role = { roles: ['Learner'], membership_status: 'Active' };
  expect(roleOfMembership(membership('u'), { learner_id: 'u', actor_id: 'u' })).toEqual(role);
  // Learn's grades: the application acts, the student is the member.
  expect(roleOfMembership(membership('u'), { learner_id: 'u', actor_id: 'app' })).toEqual(role);
  // Canvas: no member, the actor is meant.
  expect(roleOfMembership(membership(''), { learner_id: 'u', actor_id: 'u' })).toEqual(role);
});

test('another person’s membership says nothing of the learner', () => {
  expect(roleOfMembership(membership('v'), { learner_id: 'u', actor_id: 'u' })).toBeNull();
  expect(roleOfMembership(membership(''), { learner_id: 'u', actor_id: 'app' })).toBeNull();
  expect(roleOfMembership(membership(''), { learner_id: '', actor_id: '' })).toBeNull();
});

test('an event without a membership says nothing', () => {
  const nothing = membership('', '', { membership_roles: [], membership_status_sent: '' });
  expect(roleOfMembership(nothing, { learner_id: 'u', actor_id: 'u' })).toBeNull();
  // One of which only the organisation, or only a role, was said is one all the same.
  for (const over of [{ membership_organization_id: 'o' }, { membership_roles: ['Learner'] }]) {
    expect(roleOfMembership({ ...nothing, ...over }, { learner_id: 'u', actor_id: 'u' })).not.toBeNull();
  }
});

test.each([
  ['u', 'course', 'a', { member: 'u', organization: 'course' }],
  ['', 'course', 'a', { member: 'a', organization: 'course' }],
  ['', 'course', 'app', null],
  ['', 'course', '', null],
  ['_:u', 'course', 'a', null],
  ['http://purl.imsglobal.org/caliper/Person', 'course', 'a', null],
  ['u', '', 'a', null],
  ['u', '_:course', 'a', null],
])('member %j of %j, actor %j: it is of %j', (member, organization, actor_id, stated) => {
  expect(membershipStated(membership(member, organization), { actor_id, ed_app_id: 'app' })).toEqual(stated);
});

const at = (event_time: number, event_key = 'k') => ({ event_time, event_key });
const course = { member: 'u', organization: 'course' };
const DAY = 86_400_000;

test('the last word by event time and event key is remembered, for 400 days', () => {
  const first = rememberedRole(null, course, membership('u'), at(10));
  expect(first).toEqual({
    expires_at: 10 + 400 * DAY,
    learner_id: 'u',
    organization_id: 'course',
    roles: ['Learner'],
    status: 'Active',
    event_time: 10,
    event_key: 'k',
  });
  const other = membership('u', 'course', { membership_roles: ['Instructor'] });
  expect(rememberedRole(first, course, other, at(9))).toBe(first);
  expect(rememberedRole(first, course, other, at(10, 'j'))).toBe(first);
  expect(rememberedRole(first, course, other, at(10, 'l'))).toMatchObject({ roles: ['Instructor'], event_time: 10 });
  expect(rememberedRole(first, course, other, at(11))).toMatchObject({ roles: ['Instructor'], event_time: 11 });
});

const remembered = rememberedRole(null, course, membership('u'), at(10));
const known = (eventTime: number, eventKey = 'k') => ({ roles: ['Mentor'], status: '', eventTime, eventKey });

test.each([
  ['neither', null, null, null],
  ['this partition only', remembered, null, ['Learner']],
  ['the directory only', null, known(1), ['Mentor']],
  ['both, the partition later', remembered, known(9), ['Learner']],
  ['both, the directory later', remembered, known(11), ['Mentor']],
  ['both at once, the directory by its key', remembered, known(10, 'l'), ['Mentor']],
])('known to %s', (_, own, directory, roles) => {
  expect(knownRole(own, directory)?.roles ?? null).toEqual(roles);
});
