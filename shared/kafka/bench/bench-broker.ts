import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { startStack } from '../../../infra/local/index.ts';
import { createKafka } from '../src/kafkajs/client.ts';
import { silentLogger } from '../src/logger.ts';
import { until } from '../test/until.ts';

/** A broker of its own in a temporary folder, with our client, kafkajs' own and its admin. `stop` leaves nothing behind. */
export async function startBenchBroker(partitions: number) {
  const dataDir = await mkdtemp(join(tmpdir(), 'caliper-bench-kafka-'));
  const stack = await startStack({ dataDir, parts: ['kafka'] });
  const brokers = stack.endpoints.kafka.bootstrapServers.split(',');
  const raw = new kafkajs.Kafka({ brokers, clientId: 'bench', logLevel: kafkajs.logLevel.NOTHING });
  const admin = raw.admin();
  await admin.connect();
  return {
    dataDir,
    kafka: createKafka({ brokers, clientId: 'bench', logger: silentLogger }),
    brokers,
    raw,
    admin,
    topic: async (name: string, configEntries: { name: string; value: string }[] = []): Promise<string> => {
      await admin
        .createTopics({
          waitForLeaders: false,
          topics: [{ topic: name, numPartitions: partitions, replicationFactor: 1, configEntries }],
        })
        .catch(() => {}); // whether it is there and led is waited for
      await until(`${name} is led`, async () => {
        const found = await admin.fetchTopicMetadata({ topics: [name] }).catch(() => null);
        return found?.topics[0]?.partitions.filter(({ leader }) => leader >= 0).length === partitions;
      });
      return name;
    },
    stop: async (): Promise<void> => {
      await admin.disconnect();
      await stack.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
