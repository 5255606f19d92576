import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readEndpoints } from '../endpoints.ts';
import { type FaultName, faultNames, faults, noFaults } from './faults.ts';
import { flows } from './flows.ts';
import { liveLine, summaryText } from './report.ts';
import { type LoadOptions, runLoad, usualLoad, type Via } from './run.ts';

const number =
  (least: number, isWhole = true) =>
  (text: string): number => {
    const value = Number(text.replaceAll('_', ''));
    if (!Number.isFinite(value) || value < least || (isWhole && !Number.isInteger(value)))
      throw new InvalidArgumentError(`must be a ${isWhole ? 'whole ' : ''}number from ${least} on`);
    return value;
  };

const faultRate = (
  text: string,
  before: Partial<Record<FaultName, number>> = {},
): Partial<Record<FaultName, number>> => {
  const [name = '', rate = ''] = text.split('=');
  const share = Number(rate);
  if (!faultNames.includes(name as FaultName)) throw new InvalidArgumentError(`there is no fault ${name}`);
  if (rate === '' || !(share >= 0 && share <= 1)) throw new InvalidArgumentError('must be NAME=SHARE, as resent=0.02');
  return { ...before, [name]: share };
};

interface Options
  extends Omit<LoadOptions, 'gatewayUrl' | 'bootstrapServers' | 'key' | 'faults' | 'nowMs' | 'windowHours'> {
  readonly now?: string;
  readonly window: number;
  readonly settle: number;
  readonly dataDir: string;
  readonly gateway?: string;
  readonly kafka?: string;
  readonly key?: string;
  readonly noFaults?: boolean;
  readonly faults: boolean;
  readonly fault?: Partial<Record<FaultName, number>>;
  readonly json?: string;
}

const options = new Command('npm run load --')
  .description(
    'Sends what a university sends: twenty flows of people in five kinds of learning tools, with everything that goes ' +
      'wrong in life. Writes a ledger that says what must become of each item; npm run verify holds the warehouse against it.',
  )
  .option('--items <n>', 'how much is sent: events, copies and describes', number(1), usualLoad.items)
  .option(
    '--rate <n>',
    'items a second, at fixed moments (open loop); without it as fast as accepted',
    number(0.001, false),
  )
  .addOption(
    new Option('--via <way>', 'HTTP, the ingress topic, or both: some tools here, some there')
      .choices(['http', 'kafka', 'both'])
      .default(usualLoad.via),
  )
  .option('--batch <n>', "events in each request, in place of each tool's own habit (Canvas 1, Learn 50 …)", number(1))
  .option('--concurrency <n>', 'requests at a time without --rate', number(1), usualLoad.concurrency)
  .option('--seed <text>', 'the same seed, label and --now give the same bytes', usualLoad.seed)
  .option('--label <text>', 'in host names and sensors of this run; without it made of seed and time')
  .option('--now <time>', 'ISO time in place of the clock: events lie before it')
  .option(
    '--window <hours>',
    'events lie in so many hours before now, at most 40',
    number(0.1, false),
    usualLoad.windowHours,
  )
  .option('--learners <n>', 'people; fewer where there are few items', number(1), usualLoad.learners)
  .option('--courses <n>', 'courses; fewer where there are few items', number(1), usualLoad.courses)
  .option('--no-faults', 'nothing goes wrong')
  .option('--fault <name=share>', 'how often a fault happens, of all items; may be repeated (list below)', faultRate)
  .option(
    '--settle <seconds>',
    'between the first describes and the first event',
    number(0, false),
    usualLoad.settleMs / 1000,
  )
  .option('--timeout-ms <n>', 'a try that takes longer is sent again', number(1), usualLoad.timeoutMs)
  .option('--give-up-ms <n>', 'a sender gives up on a request after this', number(1), usualLoad.giveUpMs)
  .option('--tenant <name>', 'whose key is taken from the stack', usualLoad.tenant)
  .option('--data-dir <dir>', 'local stack to send to', '.local')
  .option('--gateway <url>', 'another gateway than that of the local stack; with --key')
  .option('--kafka <servers>', 'another Kafka than that of the local stack')
  .option('--key <text>', 'key of the sensor')
  .option('--ledgers-dir <dir>', 'each run writes a folder of its own in it', join('.local', 'ledgers'))
  .option('--json <file>', 'write the summary as JSON')
  .addHelpText('after', () =>
    [
      '\nFaults, with their usual share of all items (each comes at least twice):',
      ...faults.map(({ name, rate, says }) => `  ${name.padEnd(18)} ${String(rate).padEnd(8)} ${says}`),
      '\nFlows, with their share of all sittings:',
      ...flows.map(
        ({ name, share }) => `  ${name.padEnd(28)} ${share > 0 ? `${share} %` : 'once a night, 6 % of all items'}`,
      ),
      '\nExit codes: 0 sent, 1 something was not accepted or cannot be reached, 130 interrupted',
    ].join('\n'),
  )
  .parse()
  .opts<Options>();

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

try {
  const load = await loadOptions(options);
  let [seenItems, seenAt] = [0, performance.now()];
  const show = (line: string) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  const summary = await runLoad(
    load,
    (reading) => {
      const now = performance.now();
      show(liveLine(reading, load.items, ((reading.items - seenItems) * 1_000) / Math.max(1, now - seenAt)));
      [seenItems, seenAt] = [reading.items, now];
    },
    interrupted.signal,
  );
  if (process.stderr.isTTY) process.stderr.write('\n');
  console.log(summaryText(summary));
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(summary, null, 2)}\n`);
  if (summary.givenUp > 0 || Object.keys(summary.unexpected).length > 0) process.exitCode = 1;
  if (interrupted.signal.aborted) process.exitCode = 130;
} catch (error) {
  console.error(`✘ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function loadOptions(given: Options): Promise<LoadOptions> {
  const isElsewhere = given.key !== undefined && (given.via === 'kafka' || given.gateway !== undefined);
  const endpoints =
    isElsewhere && (given.via === 'http' || given.kafka !== undefined) ? null : await readEndpoints(given.dataDir);
  const key = given.key ?? endpoints?.sensors.find(({ tenant }) => tenant === given.tenant)?.key;
  if (key === undefined) throw new Error(`the stack knows no sensor of tenant ${given.tenant}; name a key with --key`);
  const nowMs = given.now === undefined ? Date.now() : Date.parse(given.now);
  if (Number.isNaN(nowMs)) throw new Error(`--now ${given.now} is no time`);
  if (given.window > 40) throw new Error('--window over 40 hours would make events that count in no session');
  return {
    ...usualLoad,
    ...given,
    via: given.via as Via,
    label: given.label ?? '',
    rate: given.rate ?? null,
    batch: given.batch ?? null,
    nowMs,
    windowHours: given.window,
    settleMs: given.settle * 1_000,
    key,
    gatewayUrl: given.gateway ?? endpoints?.gateway.endpoint ?? '',
    bootstrapServers: given.kafka ?? endpoints?.kafka.bootstrapServers ?? '',
    faults: given.faults ? (given.fault ?? 'usual') : { ...noFaults, ...given.fault },
  };
}
