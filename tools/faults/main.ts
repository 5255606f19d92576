import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type FaultKind, faultKinds, kindsOfFaults } from './kinds.ts';
import { prove } from './prove.ts';
import { reportJson, reportText, verdictOf } from './report.ts';
import { catchUpRun } from './runs/catch-up.ts';
import { faultRun } from './runs/faults.ts';
import { floodRun } from './runs/flood.ts';
import { hotRun } from './runs/hot.ts';
import type { Run, RunOptions } from './runs/run.ts';
import { soakRun } from './runs/soak.ts';

const number =
  (least: number, isWhole = true) =>
  (text: string): number => {
    const value = Number(text.replaceAll('_', ''));
    if (!Number.isFinite(value) || value < least || (isWhole && !Number.isInteger(value)))
      throw new InvalidArgumentError(`must be a ${isWhole ? 'whole ' : ''}number from ${least} on`);
    return value;
  };

const kinds = (text: string): FaultKind[] => {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !faultKinds.includes(name as FaultKind));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`there is no fault ${unknown}; there are ${faultKinds.join(', ')}`);
  return names as FaultKind[];
};

interface CommonOptions extends Omit<RunOptions, 'brokers'> {
  readonly brokers: '1' | '3';
  readonly out?: string;
  readonly logs?: string;
}

const program = new Command('npm run faults --').description(
  'Runs the whole pipeline on real parts of its own, two instances of each service and a proxy on every way, sends what a ' +
    'university sends, does it harm, waits until everything has arrived and holds it against the ledger of what was sent. ' +
    'Nothing is left behind.',
);

const command = (name: string, description: string, defaults: { minutes: number; rate: number }) =>
  program
    .command(name, name === 'run' ? { isDefault: true } : {})
    .description(description)
    .option('--minutes <n>', 'how long the load is sent', number(0.05, false), defaults.minutes)
    .option('--seed <text>', 'the same seed gives the same load and the same faults at the same times', 'faults')
    .option('--rate <n>', 'items a second', number(1), defaults.rate)
    .addOption(
      new Option('--brokers <n>', 'of Kafka; with 3, every record has to be on 2').choices(['1', '3']).default('1'),
    )
    .option('--instances <n>', 'of each service', number(1), 2)
    .option('--partitions <n>', 'of the event topics', number(1), 6)
    .option('--out <file>', 'write the report as JSON')
    .option('--logs <dir>', 'keep the logs of all parts there');

command('run', 'faults of every kind, from a seed', { minutes: 5, rate: 300 })
  .option('--only <kinds>', 'only these kinds, by comma', kinds)
  .option('--spacing-ms <n>', 'from the begin of one fault to the next, on average', number(100), 6_000)
  .addHelpText('after', () =>
    [
      '\nFaults:',
      ...faultKinds.map(
        (kind) => `  ${kind.padEnd(12)} ${kindsOfFaults[kind].does} (${kindsOfFaults[kind].targets.join(', ')})`,
      ),
    ].join('\n'),
  )
  .action((given: CommonOptions & { only?: FaultKind[]; spacingMs: number }) => start('faults', given, faultRun));

command('soak', 'load alone: do memory, open files and state stay flat?', { minutes: 30, rate: 500 }).action(
  (given: CommonOptions) => start('soak', given, soakRun),
);
command('catch-up', 'the sinks are off for the whole load: how fast is it taken then?', {
  minutes: 10,
  rate: 500,
}).action((given: CommonOptions) => start('catch-up', given, catchUpRun));
for (const what of ['course', 'learner'] as const) {
  command(`hot-${what}`, `one ${what} has half of the load`, { minutes: 5, rate: 500 }).action((given: CommonOptions) =>
    start(`hot-${what}`, given, (options) => hotRun(what, options)),
  );
}
command('flood', 'one tenant sends all that is taken: do others feel it?', { minutes: 4, rate: 50 }).action(
  (given: CommonOptions) => start('flood', given, floodRun),
);

program.addHelpText(
  'after',
  '\nExit codes: 0 every promise was kept, 1 one was not, 2 it could not be run, 130 interrupted',
);

/**
 * Does a run, says what came of it and ends the process. Pipes and files are written by then (POSIX). At once, and not when
 * nothing is left to do: after runs with a killed broker Node 24 waits in its own clean-up for a handle that never closes, with
 * the thread at 100 % (gdb: `Environment::CleanupHandles`).
 */
async function start<Own>(
  name: string,
  given: CommonOptions & Own,
  run: (options: RunOptions & Own) => Run,
): Promise<never> {
  const interrupted = new AbortController();
  // The first ends everything in order; a second does not wait, and may leave a folder behind.
  process.on('SIGINT', () => {
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });
  process.on('SIGTERM', () => interrupted.abort());
  const { out } = given;
  const options: RunOptions & Own = { ...(given as CommonOptions & Own), brokers: given.brokers === '3' ? 3 : 1 };
  const say = (line: string) => console.error(line);
  const again = `npm run faults -- ${process.argv.slice(2).join(' ')}`.trimEnd();
  try {
    const report = await prove(run(options), { ...options, run: name, again }, interrupted.signal, say);
    console.log(reportText(report));
    if (out !== undefined) await writeFile(out, `${JSON.stringify(reportJson(report), null, 2)}\n`);
    process.exit(interrupted.signal.aborted ? 130 : verdictOf(report).isKept ? 0 : 1);
  } catch (error) {
    say(`✘ ${error instanceof Error ? error.message : String(error)}`);
    process.exit(interrupted.signal.aborted ? 130 : 2);
  }
}

await program.parseAsync();
