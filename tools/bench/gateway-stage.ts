import type { Stack } from '@caliper-pipeline/infra';
import { createBodies } from './bodies.ts';
import { sendAll } from './load.ts';
import { processReader } from './processes.ts';

export interface GatewayStageOptions {
  readonly events: number;
  readonly warmUp: number;
  /** Only this shape. */
  readonly batch?: number;
}

/** Events a request, and connections: what Canvas, Learn with a small batch and Learn with a large one look like. */
const SHAPES = [
  { batch: 1, connections: 32, share: 0.2 },
  { batch: 10, connections: 16, share: 0.5 },
  { batch: 100, connections: 8, share: 1 },
] as const;

/** Sends events over HTTP and says what one costs the gateway and the broker, from the first POST to the last answer. */
export async function measureGateway(
  stack: Stack,
  { events, warmUp, batch: only }: GatewayStageOptions,
  say: (line: string) => void,
): Promise<void> {
  const { gateway, sensors } = stack.endpoints;
  const pids = new Map((['gateway', 'kafka'] as const).map((part) => [part, stack.endpoints[part].pid] as const));
  const readUsage = processReader();
  for (const { batch, connections, share } of SHAPES.filter((shape) => only === undefined || shape.batch === only)) {
    const target = { url: gateway.endpoint, key: sensors[0]!.key, concurrency: connections };
    const send = (count: number, seed: string) => {
      const load = createBodies({ events: Math.round(count * share), batch, seed, nowMs: Date.now() });
      return sendAll(load, { ...target, signal: new AbortController().signal });
    };
    say(`Warming up with ${batch} events a request …`);
    await send(warmUp, `warm-up ${batch}`);
    const before = await readUsage(pids);
    const sent = await send(events, `measured ${batch}`);
    const after = await readUsage(pids);
    const count = Math.round(events * share);
    const seconds = (sent.endedAtMs - sent.startedAtMs) / 1_000;
    const micros = (part: string) =>
      (((after.parts.get(part)?.cpuMs ?? 0) - (before.parts.get(part)?.cpuMs ?? 0)) * 1_000) / count;
    const ms = (quantile: number) => (sent.latencies.quantile(quantile) / 1_000).toFixed(1);
    console.log(
      `gateway, ${batch} a request on ${connections} connections: ${Math.round(count / seconds)} events/s, ` +
        `${Math.round(sent.requests / seconds)} requests/s, p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms, ${sent.refusals} refused`,
    );
    for (const part of [...pids.keys(), 'client']) {
      const rss = Math.round((after.parts.get(part)?.rssBytes ?? 0) / 2 ** 20);
      console.log(`  ${part}: ${micros(part).toFixed(1)} us CPU per event, ${rss} MB`);
    }
  }
}
