import { toAppError } from '@caliper-pipeline/runtime';
import { parseQueryArguments } from './query-arguments.ts';
import { queryConnection } from './query-connection.ts';
import { type QueryFile, type QueryParameter, readQueries } from './query-files.ts';
import { runQuery } from './query-run.ts';

function listOf(queries: readonly QueryFile[]): string {
  const width = Math.max(...queries.map(({ name }) => name.length));
  return [
    'npm run query -- NAME [--tenant T] [--course C] [--from DAY] [--to DAY] [--format table|json|csv] [--data-dir DIR]',
    '',
    ...queries.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'npm run query -- NAME --help tells more of one. Files: infra/clickhouse/queries',
    '',
  ].join('\n');
}

function helpOf({ name, description, parameters, file }: QueryFile): string {
  return [
    `${name}: ${description}`,
    '',
    ...parameters.map(
      (parameter) => `  --${parameter.name} ${parameter.type}  ${parameter.meaning}${fallbackOf(parameter)}`,
    ),
    '',
    `infra/clickhouse/queries/${file}`,
    '',
  ].join('\n');
}

function fallbackOf({ fallback }: QueryParameter): string {
  if (fallback === '' || fallback === 'required') return '';
  return fallback === 'sole-tenant' ? ' (needed where there are several)' : ` (${fallback} if absent)`;
}

async function main(args: readonly string[]): Promise<void> {
  const queries = await readQueries();
  const request = parseQueryArguments(args, queries);
  if (request.kind === 'list') return void process.stdout.write(listOf(queries));
  if (request.kind === 'help') return void process.stdout.write(helpOf(request.query));
  const connection = await queryConnection(request.dataDirectory, process.env);
  const rows = await runQuery(connection, request.query, request.parameters, request.format);
  process.stdout.write(rows === '' ? 'no rows\n' : rows);
}

try {
  await main(process.argv.slice(2));
} catch (thrown) {
  // The code is for logs; a person reads the sentence.
  process.stderr.write(`${toAppError(thrown).message.replace(/^\w+: /, '')}\n`);
  process.exitCode = 1;
}
