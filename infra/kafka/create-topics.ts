import {
  MAX_MESSAGE_BYTES,
  partitionCount,
  type TopicDefinition,
  type TopicName,
  topicName,
  topicNames,
  topics,
} from '@caliper-pipeline/contracts';
import { connectAdmin, type TopicAdmin } from '@caliper-pipeline/kafka';
import type { Logger } from '@caliper-pipeline/runtime';

export interface CreateTopicsOptions {
  readonly brokers: readonly string[];
  readonly commonPartitions: number;
  readonly replicationFactor: number;
  readonly logger: Logger;
}

export interface CreateTopicsResult {
  readonly created: readonly string[];
  readonly existing: readonly string[];
}

/**
 * Makes every topic of the table that does not exist yet. Can be repeated. Partitions of an existing topic are never
 * altered: the route decides the partition, and state rests by partition.
 *
 * @throws Error when a topic has another number of partitions than is asked for
 */
export async function createTopics({
  brokers,
  commonPartitions,
  replicationFactor,
  logger,
}: CreateTopicsOptions): Promise<CreateTopicsResult> {
  const admin = await connectAdmin({ brokers, clientId: 'caliper-topics', logger });
  try {
    const present = await admin.partitionCounts();
    for (const name of topicNames) checkPartitions(name, present, commonPartitions);
    const missing = topicNames.filter((name) => !present.has(topicName(name)));
    await admin.create(
      missing.map((name) => ({
        topic: topicName(name),
        partitions: partitionCount(name, commonPartitions),
        replicationFactor,
        settings: settingsOf(name),
      })),
    );
    await admin.untilLed(topicNames.map(topicName));
    const existing = topicNames.filter((name) => present.has(topicName(name)));
    return { created: missing.map(topicName), existing: existing.map(topicName) };
  } finally {
    await admin.close();
  }
}

function checkPartitions(
  name: TopicName,
  present: Awaited<ReturnType<TopicAdmin['partitionCounts']>>,
  commonPartitions: number,
): void {
  const has = present.get(topicName(name));
  const wanted = partitionCount(name, commonPartitions);
  if (has === undefined || has === wanted || topics[name].generation === null) return;
  throw new Error(
    `${topicName(name)} has ${has} partitions and ${wanted} are asked for. Partitions are never altered within a generation: start with --partitions ${has}, or make a new generation.`,
  );
}

function settingsOf(name: TopicName): Record<string, string> {
  const { cleanup, retentionMs, settings }: TopicDefinition = topics[name];
  return {
    'cleanup.policy': cleanup,
    'max.message.bytes': String(MAX_MESSAGE_BYTES),
    ...(cleanup === 'delete' ? { 'retention.ms': String(retentionMs) } : {}),
    ...settings,
  };
}
