import type { AcceptedEvent, DeadLetter, EntityFact } from '@caliper-pipeline/contracts';
import { parseTenants } from '@caliper-pipeline/runtime';
import { reception } from '../../services/gateway/src/topology.ts';

/** What the gateway makes of one body: events for `caliper.events`, facts for `caliper.facts`. */
export interface Received {
  readonly events: readonly AcceptedEvent[];
  readonly facts: readonly EntityFact[];
}

/** The gateway's own steps, up to the records that it would produce. */
export function receive(text: string, tenant: string, receivedAtMs: number): Received {
  const events: AcceptedEvent[] = [];
  const facts: EntityFact[] = [];
  const keep = <T>(list: T[]) => ({
    encode: (value: T) => {
      list.push(value);
      return Buffer.alloc(0);
    },
  });
  const { run } = reception({
    encoders: { event: keep(events), fact: keep(facts), deadLetter: keep<DeadLetter>([]) },
    commonPartitions: 1,
    serviceVersion: '0.1.0',
    tenants: () => parseTenants(JSON.stringify({ tenants: [{ tenant }] })),
    maxDepth: 64,
    maxItems: 10_000,
  });
  run({
    bytes: Buffer.from(text),
    contentType: 'application/json',
    credential: { tenant, label: 'sensor', truncateIpAddresses: false },
    receivedAtMs,
    requestId: 'request',
    position: null,
  });
  return { events, facts };
}
