import kafkajs, { type Consumer } from 'kafkajs';
import { DependencyError, messageOf } from '../dependency-error.ts';
import type { BatchHandler, BatchSource } from '../port.ts';
import { batchLoop } from './batch-loop.ts';
import type { KafkaConfig } from './client.ts';
import { comesFromOutage } from './consumer-errors.ts';
import { routeLogs } from './log-route.ts';
import { createPartitionLeases } from './partition-leases.ts';
import { commitSkippedRanges } from './skipped-ranges.ts';
import { keepStatus } from './source-status.ts';
import './zstd.ts';

export interface BatchSourceOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Compressed bytes of one partition in one fetch; decoded they are five times as many. */
  readonly fetchBytes?: number;
  /** Compressed bytes of one fetch from one broker. */
  readonly maxFetchBytes?: number;
  /** Handlers beside each other, each with a partition of its own. */
  readonly concurrency?: number;
  /** Records of open and aborted transactions too. */
  readonly readUncommitted?: boolean;
  /** `stop` gives up on handlers after this; what they have not committed comes again. */
  readonly stopTimeoutMs?: number;
  /** The broker refuses less than 6 s (`group.min.session.timeout.ms`). */
  readonly sessionMs?: number;
  /** The source cannot recover: the process should end and be started again. */
  readonly onFatal?: (error: Error) => void;
}

/** A killed member is missed after the session: 6 s is the shortest the broker takes by default. */
const SESSION_MS = 6_000;
const HEARTBEAT_MS = 1_000;
const REBALANCE_MS = 60_000;
const REBALANCE_GRACE_MS = 10_000;
const MAX_WAIT_MS = 100;
/** The pause before a source is built anew after a crash that kafkajs does not recover from. */
const REOPEN_MS = 1_000;
/** Handler errors count as retries and are never reset by success, so only "very many" keeps a consumer alive. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 1_000_000 };
/** For the first connection and for single requests: about ten seconds. */
const CLUSTER_RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 12 };

export function createBatchSource(config: KafkaConfig, options: BatchSourceOptions): BatchSource {
  const { logger } = config;
  const { stopTimeoutMs = 10_000, onFatal = () => {} } = options;
  const leases = createPartitionLeases();
  const status = keepStatus((now) => source.onChange?.(now));
  let consumer: Consumer | null = null;
  let stopped = false;
  let reopening: NodeJS.Timeout | undefined;

  const open = async (handler: BatchHandler) => {
    const opened = createConsumer(config, options);
    consumer = opened;
    follow(opened, handler);
    commitSkippedRanges(opened, status, logger);
    try {
      await opened.connect();
      await opened.subscribe({ topics: [...options.topics], fromBeginning: true });
      await opened.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: options.concurrency ?? 8,
        eachBatch: batchLoop(handler, {
          leases,
          status,
          logger,
          heartbeatMs: HEARTBEAT_MS,
          sessionMs: options.sessionMs ?? SESSION_MS,
          rebalanceGraceMs: REBALANCE_GRACE_MS,
        }),
      });
    } catch (error) {
      await opened.disconnect().catch(() => {});
      throw new DependencyError('broker_unavailable', `group ${options.groupId}: ${messageOf(error)}`, error);
    }
  };

  const follow = (opened: Consumer, handler: BatchHandler) => {
    opened.on(opened.events.GROUP_JOIN, ({ payload }) => {
      leases.loseAll(new Error('the group has a new generation'));
      status.assign(payload.memberAssignment);
      status.move('joined');
      logger.info({ groupId: options.groupId, assignment: payload.memberAssignment }, 'joined the group');
    });
    opened.on(opened.events.REBALANCING, () => status.move('rebalancing'));
    opened.on(opened.events.CRASH, ({ payload }) => {
      if (stopped || opened !== consumer) return;
      leases.loseAll(new Error('the consumer crashed'));
      status.move('down', payload.error.message);
      logger.warn(
        { groupId: options.groupId, reason: payload.error.message, restart: payload.restart },
        'source is down',
      );
      if (payload.restart) return;
      if (comesFromOutage(payload.error)) reopen(handler);
      else onFatal(payload.error);
    });
  };

  /** kafkajs gives up on some outages for good (a coordinator that is not found): a new consumer goes on where it stood. */
  const reopen = (handler: BatchHandler) => {
    reopening = setTimeout(async () => {
      if (stopped) return;
      await open(handler).catch((error) => {
        logger.warn({ groupId: options.groupId, reason: messageOf(error) }, 'source is still down');
        if (!stopped) reopen(handler);
      });
    }, REOPEN_MS);
  };

  const source: BatchSource = {
    get state() {
      return status.current();
    },
    start: async (handler) => {
      if (stopped) throw new Error('a stopped source does not start again');
      await open(handler);
    },
    stop: async () => {
      stopped = true;
      clearTimeout(reopening);
      leases.stop();
      // Waits for the handlers, then leaves the group: the others take over at once, not after the session.
      const inTime = await settledWithin(consumer?.disconnect() ?? Promise.resolve(), stopTimeoutMs);
      if (!inTime)
        logger.warn({ groupId: options.groupId, stopTimeoutMs }, 'handlers still run: their records come again');
      status.assign({});
      status.move('stopped');
    },
  };
  return source;
}

function createConsumer({ brokers, clientId, logger }: KafkaConfig, options: BatchSourceOptions): Consumer {
  const kafka = new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: routeLogs(logger),
    retry: CLUSTER_RETRY,
    connectionTimeout: 3_000,
  });
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

async function settledWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  return await Promise.race([done, late]).finally(() => clearTimeout(timer));
}
