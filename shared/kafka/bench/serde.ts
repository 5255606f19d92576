import {
  acceptedEventSchema,
  enrichedEventSchema,
  inlineFacts,
  keyColumns,
  resolvedColumns,
} from '@caliper-pipeline/contracts';
import { createBlockDecoder, createBlockEncoder } from '../src/serde/block-codec.ts';
import { createRecordDecoder } from '../src/serde/record-decoder.ts';
import { recordEncoder } from '../src/serde/record-encoder.ts';
import { createWriterSchemas } from '../src/serde/writer-schemas.ts';
import { createFakeRegistry } from '../src/testing/fake-registry.ts';
import { acceptedEvent, enrichedEvent } from '../test/accepted-event.ts';

/** Microseconds of CPU per event, the best of five rounds: `node shared/kafka/bench/serde.ts`. */
const ROUNDS = 5;
const EVENTS = 60_000;

const registry = createFakeRegistry();
const acceptedId = registry.register('accepted', acceptedEventSchema);
const enrichedId = registry.register('enriched', enrichedEventSchema);
const schemas = createWriterSchemas(registry);
await schemas.ensure([acceptedId, enrichedId]);

const accepted = recordEncoder(acceptedEventSchema, acceptedId);
const enriched = recordEncoder(enrichedEventSchema, enrichedId);
const whole = createRecordDecoder(schemas, acceptedEventSchema);
const blocks = createBlockDecoder(schemas, {
  schema: acceptedEventSchema,
  blocks: [inlineFacts, keyColumns],
  passFrom: 1,
});
const splicer = createBlockEncoder(enrichedEventSchema, resolvedColumns, enrichedId);
const value = accepted.encode(acceptedEvent);

const unreadOf = (bytes: Buffer): Buffer => {
  const result = blocks.decode(bytes);
  if (result.kind !== 'ok') throw new Error(result.detail);
  return result.unread;
};
const unread = unreadOf(value);

const work: Readonly<Record<string, () => unknown>> = {
  'encode the whole event': () => accepted.encode(acceptedEvent),
  'decode the whole event': () => whole.decode(value),
  'decode two blocks': () => blocks.decode(value),
  'splice new columns before the rest': () => splicer.splice(enrichedEvent, unread),
  'decode two blocks and splice': () => splicer.splice(enrichedEvent, unreadOf(value)),
  'decode and encode the whole event': () => {
    whole.decode(value);
    return enriched.encode(enrichedEvent);
  },
};

function microsecondsOf(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    for (let event = 0; event < EVENTS; event += 1) run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / EVENTS);
  }
  return best;
}

console.log(
  `${value.length} bytes in, ${splicer.splice(enrichedEvent, unread).length} bytes out, ${unread.length} passed as bytes`,
);
for (const [name, run] of Object.entries(work))
  console.log(`${microsecondsOf(run).toFixed(2).padStart(7)} us  ${name}`);
