import kafkajs, { type Kafka, type KafkaConfig as KafkajsConfig } from 'kafkajs';
import type { KafkaConfig } from './client.ts';
import { quietly, routeLogs } from './log-route.ts';
import './fetch-protocol.ts';
import './produce-protocol.ts';
import './request-queue.ts';
import './transaction-coordinator.ts';

type Patience = Pick<KafkajsConfig, 'retry' | 'connectionTimeout' | 'requestTimeout'>;

/**
 * A kafkajs with what ours taught it, whose lines go to our log. One for each client: kafkajs shares offsets and retry settings
 * between the clients of one.
 */
export function kafkajsClient({ brokers, clientId, logger }: KafkaConfig, patience: Patience = {}): Kafka {
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: routeLogs(logger),
    ...patience,
  });
}

/** One whose failures all reach us as exceptions, so that what it tells on the way is for those who look closer. */
export const quietKafkajsClient = (config: KafkaConfig, retry: NonNullable<Patience['retry']>): Kafka =>
  kafkajsClient(
    { ...config, logger: quietly(config.logger) },
    { retry, connectionTimeout: 3_000, requestTimeout: 10_000 },
  );
