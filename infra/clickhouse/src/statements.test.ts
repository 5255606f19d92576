import { describe, expect, it } from 'vitest';
import { splitStatements } from './statements.ts';

describe('splitStatements', () => {
  it('splits at semicolons and drops what is only space or comment', () => {
    expect(splitStatements('SELECT 1;\n\n SELECT 2 ;\n-- the end; really\n/* ; */ ;')).toEqual([
      'SELECT 1',
      'SELECT 2',
    ]);
  });

  it('takes the last statement without a semicolon', () => {
    expect(splitStatements('SELECT 1; SELECT 2')).toEqual(['SELECT 1', 'SELECT 2']);
  });

  it('is empty for an empty file', () => {
    expect(splitStatements(' \n-- nothing\n')).toEqual([]);
  });

  it.each([
    ['a string', "SELECT 'a;b'"],
    ['a doubled quote', "SELECT 'it''s; fine'"],
    ['an escaped quote', "SELECT 'it\\'s; fine'"],
    ['an escaped backslash before the end', "SELECT 'a\\\\', ';'"],
    ['a quoted name', 'SELECT 1 AS "a;b"'],
    ['a name in back-ticks', 'SELECT 1 AS `a;b`'],
    ['a line comment', 'SELECT 1 -- one; two\n + 1'],
    ['a hash comment', 'SELECT 1 # one; two\n + 1'],
    ['a block comment', 'SELECT 1 /* ; */ + 1'],
    ['a comment with a quote', "SELECT 1 -- don't; stop\n + 1"],
    ['a heredoc', "SELECT $doc$ it's; -- here $doc$"],
    ['a string with comment marks', "SELECT '--', '/*;', '*/'"],
  ])('leaves a semicolon in %s alone', (_what, statement) => {
    expect(splitStatements(`${statement}; SELECT 2;`)).toEqual([statement, 'SELECT 2']);
  });

  it('keeps the comment above a statement with it', () => {
    expect(splitStatements('-- why\nSELECT 1;')).toEqual(['-- why\nSELECT 1']);
  });

  it('ends with the text where a quote or a comment is left open', () => {
    expect(splitStatements("SELECT 'open; text")).toEqual(["SELECT 'open; text"]);
    expect(splitStatements('SELECT 1 /* open; text')).toEqual(['SELECT 1 /* open; text']);
  });
});
