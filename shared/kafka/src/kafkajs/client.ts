import type { Logger } from '../logger.ts';
import type { BatchSource, BrokerProbe, RecordProducer } from '../port.ts';
import { type BrokerProbeOptions, createBrokerProbe } from '../probe/broker-probe.ts';
import { type BatchSourceOptions, createBatchSource } from './batch-source.ts';
import { createRecordProducer, type RecordProducerOptions } from './record-producer.ts';
import {
  createTransactionalStage,
  type TransactionalStage,
  type TransactionalStageOptions,
} from './transactional-stage.ts';

export type { BatchSourceOptions } from './batch-source.ts';
export type { RecordProducerOptions } from './record-producer.ts';
export type { TransactionalStage, TransactionalStageOptions } from './transactional-stage.ts';

export interface KafkaConfig {
  /** host:port */
  readonly brokers: readonly string[];
  /** Stable and distinct per instance: the assignor sorts members by it and gives the same partitions back. */
  readonly clientId: string;
  readonly logger: Logger;
}

export interface KafkaClient {
  readonly batchSource: (options: BatchSourceOptions) => BatchSource;
  readonly recordProducer: (options?: RecordProducerOptions) => RecordProducer;
  readonly transactionalStage: (options: TransactionalStageOptions) => TransactionalStage;
  readonly brokerProbe: (options?: BrokerProbeOptions) => BrokerProbe;
}

/**
 * The kafkajs adapter behind the port. Connects to nothing by itself. Every source and producer has a kafkajs instance of
 * its own: instances share offsets and retry settings between their clients, and the two need different ones.
 */
export function createKafka(config: KafkaConfig): KafkaClient {
  return {
    batchSource: (options) => createBatchSource(config, options),
    recordProducer: (options = {}) => createRecordProducer(config, options),
    transactionalStage: (options) => createTransactionalStage(config, options),
    brokerProbe: (options = {}) => createBrokerProbe(config, options),
  };
}
