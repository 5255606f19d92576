import type { ChainLink } from '@caliper-pipeline/contracts';
import { expect, test } from 'vitest';
import { courseOfChain, MAX_CHAIN_LENGTH } from './course.ts';

const link = (id: string, type = '', over: Partial<ChainLink> = {}): ChainLink => ({
  id,
  type,
  name: '',
  external_id: '',
  academic_session: '',
  ...over,
});

test('group, section, offering and organisation: the section is the course, the offering is above it', () => {
  const chain = [
    link('g', 'Group'),
    link('s', 'CourseSection'),
    link('o', 'CourseOffering', { external_id: 'BIO-101' }),
    link('u', 'Organization'),
  ];
  expect(courseOfChain(chain, 'group').columns).toEqual({
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
  const { columns } = courseOfChain([link('g', 'Group'), link('o', 'CourseOffering')], 'membership');
  expect(columns).toMatchObject({
    course_id: 'o',
    course_section_id: '',
    course_offering_id: 'o',
    course_source: 'membership',
  });
});

test('an offering below a section is not the section’s offering', () => {
  const { columns } = courseOfChain([link('o', 'CourseOffering'), link('s', 'CourseSection')], 'group');
  expect(columns).toMatchObject({ course_section_id: 's', course_offering_id: '' });
});

test('a bare IRI is in the path and no course until it is described', () => {
  const { columns } = courseOfChain([link('s')], 'group');
  expect(columns).toMatchObject({ course_id: '', group_path: ['s'], group_path_types: [''], course_source: 'group' });
});

test('cycles and chains without end are cut and flagged, never followed', () => {
  const cycle = courseOfChain([link('a'), link('b'), link('a'), link('o', 'CourseOffering')], 'group');
  expect(cycle.flags).toEqual(['group_cycle']);
  expect(cycle.columns.group_path).toEqual(['a', 'b']);
  const deep = courseOfChain(
    Array.from({ length: 40 }, (_, index) => link(`g${index}`)),
    'group',
  );
  expect(deep.flags).toEqual(['group_too_deep']);
  expect(deep.columns.group_path).toHaveLength(MAX_CHAIN_LENGTH);
});
