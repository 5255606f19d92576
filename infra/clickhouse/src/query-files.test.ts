import { describe, expect, it } from 'vitest';
import { parseQuery, readQueries } from './query-files.ts';

const SQL = `-- Answers it. For whom.
-- param: course '' which one
-- param: limit 20 how many
SELECT 1 WHERE x = {course:String} LIMIT {limit:UInt32}
`;

describe('parseQuery', () => {
  it('reads what the comment says and the types that the text uses', () => {
    expect(parseQuery('03-some-name.sql', SQL)).toEqual({
      name: 'some-name',
      file: '03-some-name.sql',
      summary: 'Answers it',
      description: 'Answers it. For whom.',
      parameters: [
        { name: 'course', type: 'String', fallback: '', meaning: 'which one' },
        { name: 'limit', type: 'UInt32', fallback: '20', meaning: 'how many' },
      ],
      sql: 'SELECT 1 WHERE x = {course:String} LIMIT {limit:UInt32}',
    });
  });

  it.each([
    ['a parameter without a line', SQL.replace('-- param: limit 20 how many\n', '')],
    ['a line without a parameter', SQL.replace('{limit:UInt32}', '1')],
  ])('refuses %s', (_what, text) => {
    expect(() => parseQuery('03-x.sql', text)).toThrow(/03-x\.sql/);
  });

  it('refuses a file without a number', () => {
    expect(() => parseQuery('x.sql', SQL)).toThrow(/NN-name/);
  });
});

describe('the queries of this release', () => {
  it('have distinct names and numbers that run 01, 02 …', async () => {
    const queries = await readQueries();
    expect(queries.map(({ file }) => Number(file.slice(0, 2)))).toEqual(queries.map((_, index) => index + 1));
    expect(new Set(queries.map(({ name }) => name)).size).toBe(queries.length);
  });

  it('say what they answer and for whom, name their tenant, and read views, never raw', async () => {
    for (const { file, description, parameters, sql } of await readQueries()) {
      expect(description, file).toMatch(/\bFor \w+/);
      expect(parameters[0], file).toMatchObject({ name: 'tenant', fallback: 'sole-tenant' });
      expect(sql, file).not.toMatch(/\braw\b/);
      for (const [, table = ''] of sql.matchAll(/\b(?:FROM|JOIN)\s+(\w+)/g)) {
        expect(table, file).toMatch(/_current$|^(attempts|activity)$/);
      }
    }
  });
});
