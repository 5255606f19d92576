import kafkajs, { type Kafka, type KafkaConfig as KafkajsConfig } from 'kafkajs';
import type { KafkaConfig } from './client.ts';
import { routeLogs } from './log-route.ts';
import './fetch-protocol.ts';
import './produce-protocol.ts';
import './request-queue.ts';

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
