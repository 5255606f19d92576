import type { Consumer } from 'kafkajs';
import type { KafkaConfig } from './client.ts';
import { kafkajsClient } from './kafkajs-client.ts';

export interface GroupConsumerOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Compressed bytes of one partition in one fetch; decoded they are five times as many. */
  readonly fetchBytes?: number;
  /** Compressed bytes of one fetch from one broker. */
  readonly maxFetchBytes?: number;
  /** Records of open and aborted transactions too. */
  readonly readUncommitted?: boolean;
  /** The broker refuses less than 6 s (`group.min.session.timeout.ms`). */
  readonly sessionMs?: number;
}

/** A killed member is missed after the session: 6 s is the shortest the broker takes by default. */
export const SESSION_MS = 6_000;
export const HEARTBEAT_MS = 1_000;
const REBALANCE_MS = 60_000;
/**
 * How long a fetch waits for a first record; a record ends the wait at once. With 100 ms the empty
 * fetches of an idle stack took a quarter of a core. A heartbeat waits behind a fetch: half a second of a session of six.
 */
const MAX_WAIT_MS = 500;
/** Handler errors count as retries and are never reset by success, so only "very many" keeps a consumer alive. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 1_000_000 };
/** For the first connection and for single requests: about ten seconds. */
const CLUSTER_RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 12 };

/** A kafkajs consumer with the settings that were measured (docs/decisions, "kafkajs behind a port"); not connected. */
export function createGroupConsumer(config: KafkaConfig, options: GroupConsumerOptions): Consumer {
  const kafka = kafkajsClient(config, { retry: CLUSTER_RETRY, connectionTimeout: 3_000 });
  return kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: options.sessionMs ?? SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    rebalanceTimeout: REBALANCE_MS,
    maxWaitTimeInMs: MAX_WAIT_MS,
    maxBytesPerPartition: options.fetchBytes ?? 512 * 1024,
    maxBytes: options.maxFetchBytes ?? 4 * 1024 * 1024,
    readUncommitted: options.readUncommitted ?? false,
    allowAutoTopicCreation: false,
    retry: RETRY,
  });
}
