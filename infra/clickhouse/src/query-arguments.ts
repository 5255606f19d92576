import { parseArgs } from 'node:util';
import { AppError } from '@caliper-pipeline/runtime';
import { nearestNames } from './nearest-names.ts';
import type { QueryFile } from './query-files.ts';

/** How rows can be printed. */
export const outputFormats = ['table', 'json', 'csv'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** What was asked for on the command line. */
export type QueryRequest =
  | { readonly kind: 'list' }
  | { readonly kind: 'help'; readonly query: QueryFile }
  | {
      readonly kind: 'run';
      readonly query: QueryFile;
      readonly dataDirectory: string | undefined;
      readonly format: OutputFormat;
      /** As typed; what is absent has its default. */
      readonly parameters: Readonly<Record<string, string>>;
    };

/**
 * Reads `NAME [--parameter value …] [--data-dir DIR] [--format F] [--help]`. A file's name or its number is a name, too.
 *
 * @throws AppError `config_invalid` that names what is possible instead
 */
export function parseQueryArguments(args: readonly string[], queries: readonly QueryFile[]): QueryRequest {
  const [name, ...rest] = args;
  if (name === undefined || name.startsWith('-')) return { kind: 'list' };
  const query = queries.find((candidate) => candidate.name === name || candidate.file.replace('.sql', '') === name);
  if (query === undefined) throw unknownQuery(name, queries);
  const values = readOptions(query, rest);
  if (values.help === true) return { kind: 'help', query };
  const { 'data-dir': dataDirectory, format = 'table', help: _help, ...parameters } = values;
  if (!isOutputFormat(format)) {
    throw new AppError('config_invalid', `--format is one of ${outputFormats.join(', ')}, not "${String(format)}"`);
  }
  return {
    kind: 'run',
    query,
    format,
    dataDirectory: typeof dataDirectory === 'string' ? dataDirectory : undefined,
    parameters: Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, String(value)])),
  };
}

function readOptions(query: QueryFile, args: readonly string[]): Record<string, string | boolean | undefined> {
  const names = ['data-dir', 'format', ...query.parameters.map((parameter) => parameter.name)];
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
        help: { type: 'boolean' as const, short: 'h' },
      },
    });
    return values;
  } catch (thrown) {
    const reason = thrown instanceof Error ? (thrown.message.split('. ')[0] ?? '') : String(thrown);
    throw new AppError(
      'config_invalid',
      `${reason}. ${query.name} takes ${names.map((name) => `--${name}`).join(', ')}`,
    );
  }
}

function unknownQuery(name: string, queries: readonly QueryFile[]): AppError {
  const near = nearestNames(
    name,
    queries.map((query) => query.name),
  );
  const hint =
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${queries.map((q) => q.name).join(', ')}`;
  return new AppError('config_invalid', `no query "${name}": ${hint}`);
}

function isOutputFormat(text: unknown): text is OutputFormat {
  return outputFormats.some((format) => format === text);
}
