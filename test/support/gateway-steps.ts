import type { AcceptedEvent, DeadLetter, EntityFact } from '@caliper-pipeline/contracts';
import { parseTenants } from '@caliper-pipeline/runtime';
import { bodyOf, senderOf } from '../../services/gateway/src/testing/senders.ts';
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
  const { read, accept } = reception({
    encoders: { event: keep(events), fact: keep(facts), deadLetter: keep<DeadLetter>([]) },
    commonPartitions: 1,
    serviceVersion: '0.1.0',
    tenants: () => parseTenants(JSON.stringify({ tenants: [{ tenant }] })),
    limits: {
      maxBodyBytes: 10_000_000,
      maxInflatedBytes: 10_000_000,
      maxInflateRatio: 100,
      maxDepth: 64,
      maxItems: 10_000,
      maxEventBytes: 1_000_000,
    },
  });
  const body = bodyOf(text, { sender: senderOf({ tenant, label: 'sensor' }), receivedAtMs, requestId: 'request' });
  const delivered = read.run(body);
  if (delivered.kind === 'ok') accept.run(delivered.value);
  return { events, facts };
}
