import {
  MAX_MESSAGE_BYTES,
  partitionCount,
  type TopicDefinition,
  type TopicName,
  topicName,
  topicNames,
  topics,
} from '@caliper-pipeline/contracts';
import { connectAdmin, type Logger, type TopicAdmin } from '@caliper-pipeline/kafka';

export interface CreateTopicsOptions {
  readonly brokers: readonly string[];
  readonly commonPartitions: number;
  readonly replicationFactor: number;
  /** How many replicas must have a record before it is acknowledged. Default 1. */
  readonly minInsyncReplicas?: number;
  readonly logger: Logger;
}

export interface CreateTopicsResult {
  readonly created: readonly string[];
  readonly existing: readonly string[];
  /** Settings that differed and were set to those of the table: `topic setting: was → is`. */
  readonly changed: readonly string[];
}

/**
 * Makes every topic of the table that does not exist yet. Can be repeated. Partitions of an existing topic are never
 * altered: the route decides the partition, and state rests by partition. Settings of an existing topic that differ from
 * the table are changed; those of the ingress, which has no generation, are its operator's.
 *
 * @throws Error when a topic has another number of partitions than is asked for
 */
export async function createTopics({
  brokers,
  commonPartitions,
  replicationFactor,
  minInsyncReplicas = 1,
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
        settings: settingsOf(name, minInsyncReplicas),
      })),
    );
    await admin.untilLed(topicNames.map(topicName));
    const existing = topicNames.filter((name) => present.has(topicName(name)));
    const ours = existing.filter((name) => topics[name].generation !== null);
    const changed = await correctSettings(admin, ours, minInsyncReplicas);
    for (const change of changed) logger.warn({ change }, 'setting of a topic corrected');
    return { created: missing.map(topicName), existing: existing.map(topicName), changed };
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

async function correctSettings(
  admin: TopicAdmin,
  names: readonly TopicName[],
  minInsyncReplicas: number,
): Promise<string[]> {
  const present = await admin.settings(names.map(topicName));
  const changed: string[] = [];
  for (const name of names) {
    const topic = topicName(name);
    const has = present.get(topic) ?? {};
    const differing = Object.entries(settingsOf(name, minInsyncReplicas)).filter(([key, value]) => has[key] !== value);
    if (differing.length === 0) continue;
    await admin.changeSettings(topic, Object.fromEntries(differing));
    for (const [key, value] of differing) changed.push(`${topic} ${key}: ${has[key]} → ${value}`);
  }
  return changed;
}

function settingsOf(name: TopicName, minInsyncReplicas: number): Record<string, string> {
  const { cleanup, retentionMs, settings }: TopicDefinition = topics[name];
  return {
    'cleanup.policy': cleanup,
    'max.message.bytes': String(MAX_MESSAGE_BYTES),
    'min.insync.replicas': String(minInsyncReplicas),
    ...(cleanup === 'delete' ? { 'retention.ms': String(retentionMs) } : {}),
    ...settings,
  };
}
