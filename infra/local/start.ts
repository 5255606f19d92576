import { relative, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { sendSampleDay } from '../../tools/sample-day/main.ts';
import { fetchJvmParts } from './fetch-jvm-parts.ts';
import { DEFAULT_BASE_PORT } from './ports.ts';
import { setUpJobs } from './set-up.ts';
import { type Stack, startStack } from './stack.ts';
import type { StackEvent } from './stack-options.ts';

interface Options {
  readonly dataDir: string;
  readonly basePort: number;
  readonly partitions: number;
  readonly sample: boolean;
}

const wholeNumber = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}`);
  return value;
};

const program = new Command('npm start --')
  .description(
    'Starts the whole pipeline on this machine: Kafka, schema registry, ClickHouse, gateway, enricher, sink.',
  )
  .option('--data-dir <dir>', 'where data, logs and secrets are kept', '.local')
  .option(
    '--base-port <n>',
    'first port of the stack; the others keep their distance to it',
    wholeNumber(1_024, 64_000),
    DEFAULT_BASE_PORT,
  )
  .option('--partitions <n>', 'partitions of the event topics, fixed at the first start', wholeNumber(1, 1_000), 6)
  .option('--no-sample', 'do not send the sample day')
  .addHelpText(
    'after',
    `
Examples:
  npm start
  npm start -- --no-sample
  npm start -- --data-dir .second --base-port 28080     a second stack beside the first

Delete the data folder to begin anew.`,
  );

const options = program.parse().opts<Options>();
const startedAtMs = Date.now();
let stack: Stack | undefined;
let stopping = false;

const say = (line: string) => console.log(line);
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/**
 * Ctrl-C and SIGTERM stop everything in order, once. A second Ctrl-C does not wait: the pipes to all parts break. A second
 * SIGTERM says nothing new: supervisors send it to a whole group, and the bootstrap passes it on as well.
 */
const onSignal = async (signal: 'SIGINT' | 'SIGTERM') => {
  if (stopping && signal === 'SIGINT') process.exit(130);
  if (stopping) return;
  stopping = true;
  say('\nStopping… (again Ctrl-C to stop at once)');
  await stack?.stop();
  say('Stopped. Data stay.');
  process.exit(0);
};
process.on('SIGINT', () => void onSignal('SIGINT'));
process.on('SIGTERM', () => void onSignal('SIGTERM'));

try {
  say(`caliper-pipeline · local stack · data in ${shown(options.dataDir)}`);
  say(`✔ Node ${process.versions.node}`);
  await fetchJvmParts({ report: say });
  stack = await startStack({
    dataDir: options.dataDir,
    basePort: options.basePort,
    partitions: options.partitions,
    setUp: setUpJobs,
    onEvent: (event) => show(event),
  });
  const sample = options.sample ? await sendSampleDay(stack, say) : 'not asked for';
  if (sample === 'incomplete')
    say('✘ The sample day is incomplete, as said above; the stack runs on. Logs: DATA_DIR/logs');
  say(`Ready in ${Math.round((Date.now() - startedAtMs) / 1000)} s.`);
  showNextSteps(stack);
} catch (error) {
  if (!stopping) {
    console.error(`✘ ${error instanceof Error ? error.message : String(error)}`);
    stopping = true;
    await stack?.stop();
    process.exit(1);
  }
}

function show(event: StackEvent): void {
  if (event.kind === 'ready') say(`✔ ${event.part.padEnd(11)} ready in ${seconds(event.seconds * 1000)}`);
  else if (event.kind === 'set up') say(`✔ ${event.what}`);
  else if (event.kind === 'died' && !stopping)
    say(`✘ ${event.part} ended (${event.how}): started again in ${seconds(event.restartInMs)}`);
}

function showNextSteps({ endpoints }: Stack): void {
  say(`  kafka       ${endpoints.kafka.bootstrapServers}`);
  say(`  registry    ${endpoints.registry.url}`);
  say(`  clickhouse  ${endpoints.clickhouse.url}`);
  say(`  gateway     ${endpoints.gateway.endpoint}`);
  say(
    `  Look    ${endpoints.clickhouse.url}/play   (user ${endpoints.clickhouse.user}, password in ${shown(options.dataDir)}/endpoints.json)`,
  );
  say('  Query   npm run query -- active-learners --course BIO-101');
  say(
    `  Send    curl -H 'Authorization: demo-key' -H 'Content-Type: application/json' -d @examples/login.json ${endpoints.gateway.endpoint}`,
  );
  say('Ctrl-C stops everything; data stay.');
}

function shown(path: string): string {
  const short = relative(process.cwd(), resolve(path));
  return short.startsWith('..') ? resolve(path) : `./${short}`;
}
