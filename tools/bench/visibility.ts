import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import type { Stack } from '@caliper-pipeline/infra';
import { ask } from '../clickhouse.ts';
import { post } from './load.ts';

/** Of the tenant that only the probe sends for: its rows are few and lie together, so looking for them costs next to nothing. */
export const PROBE_TENANT = 'bench-probe';

/** Disposed of, it lets go of what it still waits for. */
export interface Visibility extends Disposable {
  /** Ends after what was sent is visible, or never will be. @returns ms from the begin of each POST to its row being readable */
  readonly stop: () => Promise<readonly number[]>;
}

const EVERY_MS = 200;
/**
 * Counted as part of the latency. More looks slow down what they look at: at half of the highest rate ClickHouse took 683 ms of
 * CPU a second with one each 20 ms, and 527 with these, at a higher rate.
 */
const LOOK_EVERY_MS = 100;
/** Actors whose events go to different partitions. */
const ACTORS = 24;
/** Not a claim about speed: what takes so long is said as missing. */
const GIVEN_UP_MS = 60_000;

/** Posts one event now and then beside a load, and looks for its row as a dashboard would: through the view. */
export function probeVisibility({ endpoints }: Stack): Visibility {
  const { key } = endpoints.sensors.find(({ tenant }) => tenant === PROBE_TENANT)!;
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const waiting = new Map<string, number>();
  const took: number[] = [];
  const stopping = new AbortController();
  const never = new AbortController().signal;
  let posts = 0;

  const send = async () => {
    const id = `urn:uuid:${randomUUID()}`;
    const sentAt = performance.now();
    waiting.set(id, sentAt);
    posts += 1;
    const body = Buffer.from(JSON.stringify(probeEvent(id, posts % ACTORS)));
    const target = { url: endpoints.gateway.endpoint, key, concurrency: 1, signal: never };
    // What was not accepted is not awaited: the load counts refusals.
    if ((await post(body, target, agent).catch(() => 0)) !== 200) waiting.delete(id);
  };
  const sending = setInterval(() => void send(), EVERY_MS);

  const looking = (async () => {
    while (!stopping.signal.aborted || waiting.size > 0) {
      if (waiting.size > 0) {
        const seen = await ask<{ event_id: string }>(
          endpoints.clickhouse,
          `SELECT event_id FROM events_current WHERE tenant = {tenant:String} AND event_date >= yesterday() AND event_id IN {ids:Array(String)}`,
          { tenant: PROBE_TENANT, ids: `['${[...waiting.keys()].join("','")}']` },
        );
        const now = performance.now();
        for (const { event_id: id } of seen) {
          const sentAt = waiting.get(id);
          if (sentAt !== undefined) took.push(now - sentAt);
          waiting.delete(id);
        }
        for (const [id, sentAt] of waiting) if (now - sentAt > GIVEN_UP_MS) throw new Error(`no row of ${id} in time`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  })();
  // Awaited at the stop; until then a failure is not unhandled.
  looking.catch(() => {});
  return {
    stop: async () => {
      clearInterval(sending);
      stopping.abort();
      await looking.finally(() => agent.destroy());
      return took;
    },
    [Symbol.dispose]: () => {
      clearInterval(sending);
      stopping.abort();
      waiting.clear();
      agent.destroy();
    },
  };
}

function probeEvent(id: string, actor: number): object {
  const site = 'https://probe.example.edu';
  return {
    sensor: `${site}/sensor`,
    sendTime: new Date().toISOString(),
    dataVersion: 'http://purl.imsglobal.org/ctx/caliper/v1p1',
    data: [
      {
        '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p1',
        id,
        type: 'NavigationEvent',
        actor: { id: `${site}/users/${actor}`, type: 'Person' },
        action: 'NavigatedTo',
        object: { id: `${site}/pages/1`, type: 'WebPage' },
        eventTime: new Date().toISOString(),
        edApp: { id: site, type: 'SoftwareApplication' },
        group: { id: `${site}/courses/1`, type: 'CourseSection' },
      },
    ],
  };
}
