import { join } from 'node:path';
import { folderBytes } from '../folder-bytes.ts';
import { createFreshBodies } from './fresh-bodies.ts';
import { sendEach } from './load.ts';
import { runScenario, type ScenarioResult } from './scenario.ts';
import type { StageResult } from './stage-result.ts';
import { measureReader, measureStage, partsOf, setUpOf, stages } from './stage-run.ts';
import { withStack } from './with-stack.ts';

export interface SectionOptions {
  readonly seed: string;
  readonly events: number;
  readonly warmUp: number;
  readonly partitions: number;
  readonly batch: number;
  readonly connections: number;
}

type Say = (line: string) => void;

/** Each stage alone, one process of it. */
export async function measureStages({ events, warmUp, partitions }: SectionOptions, say: Say): Promise<StageResult[]> {
  const results: StageResult[] = [];
  for (const stage of stages) {
    const options = { partitions, parts: partsOf[stage], setUp: setUpOf(stage) };
    const measured = await withStack(options, (stack) =>
      measureStage(stack, stage, { events, warmUp, instances: 1 }, say),
    );
    for (const { name, eventsPerSecond } of measured) say(`  ${name}: ${Math.round(eventsPerSecond)} events/s`);
    results.push(...measured);
  }
  return results;
}

export interface PartitionResult extends ScenarioResult {
  readonly partitions: number;
}

/** The whole pipeline, one process of each service, with so many partitions for each. */
export async function measurePartitions(
  counts: readonly number[],
  { seed, events, warmUp, batch, connections }: SectionOptions,
  signal: AbortSignal,
  say: Say,
): Promise<PartitionResult[]> {
  const results: PartitionResult[] = [];
  for (const partitions of counts) {
    const result = await withStack({ partitions }, async (stack) => {
      const scenario = (name: string, count: number) =>
        runScenario(stack, { name, seed: `${seed} ${name}`, events: count, batch, concurrency: connections }, signal);
      await scenario('warm-up', warmUp);
      return scenario('batches', events);
    });
    say(`  ${partitions} partitions: ${Math.round(result.storedPerSecond)} events/s`);
    results.push({ ...result, partitions });
  }
  return results;
}

export interface StateResult extends StageResult {
  /** Of whom the enricher has a session when it is measured. */
  readonly learners: number;
  readonly stateBytes: number;
}

/** Bodies in use at once; more is only memory. */
const STOCK = 64;
const LEARNERS_AT_ONCE = 200_000;

/** What an event costs the enricher as more and more learners are known to it: one event of each, then events of all. */
export function measureState(
  levels: readonly number[],
  { seed, events, partitions, batch, connections }: SectionOptions,
  signal: AbortSignal,
  say: Say,
): Promise<StateResult[]> {
  return withStack({ partitions, parts: partsOf.enricher, setUp: setUpOf('enricher') }, async (stack) => {
    const { gateway, sensors } = stack.endpoints;
    const target = { url: gateway.endpoint, key: sensors[0]!.key, concurrency: connections, signal };
    let rounds = 0;
    const send = async (count: number, learner: () => number) => {
      rounds += 1;
      const stock = { seed: `${seed} ${rounds}`, nowMs: Date.now(), batch, count: STOCK, learner };
      const bodies = createFreshBodies(stock);
      let left = Math.ceil(count / batch);
      await sendEach(() => (left-- > 0 ? bodies.next() : null), target);
    };
    const results: StateResult[] = [];
    let known = 0;
    for (const learners of levels) {
      const measured = Math.ceil(events / batch) * batch;
      for (const next of steps(known, learners)) {
        signal.throwIfAborted();
        await send(next - known, () => known++);
        known = next;
        if (learners > LEARNERS_AT_ONCE) say(`  ${next} learners sent`);
      }
      let at = 0;
      // Far apart, so that no part of the state is warmer than another: a prime step through all of them.
      const anyLearner = () => {
        at = (at + 7_919) % learners;
        return at;
      };
      const [result] = await measureReader(
        stack,
        'enricher',
        { events: measured, warmUp: batch, instances: 1, send: (count) => send(count, anyLearner) },
        () => {},
      );
      const stateBytes = await folderBytes(join(stack.dataDir, 'state'));
      say(
        `  ${learners} learners: ${Math.round(result!.eventsPerSecond)} events/s, state ${Math.round(stateBytes / 2 ** 20)} MB`,
      );
      results.push({ ...result!, learners, stateBytes });
    }
    return results;
  });
}

/** From one number to another in steps after which it can be said how far it is. */
function* steps(from: number, to: number): Generator<number, void, undefined> {
  for (let at = from + LEARNERS_AT_ONCE; at < to; at += LEARNERS_AT_ONCE) yield at;
  if (from < to) yield to;
}
