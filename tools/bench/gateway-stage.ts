import type { Stack } from '@caliper-pipeline/infra';
import { createBodies } from './bodies.ts';
import { sendAll } from './load.ts';
import { processReader } from './processes.ts';
import { latenciesOf } from './scenario.ts';
import { costs, type StageOptions, type StageResult } from './stage-result.ts';

/** Events a request, and connections: what Canvas, Learn with a small batch and Learn with a large one look like. */
const SHAPES = [
  { batch: 1, connections: 32, share: 0.2 },
  { batch: 10, connections: 16, share: 0.5 },
  { batch: 100, connections: 8, share: 1 },
] as const;

/** Sends events over HTTP and says what one costs the gateway and the broker, from the first POST to the last answer. */
export async function measureGateway(
  stack: Stack,
  { events, warmUp, batch: only }: StageOptions,
  say: (line: string) => void,
): Promise<StageResult[]> {
  const { gateway, sensors } = stack.endpoints;
  const pids = new Map((['gateway', 'kafka'] as const).map((part) => [part, stack.endpoints[part].pid] as const));
  const readUsage = processReader();
  const results: StageResult[] = [];
  for (const { batch, connections, share } of SHAPES.filter((shape) => only === undefined || shape.batch === only)) {
    const target = { url: gateway.endpoint, key: sensors[0]!.key, concurrency: connections };
    const send = (count: number, seed: string) => {
      const load = createBodies({ events: count, batch, seed, nowMs: Date.now() });
      return sendAll(load, { ...target, signal: new AbortController().signal });
    };
    say(`Warming up with ${batch} events a request …`);
    await send(Math.ceil(warmUp * share), `warm-up ${batch}`);
    const count = Math.ceil(events * share);
    const before = await readUsage(pids);
    const sent = await send(count, `measured ${batch}`);
    const after = await readUsage(pids);
    results.push({
      name: `gateway, ${batch} a request on ${connections} connections`,
      events: count,
      eventsPerSecond: (count * 1_000) / (sent.endedAtMs - sent.startedAtMs),
      ...costs(before, after, count),
      postMs: latenciesOf(sent.latencies),
    });
  }
  return results;
}
