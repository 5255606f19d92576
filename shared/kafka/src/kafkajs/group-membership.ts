import kafkajs, { type Cluster, type GroupDescription } from 'kafkajs';
import { DependencyError, messageOf } from '../dependency-error.ts';
import type { SourceStatus } from '../port.ts';
import type { KafkaConfig } from './client.ts';
import { accessCluster } from './cluster-access.ts';
import { type ConsumerLifeOptions, createConsumerLife } from './consumer-life.ts';
import { keepStatus } from './source-status.ts';
import { withinBudget } from './within-budget.ts';

export interface GroupMembershipOptions extends Omit<ConsumerLifeOptions, 'topics'> {
  readonly topic: string;
  /** The group has given this member these partitions, and no others. */
  readonly onAssigned: (partitions: readonly number[]) => void;
  readonly onChange: () => void;
}

export interface GroupMembership {
  /** @throws DependencyError `broker_unavailable`: call it again */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly status: () => SourceStatus;
  /** Asks the coordinator, by a request that is sent after the call, whether the partition is assigned to this member. */
  readonly owns: (partition: number) => Promise<boolean>;
  /** Tells the group where partitions stand, for tools that show lag. Nothing reads it. Never throws. */
  readonly mirror: (positions: ReadonlyMap<number, bigint>) => Promise<void>;
}

const MIRROR_TIMEOUT_MS = 2_000;
const ASK_TIMEOUT_MS = 10_000;

/**
 * A member of a group that fetches nothing: the group decides who owns which partition, and all reading is done beside it.
 * So no read and no handler ever holds up a rebalance, and heartbeats go out between two pauses of kafkajs' empty loop.
 */
export function createGroupMembership(config: KafkaConfig, options: GroupMembershipOptions): GroupMembership {
  const { groupId, topic, onAssigned, onChange } = options;
  const status = keepStatus(onChange);
  let memberId = '';
  let assignment: readonly number[] = [];
  let asking: { readonly answer: Promise<readonly number[]>; isSent: boolean } | null = null;
  let cluster = accessCluster(config);

  const life = createConsumerLife(config, { ...options, topics: [topic] }, status, {
    joined: (assigned, id, consumer) => {
      memberId = id;
      assignment = assigned[topic] ?? [];
      // In this very turn: kafkajs fetches right after its listeners.
      consumer.pause([{ topic }]);
      status.assign(assigned);
      onAssigned(assignment);
    },
    // Others are given the partitions when the session ends, and fence us by their claims.
    lost: () => {},
    run: (consumer) => consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => {} }),
  });

  /**
   * Finds the coordinator anew each time. A consumer of kafkajs would ask the one that it has found first, for ever: after
   * a broker had been away for two minutes both enrichers stood still on that question, and 26,000 of 85,000 rows never came.
   */
  const describeGroup = async (through: Cluster): Promise<GroupDescription> => {
    await through.connect();
    await through.addMultipleTargetTopics([topic]);
    const coordinator = await through.findGroupCoordinator({ groupId });
    const { groups } = await coordinator.describeGroups({ groupIds: [groupId] });
    return groups[0];
  };

  /** After a failure the next question begins with a fresh connection, which knows nothing of before. */
  const describeInTime = async (): Promise<GroupDescription> => {
    const through = cluster;
    try {
      return await withinBudget(describeGroup(through), ASK_TIMEOUT_MS, `no answer within ${ASK_TIMEOUT_MS} ms`);
    } catch (error) {
      if (cluster === through) cluster = accessCluster(config);
      void through.disconnect().catch(() => {}); // a broker that is frozen would be waited for
      throw error;
    }
  };

  const ask = async (): Promise<readonly number[]> => {
    const { state, members } = await describeInTime();
    const own = members.find((member) => member.memberId === memberId);
    if (own === undefined) return [];
    // While the next generation forms, the last one holds: nobody else can have been given a partition without us joining.
    if (state !== 'Stable') return assignment;
    return kafkajs.AssignerProtocol.MemberAssignment.decode(own.memberAssignment)?.assignment[topic] ?? [];
  };

  /** Partitions that are acquired beside each other share one request, if it was not sent before they asked. */
  const askOnce = (): Promise<readonly number[]> => {
    if (asking !== null && !asking.isSent) return asking.answer;
    const answer = Promise.resolve().then(() => {
      mine.isSent = true;
      return ask();
    });
    const mine = { answer, isSent: false };
    asking = mine;
    return answer;
  };

  return {
    start: life.start,
    stop: async () => {
      await life.stop();
      void cluster.disconnect().catch(() => {}); // nobody asks any more, and the connection goes either way
    },
    status: status.current,
    owns: async (partition) => {
      if (life.current() === null || memberId === '') return false;
      try {
        return (await askOnce()).includes(partition);
      } catch (error) {
        throw new DependencyError('broker_unavailable', `group ${groupId}: ${messageOf(error)}`, error);
      }
    },
    mirror: async (positions) => {
      const offsets = [...positions].map(([partition, offset]) => ({ topic, partition, offset: String(offset) }));
      try {
        const sent = offsets.length > 0 ? life.current()?.commitOffsets(offsets) : undefined;
        // kafkajs repeats it for as long as the broker is away.
        if (sent !== undefined) await withinBudget(sent, MIRROR_TIMEOUT_MS, 'no answer');
      } catch (error) {
        config.logger.debug({ topic, reason: messageOf(error) }, 'positions were not mirrored');
      }
    },
  };
}
