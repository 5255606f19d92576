import { describe, expect, it } from 'vitest';
import { nearestNames } from './nearest-names.ts';
import { parseQueryArguments } from './query-arguments.ts';
import { parseQuery } from './query-files.ts';

const TEXT = "-- A. For all.\n-- param: course '' c\nSELECT {course:String}";
const queries = [parseQuery('01-active-learners.sql', TEXT), parseQuery('02-grades.sql', TEXT)];
const parse = (...args: readonly string[]): ReturnType<typeof parseQueryArguments> =>
  parseQueryArguments(args, queries);

describe('parseQueryArguments', () => {
  it.each([[], ['--help'], ['-h'], ['--data-dir', 'x']])('lists the queries without a name: %s', (...args) => {
    expect(parse(...args)).toEqual({ kind: 'list' });
  });

  it('runs a query by its name or its file', () => {
    const run = { kind: 'run', query: queries[1], format: 'table', dataDirectory: undefined, parameters: {} };
    expect(parse('grades')).toEqual(run);
    expect(parse('02-grades')).toEqual(run);
  });

  it('passes on what was typed', () => {
    expect(parse('grades', '--course', 'BIO-101', '--format=csv', '--data-dir', 'there')).toMatchObject({
      format: 'csv',
      dataDirectory: 'there',
      parameters: { course: 'BIO-101' },
    });
  });

  it('explains one query', () => {
    expect(parse('grades', '--help')).toEqual({ kind: 'help', query: queries[1] });
  });

  it.each([
    [['active-learner'], /did you mean active-learners\?/],
    [['gardes'], /did you mean grades\?/],
    [['something-else'], /there are active-learners, grades/],
    [['grades', '--curse', 'x'], /'--curse'. grades takes --data-dir, --format, --course/],
    [['grades', 'more'], /more/],
    [['grades', '--course'], /--course/],
    [['grades', '--format', 'xml'], /--format is one of table, json, csv, not "xml"/],
  ])('says what is possible instead of %s', (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });
});

describe('nearestNames', () => {
  it('prefers names that contain what was typed', () => {
    expect(nearestNames('learners', ['active-learners', 'learner'])).toEqual(['active-learners', 'learner']);
  });

  it('suggests nothing for what is like nothing', () => {
    expect(nearestNames('zzzzzz', ['grades', 'latest-events'])).toEqual([]);
  });
});
