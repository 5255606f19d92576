import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { describeMachine, loadAverage } from '../bench/machine.ts';
import { startProofStack } from './proof-stack.ts';
import type { ProofReport } from './report.ts';
import type { Run, RunOptions } from './runs/run.ts';
import { type Settled, settle } from './settle.ts';

export interface ProveOptions extends RunOptions {
  readonly run: string;
  readonly again: string;
  /** Folder that gets the logs of all parts before the stack goes; without it they go with it. */
  readonly logs?: string;
}

const SAY_EVERY_MS = 10_000;

const NOT_SETTLED: Settled = { drainSeconds: 0, verifications: [] };

/** Waiting for what does not come takes minutes: who interrupts does not wait for it. The stack goes, and the questions end. */
async function unlessAborted(signal: AbortSignal, work: () => Promise<Settled>): Promise<Settled> {
  if (signal.aborted) return NOT_SETTLED;
  const settling = work();
  settling.catch(() => {}); // once interrupted, nobody is left to be told
  const aborted = once(signal, 'abort').then(() => NOT_SETTLED);
  return Promise.race([settling, aborted]);
}

/**
 * Starts a stack, does a run on it, waits until everything has arrived, verifies it and takes the stack away again.
 *
 * @param signal ends the run early; nothing is verified then, and the report says so
 * @throws Error when the stack does not start, or cannot be asked
 */
export async function prove(
  run: Run,
  options: ProveOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<ProofReport> {
  const { brokers, instances, partitions, seed, minutes, logs } = options;
  const loadBefore = loadAverage();
  say('Starting a stack …');
  await using proof = await startProofStack({ brokers, instances, partitions, ...run.stack }, (event) => {
    if (event.kind === 'died') say(`  ${event.part} ended (${event.how})`);
  });
  signal.throwIfAborted();
  const { sent, faults = [], figures = () => [] } = await run.go(proof, signal, say);
  if (!signal.aborted) say('Draining …');
  const { drainSeconds, verifications } = await unlessAborted(signal, () => settle(proof, sent, seldom(say)));
  if (logs !== undefined) await cp(join(proof.stack.dataDir, 'logs'), logs, { recursive: true });
  return {
    run: options.run,
    again: options.again,
    seed,
    measuredAt: new Date().toISOString(),
    machine: await describeMachine(proof.stack.endpoints.clickhouse, loadBefore),
    brokers,
    instances,
    minutes,
    faults,
    sent,
    drainSeconds,
    verifications,
    unaskedEnds: proof.unaskedEnds(),
    figures: signal.aborted ? [] : await figures(drainSeconds),
    isCutOff: signal.aborted,
  };
}

/** Of many lines one in a while: whoever waits wants to know for what. */
function seldom(say: (line: string) => void): (line: string) => void {
  let saidAt = performance.now();
  return (line) => {
    if (performance.now() - saidAt < SAY_EVERY_MS) return;
    saidAt = performance.now();
    say(`  ${line}`);
  };
}
