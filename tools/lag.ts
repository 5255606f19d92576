import { type TopicName, topicName } from '@caliper-pipeline/contracts';
import { connectAdmin, silentLogger, type TopicAdmin } from '@caliper-pipeline/kafka';

/** Records that stand in Kafka and are not taken yet, by the stage that will take them. */
export interface Lag {
  readonly enricher: number;
  readonly sink: number;
}

export interface LagReader extends AsyncDisposable {
  /** null when Kafka cannot be asked now. */
  readonly read: () => Promise<Lag | null>;
  /** Broker id → partitions of the events topic that it leads. */
  readonly leaders: () => Promise<ReadonlyMap<number, number>>;
}

const ENRICHER_GROUP = 'caliper-enricher';
const SINK_GROUP = 'caliper-sink-events';

/** Asks Kafka itself, on connections that no fault touches but the brokers' own. */
export function createLagReader(bootstrapServers: string): LagReader {
  let connecting: Promise<TopicAdmin> | undefined;
  const admin = () => {
    const config = { brokers: bootstrapServers.split(','), clientId: 'proof', logger: silentLogger };
    connecting ??= connectAdmin(config).catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  };
  const behind = async (group: string, name: TopicName) => {
    const kafka = await admin();
    const [ends, committed] = await Promise.all([kafka.ends(topicName(name)), kafka.committed(group, topicName(name))]);
    return [...ends].reduce((sum, [partition, end]) => sum + Number(end - (committed.get(partition) ?? 0n)), 0);
  };
  return {
    read: async () => {
      try {
        const [enricher, sink] = await Promise.all([behind(ENRICHER_GROUP, 'events'), behind(SINK_GROUP, 'enriched')]);
        return { enricher, sink };
      } catch {
        return null;
      }
    },
    leaders: async () => {
      const counts = new Map<number, number>();
      const kafka = await admin();
      for (const broker of (await kafka.leaders(topicName('events'))).values())
        counts.set(broker, (counts.get(broker) ?? 0) + 1);
      return counts;
    },
    [Symbol.asyncDispose]: async () => {
      await (await connecting)?.close();
    },
  };
}
