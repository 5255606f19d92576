import { randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { POSITION_KEY } from '@caliper-pipeline/contracts';
import { silentLogger } from '../src/logger.ts';
import { ENTRY_BYTES, HOUR_MS } from '../src/stage/seen/seen-entry.ts';
import { type CountingTopics, countInto, countingCodecs, countingStage } from '../test/counting-stage.ts';
import { until } from '../test/until.ts';
import { startBenchBroker } from './bench-broker.ts';

/**
 * How long a stage takes to be ready that has everything to read anew:
 * `node shared/kafka/bench/restore.ts [million ids] [ids per record] [thousand keys of state]`.
 */
const IDS = Number(process.argv[2] ?? 50) * 1_000_000;
const PER_RECORD = Number(process.argv[3] ?? 500);
const KEYS = Number(process.argv[4] ?? 0) * 1_000;
const PARTITIONS = 6;
const NOW_HOUR = Math.floor(Date.now() / HOUR_MS);

const { dataDir, kafka, brokers, topic, stop } = await startBenchBroker(PARTITIONS);

const topics: CountingTopics = {
  input: await topic('in'),
  output: await topic('out'),
  changelog: await topic('log', [{ name: 'cleanup.policy', value: 'compact' }]),
  seen: await topic('seen', [{ name: 'retention.ms', value: String(17 * 24 * HOUR_MS) }]),
  ledger: await topic('ledger'),
  partitions: PARTITIONS,
};
const { codecs } = await countingCodecs();
const producer = kafka.recordProducer({
  sendTimeoutMs: 60_000,
});
const entries = Buffer.alloc(PER_RECORD * ENTRY_BYTES);
const records = Math.ceil(IDS / PER_RECORD);
const perSend = Math.max(PARTITIONS, Math.floor(4_000_000 / entries.length));
for (let from = 0; from < records; from += perSend) {
  const batch = Array.from({ length: Math.min(perSend, records - from) }, (_, index) => {
    randomFillSync(entries);
    const hour = NOW_HOUR - 48 + Math.floor(((from + index) / records) * 48);
    const value = codecs.encodeSeen({ first_input_offset: 0, stream_time: hour * HOUR_MS, entries });
    return { partition: (from + index) % PARTITIONS, key: null, value, timestampMs: hour * HOUR_MS };
  });
  await producer.send([{ topic: topics.seen, records: batch }]);
}
const value = Buffer.alloc(300);
for (let from = 0; from < KEYS; from += 12_000) {
  const batch = Array.from({ length: Math.min(12_000, KEYS - from) }, (_, index) => {
    randomFillSync(value, 0, 60);
    return {
      partition: (from + index) % PARTITIONS,
      key: Buffer.from(`tenant\0store\0user-${from + index}`),
      value: Buffer.from(value),
    };
  });
  await producer.send([{ topic: topics.changelog, records: batch }]);
}
const position = codecs.encodePosition({
  input_topic: topics.input,
  input_generation: 1,
  next_input_offset: 0,
  stream_time: NOW_HOUR * HOUR_MS,
  run_id: 'live',
  rule_version: 1,
  state_version: 1,
  partitions: PARTITIONS,
});
const positions = Array.from({ length: PARTITIONS }, (_, partition) => ({
  partition,
  key: Buffer.from(POSITION_KEY),
  value: position,
}));
await producer.send([{ topic: topics.changelog, records: positions }]);
await producer.disconnect();

for (const start of ['everything anew', 'state on disk, ids anew']) {
  const config = { brokers, clientId: 'one', groupId: 'g', prefix: 'p', topics, stateFolder: join(dataDir, 'state') };
  let restored = 0;
  const stage = await countingStage(config, {
    logger: silentLogger,
    observer: {
      acquired: (told) => {
        restored += told.restored;
      },
    },
  });
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await stage.start(countInto(topics.output));
  await until(
    'all are ready',
    () =>
      stage.state.partitions.length === PARTITIONS && stage.state.partitions.every(({ phase }) => phase === 'ready'),
    600_000,
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const ids = stage.state.partitions.reduce((sum, { seenIds }) => sum + seenIds, 0);
  const bytes = stage.state.partitions.reduce((sum, { seenBytes }) => sum + seenBytes, 0);
  console.log(
    `${start}: ${ids} ids and ${KEYS} keys (${restored} records) ready after ${seconds.toFixed(1)} s, ` +
      `${((user + system) / 1e6).toFixed(1)} s of CPU; ids take ${(bytes / 1e6).toFixed(0)} MB ` +
      `(${(bytes / Math.max(1, ids)).toFixed(1)} each); process ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`,
  );
  await stage.stop();
}
await stop();
process.exit(0);
