import type { ChainLink } from '@caliper-pipeline/contracts';
import { expect, test } from 'vitest';
import { memoryDirectory } from '../testing/memory-directory.ts';
import { MAX_CHAIN_LENGTH, resolveCourse } from './course.ts';
import type { FactsDirectory } from './facts-directory.ts';

const link = (id: string, type = '', over: Partial<ChainLink> = {}): ChainLink => ({
  id,
  type,
  name: '',
  external_id: '',
  academic_session: '',
  ...over,
});
const DAY = 20_000;
const nothing = memoryDirectory([]);
const courseOf = (
  chain: readonly ChainLink[],
  { source = 'group', directory = nothing, tenant = 't', day = DAY } = {} as {
    source?: string;
    directory?: FactsDirectory;
    tenant?: string;
    day?: number;
  },
) => resolveCourse({ tenant, day, chain, source }, directory);
const under = (child: string, parent: string, over = {}) => ({
  tenant: 't',
  kind: 'nesting',
  entity_id: child,
  parent_id: parent,
  observed_day: DAY,
  ...over,
});
const is = (id: string, type: string, over = {}) => ({
  tenant: 't',
  kind: 'entity',
  entity_id: id,
  entity_type: type,
  ...over,
});

test('group, section, offering and organisation: the section is the course, the offering is above it', () => {
  const chain = [
    link('g', 'Group'),
    link('s', 'CourseSection'),
    link('o', 'CourseOffering', { external_id: 'BIO-101' }),
    link('u', 'Organization'),
  ];
  expect(courseOf(chain).columns).toEqual({
    course_id: 's',
    course_section_id: 's',
    course_offering_id: 'o',
    course_external_id: 'BIO-101',
    academic_session: '',
    group_path: ['g', 's', 'o', 'u'],
    group_path_types: ['Group', 'CourseSection', 'CourseOffering', 'Organization'],
    course_source: 'group',
  });
});

test('an offering alone is the course, as Learn sends it', () => {
  const { columns } = courseOf([link('g', 'Group'), link('o', 'CourseOffering')], { source: 'membership' });
  expect(columns).toMatchObject({
    course_id: 'o',
    course_section_id: '',
    course_offering_id: 'o',
    course_source: 'membership',
  });
});

test('an offering below a section is not the section’s offering', () => {
  const { columns } = courseOf([link('o', 'CourseOffering'), link('s', 'CourseSection')]);
  expect(columns).toMatchObject({ course_section_id: 's', course_offering_id: '' });
});

test('of several sections and offerings the nearest count', () => {
  const types = ['CourseSection', 'CourseSection', 'CourseOffering', 'CourseOffering'];
  expect(courseOf(types.map((type, index) => link(`${index}`, type))).columns).toMatchObject({
    course_section_id: '0',
    course_offering_id: '2',
  });
});

test('no chain is no course, whatever the directory knows', () => {
  expect(courseOf([], { source: 'none', directory: memoryDirectory([under('', 's')]) })).toEqual({
    columns: {
      course_id: '',
      course_section_id: '',
      course_offering_id: '',
      course_external_id: '',
      academic_session: '',
      group_path: [],
      group_path_types: [],
      course_source: 'none',
    },
    flags: [],
    ownLinks: 0,
  });
});

test('a bare IRI is in the path and no course until it is described', () => {
  const { columns } = courseOf([link('s')]);
  expect(columns).toMatchObject({ course_id: '', group_path: ['s'], group_path_types: [''], course_source: 'group' });
});

test('a bare IRI that is described has type, course key and term of the description', () => {
  const directory = memoryDirectory([is('s', 'CourseSection', { external_id: 'BIO-1', academic_session: 'F26' })]);
  expect(courseOf([link('s')], { directory }).columns).toMatchObject({
    course_id: 's',
    course_section_id: 's',
    course_external_id: 'BIO-1',
    academic_session: 'F26',
    group_path_types: ['CourseSection'],
  });
  // What the event says itself comes first.
  const said = [link('s', '', { external_id: 'own' }), link('t', 'Group')];
  expect(courseOf(said, { directory }).columns).toMatchObject({ course_external_id: 'own', academic_session: 'F26' });
});

test('above the chain the directory goes on, by the parent of the day', () => {
  const directory = memoryDirectory([
    under('g', 's', { parent_type: 'CourseSection' }),
    under('s', 'o'),
    is('o', 'CourseOffering', { external_id: 'BIO' }),
    under('o', 'elsewhere', { observed_day: DAY + 1 }),
    under('o', 'u'),
  ]);
  expect(courseOf([link('g', 'Group')], { directory })).toMatchObject({
    columns: {
      course_id: 's',
      course_section_id: 's',
      course_offering_id: 'o',
      course_external_id: 'BIO',
      group_path: ['g', 's', 'o', 'u'],
      group_path_types: ['Group', 'CourseSection', 'CourseOffering', ''],
      course_source: 'group',
    },
    flags: [],
    ownLinks: 1,
  });
  expect(courseOf([link('o')], { directory, day: DAY + 1 }).columns.group_path).toEqual(['o', 'elsewhere']);
});

test('the directory is asked from the last link of the chain only', () => {
  const directory = memoryDirectory([under('g', 'other'), under('s', 'o')]);
  expect(courseOf([link('g'), link('s')], { directory }).columns.group_path).toEqual(['g', 's', 'o']);
});

test('an empty parent ends the path', () => {
  const directory = memoryDirectory([under('g', 's', { observed_day: DAY - 9 }), under('g', '')]);
  expect(courseOf([link('g')], { directory }).columns.group_path).toEqual(['g']);
  expect(courseOf([link('g')], { directory, day: DAY - 1 }).columns.group_path).toEqual(['g', 's']);
});

test('another tenant’s parents are not met', () => {
  const directory = memoryDirectory([under('g', 's'), is('g', 'CourseSection')]);
  expect(courseOf([link('g')], { directory, tenant: 'other' }).columns).toMatchObject({
    group_path: ['g'],
    course_id: '',
  });
});

test.each([
  ['a cycle in the chain', [link('a'), link('b'), link('a'), link('o', 'CourseOffering')], [], ['a', 'b']],
  ['an own parent', [link('a'), link('a')], [], ['a']],
  ['a cycle above it', [link('a')], [under('a', 'b'), under('b', 'a')], ['a', 'b']],
  ['an own parent above it', [link('a')], [under('a', 'a')], ['a']],
])('%s is cut and flagged', (_, chain, facts, path) => {
  const { columns, flags } = courseOf(chain, { directory: memoryDirectory(facts) });
  expect({ path: columns.group_path, course: columns.course_id, flags }).toEqual({
    path,
    course: '',
    flags: ['group_cycle'],
  });
});

test('a chain without end is cut and flagged, in the event and above it', () => {
  const ids = Array.from({ length: 40 }, (_, index) => `g${index}`);
  const facts = ids.slice(1).map((parent, index) => under(`g${index}`, parent));
  for (const length of [1, 15, 16, 17, 40]) {
    const chain = ids.slice(0, length).map((id) => link(id));
    const { columns, flags, ownLinks } = courseOf(chain, { directory: memoryDirectory(facts) });
    expect(flags).toEqual(['group_too_deep']);
    expect(columns.group_path).toEqual(ids.slice(0, MAX_CHAIN_LENGTH));
    expect(ownLinks).toBe(Math.min(length, MAX_CHAIN_LENGTH));
  }
  const whole = ids.slice(0, MAX_CHAIN_LENGTH).map((id) => link(id));
  expect(courseOf(whole).flags).toEqual([]);
});

test('blank and anonymous ids are never looked up', () => {
  const ids = ['_:g', 'http://purl.imsglobal.org/caliper/CourseSection'];
  for (const id of ids) {
    const directory = memoryDirectory([under(id, 's'), is(id, 'CourseSection')], { keepsUnidentified: true });
    expect(courseOf([link(id)], { directory }).columns).toMatchObject({ group_path: [id], course_id: '' });
    const above = memoryDirectory([under('g', id)], { keepsUnidentified: true });
    expect(courseOf([link('g')], { directory: above }).columns.group_path).toEqual(['g']);
  }
});
