import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ClickHouseAddress } from '../clickhouse.ts';
import { readEndpoints } from '../endpoints.ts';
import { verificationText } from './table.ts';
import { verify } from './verify.ts';

interface Options {
  readonly dataDir: string;
  readonly ledgersDir: string;
  readonly clickhouse?: string;
  readonly user?: string;
  readonly passwordEnv?: string;
  readonly database: string;
  readonly patience: number;
  readonly pipeline?: keyof typeof abilitiesOfPipeline;
  readonly json?: string;
}

const abilitiesOfPipeline = {
  plain: { hasStage: false, hasRepair: false },
  stage: { hasStage: true, hasRepair: false },
  repair: { hasStage: true, hasRepair: true },
} as const;

const seconds = (text: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('must be a number of seconds from 0 on');
  return value;
};

const command = new Command('npm run verify --')
  .description(
    'Holds the ledger of a load against the warehouse: every row, session, dead letter and fact, as exact sets and column by ' +
      "column, and the sums of the pipeline's own ledger. Prints a table and the first few of what deviates.",
  )
  .argument('[ledger]', 'folder that npm run load wrote; without it the newest one')
  .option('--data-dir <dir>', 'local stack whose ClickHouse is asked', '.local')
  .option('--ledgers-dir <dir>', 'where the newest ledger is looked for', join('.local', 'ledgers'))
  .option('--clickhouse <url>', 'another ClickHouse, as http://host:8123')
  .option('--user <name>', 'its user', 'default')
  .option('--password-env <name>', 'environment variable that holds the password', 'CLICKHOUSE_PASSWORD')
  .option('--database <name>', 'its database', 'caliper')
  .option('--patience <seconds>', 'how long nothing new may come before what is missing is called missing', seconds, 30)
  .addOption(
    new Option(
      '--pipeline <what>',
      'what the pipeline does, in place of asking the warehouse: plain, stage (duplicates, sessions, facts), repair (rows too)',
    ).choices(['plain', 'stage', 'repair']),
  )
  .option('--json <file>', 'write the result as JSON')
  .addHelpText(
    'after',
    '\nExit codes: 0 everything is where it must be, 1 something deviates, 2 it could not be verified',
  )
  .parse();

const options = command.opts<Options>();
try {
  const folder = command.args[0] ?? (await newestLedger(options.ledgersDir));
  const isTerminal = process.stderr.isTTY === true;
  const result = await verify(folder, await addressOf(options), {
    patienceMs: options.patience * 1_000,
    ...(options.pipeline === undefined ? {} : { abilities: abilitiesOfPipeline[options.pipeline] }),
    report: (line) => void (isTerminal && process.stderr.write(`\r\x1b[K${line}`)),
  });
  if (isTerminal) process.stderr.write('\r\x1b[K');
  console.log(verificationText(result));
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
  process.exitCode = result.isRight ? 0 : 1;
} catch (error) {
  console.error(`✘ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}

async function addressOf({ clickhouse, dataDir, user, passwordEnv, database }: Options): Promise<ClickHouseAddress> {
  if (clickhouse === undefined) return (await readEndpoints(dataDir)).clickhouse;
  return {
    url: clickhouse.replace(/\/$/, ''),
    user: user ?? 'default',
    password: process.env[passwordEnv ?? ''] ?? '',
    database,
  };
}

/** Folders are named by their time. */
async function newestLedger(dir: string): Promise<string> {
  const names = await readdir(dir).catch(() => []);
  const newest = names.sort().at(-1);
  if (newest === undefined) throw new Error(`there is no ledger in ${dir}: run npm run load, or name a folder`);
  return join(dir, newest);
}
