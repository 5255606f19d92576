import type { ChainLink } from '@caliper-pipeline/contracts';
import { expect, test } from 'vitest';
import { referenceOf } from '../../support/reference/index.ts';
import { deepChain, fact } from '../../support/streams/group-trees.ts';
import { ANNA, act, BEN, DAY, HOUR, inputOf, logOf, MINUTE, NOON, record, resultOf } from './cases.ts';

const TODAY = NOON / DAY - 0.5;
const link = (id: string, type = '', fields: Partial<ChainLink> = {}): ChainLink => ({
  id,
  type,
  name: '',
  external_id: '',
  academic_session: '',
  ...fields,
});
const nesting = (child: string, parent: string, day = TODAY, tenant = 'north') =>
  fact(tenant, day * DAY, { kind: 'nesting', entity_id: child, parent_id: parent });
const entity = (id: string, type: string, atMs = NOON, fields = {}) =>
  fact('north', atMs, { kind: 'entity', entity_id: id, entity_type: type, ...fields });
const rowOf = (chain: readonly ChainLink[], facts: Parameters<typeof resultOf>[1] = [], fields = {}) =>
  resultOf(logOf(record(act({ chain, ...fields }))), facts).rows[0]!;

test('the chain of the event itself: section, offering above it, the course is the section', () => {
  const row = rowOf([
    link('g', 'Group'),
    link('s', 'CourseSection', { academic_session: 'Autumn' }),
    link('o', 'CourseOffering', { external_id: 'BIO', academic_session: 'All' }),
    link('u', 'Organization'),
  ]);
  expect(row).toMatchObject({
    course_id: 's',
    course_section_id: 's',
    course_offering_id: 'o',
    course_external_id: 'BIO',
    academic_session: 'Autumn',
    group_path: ['g', 's', 'o', 'u'],
    group_path_types: ['Group', 'CourseSection', 'CourseOffering', 'Organization'],
    course_source: 'group',
    flags: [],
  });
});

test('from the last link upward by the directory, whose words describe links that are only named', () => {
  const facts = [
    nesting('g', 's'),
    nesting('s', 'o'),
    entity('g', 'Group'),
    entity('s', 'CourseSection', NOON - 2),
    entity('s', 'CourseSection', NOON - 1, { external_id: 'BIO-1', academic_session: 'Autumn' }),
  ];
  expect(rowOf([link('g')], facts)).toMatchObject({
    course_id: 's',
    course_offering_id: '',
    course_external_id: 'BIO-1',
    group_path: ['g', 's', 'o'],
    group_path_types: ['Group', 'CourseSection', ''],
  });
});

test('the parent is that of the latest day up to the event, else of the earliest after it', () => {
  const facts = [nesting('s', 'o-2', TODAY - 2), nesting('s', 'o-1', TODAY - 1), nesting('s', 'o+1', TODAY + 1)];
  expect(rowOf([link('s')], facts).group_path).toEqual(['s', 'o-1']);
  expect(rowOf([link('s')], facts.slice(2)).group_path).toEqual(['s', 'o+1']);
  expect(rowOf([link('s')], [...facts, nesting('s', 'oA', TODAY), nesting('s', 'oB', TODAY)]).group_path).toEqual([
    's',
    'oB',
  ]);
  expect(rowOf([link('s')], [...facts, nesting('s', '', TODAY)]).group_path).toEqual(['s']);
});

test('circles are cut, in the event and above it, and so is what is too deep', () => {
  expect(rowOf([link('a'), link('b')], [nesting('b', 'a')])).toMatchObject({
    group_path: ['a', 'b'],
    flags: ['group_cycle'],
  });
  expect(rowOf([link('a')], [nesting('a', 'a')])).toMatchObject({ group_path: ['a'], flags: ['group_cycle'] });
  const deep = rowOf(deepChain());
  expect(deep.group_path).toHaveLength(16);
  expect(deep.flags).toEqual(['group_too_deep']);
  expect(rowOf(deepChain().slice(0, 16)).flags).toEqual([]);
  const above = rowOf(deepChain().slice(0, 16), [nesting('https://example.edu/deep/15', 'x')]);
  expect(above).toMatchObject({ flags: ['group_too_deep'], course_offering_id: 'https://example.edu/deep/15' });
});

test('another tenant, blank and anonymous ids are never met', () => {
  expect(rowOf([link('s')], [nesting('s', 'o', TODAY, 'south')]).group_path).toEqual(['s']);
  expect(rowOf([link('s')], [nesting('s', '_:b1')]).group_path).toEqual(['s']);
  expect(rowOf([link('_:b')], [nesting('_:b', 'o')]).group_path).toEqual(['_:b']);
});

test('a fact counts from the moment on that it was known', () => {
  const log = logOf(record(act({ chain: [link('s')] })), record(act({ chain: [link('s')], note: '2' }), { moment: 1 }));
  const input = { ...inputOf(log), facts: [{ fact: nesting('s', 'o'), knownAt: 1 }] };
  expect(referenceOf(input).rows.map(({ group_path }) => group_path)).toEqual([['s'], ['s', 'o']]);
});

test('a role is that of the own membership, else the last known one in the section, else in the offering', () => {
  const chain = [link('s', 'CourseSection'), link('o', 'CourseOffering')];
  const membership = { member: ANNA, organization: 's', roles: ['Learner'], status: 'Active' };
  const roles = (...acts: ReturnType<typeof act>[]) =>
    resultOf(logOf(...acts.map((one) => record(one, { timeMs: one.atMs })))).rows.map((row) => row.roles);
  const later = (minutes: number, fields = {}) => act({ atMs: NOON + minutes * MINUTE, chain, ...fields });

  expect(roles(act({ chain, ...membership }), later(1))).toEqual([['Learner'], ['Learner']]);
  // What comes later is not known yet; what is older by its own time does not replace.
  expect(roles(later(0), later(1, membership))).toEqual([[], ['Learner']]);
  expect(roles(later(5, { ...membership, roles: ['Mentor'] }), later(1, membership), later(2))).toEqual([
    ['Mentor'],
    ['Learner'],
    ['Mentor'],
  ]);
  // Said by another person's event, and without a member.
  expect(roles(later(0, { ...membership, actorId: BEN }), later(1))).toEqual([[], ['Learner']]);
  expect(roles(later(0, { ...membership, member: '' }), later(1))).toEqual([['Learner'], ['Learner']]);
  expect(roles(later(0, { ...membership, organization: 'o' }), later(1))).toEqual([['Learner'], ['Learner']]);
  expect(roles(later(0, { ...membership, organization: 'x' }), later(1))).toEqual([['Learner'], []]);
});

test('a membership is forgotten 400 days after its event; the roster knows more', () => {
  const chain = [link('o', 'CourseOffering')];
  const old = act({ chain, member: ANNA, organization: 'o', roles: ['Learner'] });
  const rolesAfter = (timeMs: number, facts: Parameters<typeof resultOf>[1] = []) =>
    resultOf(logOf(record(old), record(act({ chain, atMs: timeMs }))), facts).rows[1]!.roles;
  expect(rolesAfter(NOON + 400 * DAY)).toEqual(['Learner']);
  expect(rolesAfter(NOON + 400 * DAY + 1)).toEqual([]);
  const roster = fact('north', NOON + HOUR, {
    kind: 'membership',
    member_id: ANNA,
    organization_id: 'o',
    roles: ['Instructor'],
  });
  expect(rolesAfter(NOON + DAY, [roster])).toEqual(['Instructor']);
});
