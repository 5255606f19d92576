import type { Consumer } from 'kafkajs';
import { DependencyError, messageOf } from '../dependency-error.ts';
import type { KafkaConfig } from './client.ts';
import { comesFromOutage } from './consumer-errors.ts';
import { createGroupConsumer, type GroupConsumerOptions } from './group-consumer.ts';
import type { StatusKeeper } from './source-status.ts';
import { withinBudget } from './within-budget.ts';

export interface ConsumerLifeOptions extends GroupConsumerOptions {
  /** `stop` gives up on handlers after this; what they have not committed comes again. */
  readonly stopTimeoutMs?: number;
  /** The consumer cannot recover: the process should end and be started again. */
  readonly onFatal?: (error: Error) => void;
}

export interface ConsumerHooks {
  /** A consumer that is not connected yet: listeners go on here. */
  readonly opened?: (consumer: Consumer) => void;
  readonly run: (consumer: Consumer) => Promise<void>;
  readonly joined: (assignment: Readonly<Record<string, number[]>>, memberId: string, consumer: Consumer) => void;
  /** Whatever this member owned may be somebody else's. */
  readonly lost: (reason: Error) => void;
}

export interface ConsumerLife {
  /** @throws DependencyError `broker_unavailable` when the first connection fails: call it again */
  readonly start: () => Promise<void>;
  /** Waits for handlers (bounded), then leaves the group: the others take over at once, not after the session. */
  readonly stop: () => Promise<void>;
  readonly current: () => Consumer | null;
}

/** The pause before a consumer is built anew after a crash that kafkajs does not recover from. */
const REOPEN_MS = 1_000;

/** A member of a group that comes back after every outage, until it is stopped. */
export function createConsumerLife(
  config: KafkaConfig,
  options: ConsumerLifeOptions,
  status: StatusKeeper,
  hooks: ConsumerHooks,
): ConsumerLife {
  const { logger } = config;
  const { groupId, stopTimeoutMs = 10_000, onFatal = () => {} } = options;
  let consumer: Consumer | null = null;
  let stopped = false;
  let reopening: NodeJS.Timeout | undefined;

  const open = async () => {
    const opened = createGroupConsumer(config, options);
    consumer = opened;
    follow(opened);
    hooks.opened?.(opened);
    try {
      await opened.connect();
      await opened.subscribe({ topics: [...options.topics], fromBeginning: true });
      if (stopped) throw new Error('the source was stopped while it connected');
      await hooks.run(opened);
      // A stop that came while the group was being joined found nothing to stop.
      if (stopped) await opened.disconnect();
    } catch (error) {
      await opened.disconnect().catch(() => {});
      throw new DependencyError('broker_unavailable', `group ${groupId}: ${messageOf(error)}`, error);
    }
  };

  const follow = (opened: Consumer) => {
    opened.on(opened.events.GROUP_JOIN, ({ payload }) => {
      if (stopped) return;
      hooks.joined(payload.memberAssignment, payload.memberId, opened);
      status.move('joined');
      logger.info({ groupId, assignment: payload.memberAssignment }, 'joined the group');
    });
    opened.on(opened.events.REBALANCING, () => {
      if (!stopped) status.move('rebalancing');
    });
    opened.on(opened.events.CRASH, ({ payload }) => {
      // kafkajs sets its restart right behind this event; a stopped source must not join again.
      if (stopped) return void setImmediate(() => opened.disconnect().catch(() => {}));
      if (opened !== consumer) return;
      hooks.lost(new Error('the consumer crashed'));
      status.move('down', payload.error.message);
      logger.warn({ groupId, reason: payload.error.message, restart: payload.restart }, 'source is down');
      if (payload.restart) return;
      if (comesFromOutage(payload.error)) reopen();
      else onFatal(payload.error);
    });
  };

  /** kafkajs gives up on some outages for good (a coordinator that is not found): a new consumer goes on where it stood. */
  const reopen = () => {
    reopening = setTimeout(async () => {
      if (stopped) return;
      await open().catch((error) => {
        logger.warn({ groupId, reason: messageOf(error) }, 'source is still down');
        if (!stopped) reopen();
      });
    }, REOPEN_MS);
  };

  return {
    current: () => consumer,
    start: async () => {
      if (stopped) throw new Error('a stopped source does not start again');
      await open();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(reopening);
      const left = consumer?.disconnect() ?? Promise.resolve();
      await withinBudget(left, stopTimeoutMs, 'handlers still run: their records come again').catch((error) =>
        logger.warn({ groupId, stopTimeoutMs, reason: messageOf(error) }, 'stopped without an answer'),
      );
      status.assign({});
      status.move('stopped');
    },
  };
}
