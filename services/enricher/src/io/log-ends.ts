import { connectAdmin, DependencyError, type KafkaConfig, messageOf } from '@caliper-pipeline/kafka';
import type { Positions } from './facts-store.ts';

/**
 * `topic partition` → the end of the log now, of every partition that holds records.
 *
 * @throws DependencyError `broker_unavailable` while no broker answers, or a topic is not there yet
 */
export async function logEnds(config: KafkaConfig, topics: readonly string[]): Promise<Positions> {
  try {
    const admin = await connectAdmin(config);
    try {
      const ends = new Map<string, bigint>();
      for (const topic of topics) {
        for (const [partition, end] of await admin.ends(topic)) ends.set(`${topic} ${partition}`, end);
      }
      return ends;
    } finally {
      await admin.close();
    }
  } catch (error) {
    throw new DependencyError('broker_unavailable', `ends of ${topics.join(', ')}: ${messageOf(error)}`, error);
  }
}
