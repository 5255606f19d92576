import { randomUUID } from 'node:crypto';
import { topicName } from '@caliper-pipeline/contracts';
import { createKafka, silentLogger } from '@caliper-pipeline/kafka';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type GatewayStack, startGatewayStack } from '../support/gateway-stack.ts';
import { type HostileBody, hostileBodies } from '../support/hostile-bodies.ts';
import { loginEnvelope, send } from '../support/sender.ts';
import { readAcceptedEvents, readFacts, readGatewayDeadLetters } from '../support/topics.ts';

const SEED = process.env['HOSTILE_SEED'] ?? 'hostile';
const COUNT = Number(process.env['HOSTILE_BODIES'] ?? 1_000);
const CONNECTIONS = 8;
/** The gateway lives with this: what it held of a body for longer than it must would end it. */
const MOST_HEAP_MB = 400;
const INGRESS_PARTITIONS = 6;

const bodies = hostileBodies(SEED, COUNT);
let gateway: GatewayStack;
beforeAll(async () => {
  gateway = await startGatewayStack({ env: { NODE_OPTIONS: `--max-old-space-size=${MOST_HEAP_MB}` } });
});
afterAll(() => gateway?.[Symbol.asyncDispose]());

/** The largest resident memory that was seen while `work` ran. */
async function peakMemoryMb(work: () => Promise<void>): Promise<number> {
  let most = 0;
  const look = async () => {
    most = Math.max(most, (await gateway.metric(/^process_resident_memory_bytes/)) / 2 ** 20);
  };
  const timer = setInterval(() => void look().catch(() => {}), 250);
  await work().finally(() => clearInterval(timer));
  await look();
  return most;
}

function printed(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}
const count = (counts: Map<string, number>, what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

test(`${COUNT} hostile bodies by HTTP: each is answered as it should be, and honest senders are served in between`, async () => {
  const { gateway: served, sensors, kafka, registry } = gateway.stack.endpoints;
  const authorization = sensors[0]!.key;
  const outcomes = new Map<string, number>();
  const wrong: string[] = [];
  const honest: string[] = [];
  let next = 0;
  const post = async (index: number, { kind, bytes, headers, statuses }: HostileBody) => {
    const { 'content-type': contentType = '', ...more } = headers;
    const { status, body } = await send(served.endpoint, new Uint8Array(bytes), {
      authorization,
      contentType,
      headers: more,
    });
    count(outcomes, status === 200 ? '200' : `${status} ${JSON.parse(body).code}`);
    if (!statuses.includes(status)) wrong.push(`${index} ${kind}: ${status} ${body.slice(0, 200)}`);
  };
  const connection = async () => {
    for (let index = next++; index < bodies.length; index = next++) {
      await post(index, bodies[index]!);
      if (index % 25 !== 0) continue;
      const id = `urn:uuid:${randomUUID()}`;
      const { status } = await send(served.endpoint, loginEnvelope({ id }), { authorization });
      if (status === 200) honest.push(id);
      else wrong.push(`an honest event: ${status}`);
    }
  };
  const peak = await peakMemoryMb(async () => {
    await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  });
  console.log(`by HTTP: ${printed(outcomes)}; resident memory at most ${Math.round(peak)} MB`);
  expect(wrong).toEqual([]);
  expect(gateway.stack.part('gateway').restarts()).toBe(0);

  const stored = new Set(
    (await readAcceptedEvents(kafka.bootstrapServers, registry.url)).map(({ event_id: id }) => id),
  );
  expect(honest.filter((id) => !stored.has(id))).toEqual([]);
  const letters = await readGatewayDeadLetters(kafka.bootstrapServers, registry.url);
  const reasons = new Map<string, number>();
  for (const { reason } of letters) count(reasons, reason);
  console.log(`dead letters: ${printed(reasons)}`);
  // No step of ours failed on any of them.
  expect(letters.filter(({ reason }) => reason === 'step_failed').map(({ detail }) => detail)).toEqual([]);
});

test(`the same ${COUNT} through Kafka: each record becomes events, facts or a dead letter with its position`, async () => {
  const { kafka, registry } = gateway.stack.endpoints;
  const topic = topicName('envelopes');
  const client = createKafka({ brokers: kafka.bootstrapServers.split(','), clientId: 'hostile', logger: silentLogger });
  const producer = client.recordProducer({ sendTimeoutMs: 60_000 });
  const expected = new Set<string>();
  const ends = Array.from({ length: INGRESS_PARTITIONS }, () => 0);
  const positionOf = (partition: number) => {
    const offset = ends[partition]!;
    ends[partition] = offset + 1;
    return `${topic}-${partition}-${offset}`;
  };
  const records = bodies.map(({ bytes }, index) => {
    const partition = index % INGRESS_PARTITIONS;
    const position = positionOf(partition);
    if (bytes.length > 0) expected.add(position);
    return { partition, key: null, value: bytes };
  });
  const empty = bodies.length - expected.size;
  await producer.send([{ topic, records: [...records, { partition: 0, key: null, value: null }] }]);
  await producer.disconnect();

  const of = (became: string) => gateway.metric(new RegExp(`ingress_records_total\\{[^}]*became="${became}"`));
  const peak = await peakMemoryMb(async () => {
    await eventually(
      'every record',
      async () => (await of('accepted')) + (await of('refused')) + (await of('empty')),
      (seen) => seen >= COUNT + 1,
      150_000,
    );
    await eventually(
      'no lag',
      () => gateway.metric(/^caliper_gateway_ingress_lag/),
      (lag) => lag === 0,
    );
  });
  console.log(
    `through Kafka: ${await of('accepted')} accepted, ${await of('refused')} refused, ${await of('empty')} empty; resident memory at most ${Math.round(peak)} MB`,
  );
  expect(await of('empty')).toBe(empty + 1);
  expect(gateway.stack.part('gateway').restarts()).toBe(0);

  const [events, facts, letters] = await Promise.all([
    readAcceptedEvents(kafka.bootstrapServers, registry.url),
    readFacts(kafka.bootstrapServers, registry.url),
    readGatewayDeadLetters(kafka.bootstrapServers, registry.url),
  ]);
  const found = new Set(
    [...events, ...facts, ...letters].map(({ request_id: id }) => id).filter((id) => id.startsWith(topic)),
  );
  expect([...expected].filter((position) => !found.has(position))).toEqual([]);
  expect([...found].filter((position) => !expected.has(position))).toEqual([]);
  const positioned = letters.filter(({ source_topic: source }) => source === topic);
  expect(positioned.length).toBeGreaterThan(0);
  for (const letter of positioned)
    expect(`${topic}-${letter.source_partition}-${letter.source_offset}`).toBe(letter.request_id);
  expect(positioned.filter(({ reason }) => reason === 'step_failed').map(({ detail }) => detail)).toEqual([]);
});
