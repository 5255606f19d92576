import type { ChainLink, EntityFact, InlineFacts, KeyColumns } from '@caliper-pipeline/contracts';
import { describe, expect, test } from 'vitest';
import { factWith, memoryDirectory } from '../testing/memory-directory.ts';
import { createFactsIndex } from './facts-index.ts';
import { inlineFacts } from './inline-facts.ts';

const link = (id: string, type = '', over: Partial<ChainLink> = {}): ChainLink => ({
  id,
  type,
  name: '',
  external_id: '',
  academic_session: '',
  ...over,
});
// 2024-10-07 was a Monday.
const MONDAY = 20_003;
const time = MONDAY * 86_400_000;

interface Sent {
  readonly chain?: readonly ChainLink[];
  readonly membership?: readonly [member: string, organization: string, ...roles: string[]];
  readonly columns?: Partial<KeyColumns>;
  readonly ownLinks?: number;
}

const nobody = memoryDirectory([]);
function factsOf(
  { chain = [], membership: [member, organization, ...roles] = ['', ''], columns = {}, ownLinks = chain.length }: Sent,
  known = nobody,
  told = nobody,
) {
  const facts = {
    chain,
    membership_member_id: member,
    membership_organization_id: organization,
    membership_roles: roles,
    membership_status_sent: '',
  } as unknown as InlineFacts;
  const all = {
    tenant: 't',
    sensor: 'sensor',
    event_key: 'k',
    event_date: MONDAY,
    event_time: time,
    received_at: time + 5,
    actor_id: 'actor',
    ed_app_id: 'app',
    ...columns,
  } as unknown as KeyColumns;
  return inlineFacts({ facts, columns: all, ownLinks, requestId: 'r', ruleVersion: 7 }, known, told).fresh;
}
const said = {
  sensor: 'sensor',
  source: 'event',
  observed_day: MONDAY,
  event_time: time,
  event_key: 'k',
  received_at: time + 5,
  request_id: 'r',
  rule_version: 7,
  version: time + 5,
};
/** A fact that is known, of an earlier time than the event. */
const earlier = (over: Partial<EntityFact>) => ({ event_time: time - 1, ...over });

test('a chain of three says what each is and to what it belongs', () => {
  const chain = [
    link('g', 'Group', { name: 'Tuesdays' }),
    link('s', 'CourseSection', { external_id: 'BIO-1', academic_session: 'F26' }),
    link('o'),
  ];
  expect(factsOf({ chain })).toEqual([
    factWith({ ...said, kind: 'entity', entity_id: 'g', entity_type: 'Group', name: 'Tuesdays' }),
    factWith({
      ...said,
      kind: 'nesting',
      entity_id: 'g',
      entity_type: 'Group',
      parent_id: 's',
      parent_type: 'CourseSection',
    }),
    factWith({
      ...said,
      kind: 'entity',
      entity_id: 's',
      entity_type: 'CourseSection',
      external_id: 'BIO-1',
      academic_session: 'F26',
    }),
    factWith({ ...said, kind: 'nesting', entity_id: 's', entity_type: 'CourseSection', parent_id: 'o' }),
  ]);
});

test('a membership, of the member or else of the actor', () => {
  const fact = {
    ...said,
    kind: 'membership',
    entity_type: 'Membership',
    organization_id: 'o',
    roles: ['Learner', 'Mentor'],
  };
  expect(factsOf({ membership: ['u', 'o', 'Learner', 'Mentor'] })).toEqual([factWith({ ...fact, member_id: 'u' })]);
  expect(factsOf({ membership: ['', 'o', 'Learner', 'Mentor'] })).toEqual([factWith({ ...fact, member_id: 'actor' })]);
});

test('an application that acts is no member', () => {
  expect(factsOf({ membership: ['', 'o', 'Learner'], columns: { actor_id: 'app' } })).toEqual([]);
});

test('without a day there is no nesting', () => {
  const facts = factsOf({ chain: [link('g', 'Group'), link('s')], columns: { event_date: 0 } });
  expect(facts.map(({ kind }) => kind)).toEqual(['entity']);
});

test('links that were cut say nothing', () => {
  expect(factsOf({ chain: [link('a'), link('b'), link('a')], ownLinks: 2 })).toHaveLength(1);
});

test('blank and anonymous ids are not published', () => {
  const anonymous = 'http://purl.imsglobal.org/caliper/CourseSection';
  const chain = [link('_:g', 'Group'), link('s'), link(anonymous, 'CourseSection')];
  expect(factsOf({ chain, membership: ['_:u', 's'] })).toEqual([]);
});

describe('what is known is left out', () => {
  const chain = [link('g', 'Group', { name: 'Tuesdays' }), link('s', 'CourseSection')];
  const membership = ['u', 's', 'Learner'] as const;
  const all = factsOf({ chain, membership });
  const index = createFactsIndex();
  for (const fact of all) index.add(fact);

  test('all of it, of the same event', () => {
    expect(all).toHaveLength(4);
    expect(factsOf({ chain, membership }, memoryDirectory(all))).toEqual([]);
  });

  test('and of a later one, whether it is known or on its way', () => {
    const later = { chain, membership, columns: { event_time: time + 1, event_key: 'later' } };
    expect(factsOf(later, memoryDirectory(all))).toEqual([]);
    expect(factsOf(later, nobody, { ...index, learn: () => {} })).toEqual([]);
  });

  test('and counted', () => {
    const source = {
      facts: { chain, membership_organization_id: '' } as unknown as InlineFacts,
      columns: { tenant: 't', event_date: MONDAY, event_time: time, event_key: 'l' } as unknown as KeyColumns,
      ownLinks: 2,
      requestId: '',
      ruleVersion: 1,
    };
    expect(inlineFacts(source, memoryDirectory(all), nobody)).toEqual({ fresh: [], known: 3 });
    expect(inlineFacts(source, nobody, nobody)).toMatchObject({ fresh: [{}, {}, {}], known: 0 });
  });

  test('not of another tenant', () => {
    expect(factsOf({ chain, membership, columns: { tenant: 'other' } }, memoryDirectory(all))).toHaveLength(4);
  });

  test.each([
    [0, 0],
    [6, 0],
    [7, 1],
    [-1, 1],
  ])('a nesting %d days later is told %d times: once a week', (days, count) => {
    const facts = factsOf({ chain, columns: { event_date: MONDAY + days } }, memoryDirectory(all));
    expect(facts.filter(({ kind }) => kind === 'nesting')).toHaveLength(count);
  });

  test('a nesting of a child that has moved is told once a day', () => {
    const moved = memoryDirectory([
      ...all,
      { kind: 'nesting', entity_id: 'g', parent_id: 'other', observed_day: MONDAY + 1 },
    ]);
    for (const [days, count] of [
      [0, 0],
      [2, 1],
    ] as const) {
      const facts = factsOf({ chain, columns: { event_date: MONDAY + days } }, moved);
      expect(facts.filter(({ kind }) => kind === 'nesting')).toHaveLength(count);
    }
  });
});

describe('an entity', () => {
  const held = (over: Partial<EntityFact>) =>
    memoryDirectory([
      earlier({ entity_id: 's', entity_type: 'CourseSection', name: 'Biology', external_id: 'B' }),
      over,
    ]);

  test.each([
    [link('s', 'CourseSection')],
    [link('s', '', { name: 'Biology' })],
    [link('s', 'CourseSection', { external_id: 'B' })],
    [link('s')],
  ])('of which nothing new is said: %j', (mention) => {
    expect(factsOf({ chain: [mention] }, held({}))).toEqual([]);
  });

  test('what a mention does not say stays as it is known', () => {
    expect(factsOf({ chain: [link('s', 'CourseSection', { academic_session: 'F26' })] }, held({}))).toEqual([
      factWith({
        ...said,
        entity_id: 's',
        entity_type: 'CourseSection',
        name: 'Biology',
        external_id: 'B',
        academic_session: 'F26',
      }),
    ]);
  });

  test('of which a later word is known is not told: compaction would take the later word away', () => {
    const later = held({ entity_id: 's', entity_type: 'CourseSection', name: 'Biology II', event_time: time + 1 });
    expect(factsOf({ chain: [link('s', 'CourseSection', { name: 'Biology' })] }, later)).toEqual([]);
  });
});

test.each([
  ['the same', ['Learner'], '', 0],
  ['another role', ['Instructor'], '', 1],
  ['one role more', ['Learner', 'Mentor'], '', 1],
  ['another status', ['Learner'], 'Inactive', 1],
])('a membership: %s', (_, roles, status, count) => {
  const known = memoryDirectory([earlier({ kind: 'membership', member_id: 'u', organization_id: 'o', roles, status })]);
  expect(factsOf({ membership: ['u', 'o', 'Learner'] }, known)).toHaveLength(count);
  const later = memoryDirectory([
    earlier({ kind: 'membership', member_id: 'u', organization_id: 'o', roles, status, event_time: time + 1 }),
  ]);
  expect(factsOf({ membership: ['u', 'o', 'Learner'] }, later)).toHaveLength(0);
});
