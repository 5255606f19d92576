import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Stack } from '@caliper-pipeline/infra';
import { Command } from 'commander';
import { sendSampleDay } from './send-sample-day.ts';

export { type Outcome, sendSampleDay } from './send-sample-day.ts';

/** As a command it speaks to the stack that runs on a data folder: `node tools/sample-day/main.ts --data-dir .local` */
async function main(): Promise<void> {
  const program = new Command('sample-day')
    .description('Sends a day in the life of a small university to a running stack, and accounts for every item of it.')
    .option('--data-dir <dir>', 'data folder of the running stack', '.local');
  const { dataDir } = program.parse().opts<{ dataDir: string }>();
  try {
    const endpoints: Stack['endpoints'] = JSON.parse(await readFile(join(dataDir, 'endpoints.json'), 'utf8'));
    const outcome = await sendSampleDay({ endpoints, dataDir: resolve(dataDir) }, (line) => console.log(line));
    if (outcome === 'incomplete') process.exitCode = 1;
  } catch (error) {
    console.error(`✘ ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

if (import.meta.main) await main();
