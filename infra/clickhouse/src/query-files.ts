import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppError } from '@caliper-pipeline/runtime';

/** A parameter that a query declares in its comment and uses as `{name:Type}`. */
export interface QueryParameter {
  readonly name: string;
  /** ClickHouse type, from its place in the text. */
  readonly type: string;
  /** `required`, `sole-tenant` (the only tenant there is), or the value itself; `''` in the comment is the empty text. */
  readonly fallback: string;
  readonly meaning: string;
}

/** One file of the folder queries. */
export interface QueryFile {
  /** Without number and ending: what people type. */
  readonly name: string;
  readonly file: string;
  /** First sentence of the comment. */
  readonly summary: string;
  /** The comment without its parameters. */
  readonly description: string;
  readonly parameters: readonly QueryParameter[];
  readonly sql: string;
}

/** The questions of this release. */
export const QUERIES_DIRECTORY: string = fileURLToPath(new URL('../queries', import.meta.url));

const FILE_NAME = /^\d\d-([a-z0-9-]+)\.sql$/;
const PARAMETER_LINE = /^param: (\w+) (\S+) (.+)$/;
const USE = /\{(\w+):(\w+)\}/g;

/** All queries, in the order of their numbers. */
export async function readQueries(directory: string = QUERIES_DIRECTORY): Promise<readonly QueryFile[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort();
  return await Promise.all(files.map(async (file) => parseQuery(file, await readFile(`${directory}/${file}`, 'utf8'))));
}

/** @throws AppError `internal` when the comment and the text do not declare the same parameters */
export function parseQuery(file: string, text: string): QueryFile {
  const name = FILE_NAME.exec(file)?.[1];
  if (name === undefined) throw new AppError('internal', `${file}: not named NN-name.sql`);
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('--'));
  const comment = lines.slice(0, end).map((line) => line.slice(3));
  const description = comment.filter((line) => !line.startsWith('param: ')).join(' ');
  const types = new Map([...text.matchAll(USE)].map(([, used = '', type = '']) => [used, type]));
  const parameters = comment.flatMap((line) => {
    const [, parameter = '', fallback = '', meaning = ''] = PARAMETER_LINE.exec(line) ?? [];
    const type = types.get(parameter);
    if (type === undefined) return [];
    return [{ name: parameter, type, fallback: fallback === "''" ? '' : fallback, meaning }];
  });
  const declared = comment.filter((line) => line.startsWith('param: ')).length;
  if (parameters.length !== declared || parameters.length !== types.size) {
    throw new AppError('internal', `${file}: the comment declares ${declared} parameters, the text uses ${types.size}`);
  }
  const summary = description.split(/[.:;](?:\s|$)/)[0] ?? '';
  return { name, file, summary, description, parameters, sql: lines.slice(end).join('\n').trim() };
}
