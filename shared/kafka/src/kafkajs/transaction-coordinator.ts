import type { Broker, Cluster } from 'kafkajs';
import { pinned } from './pinned-kafkajs.ts';

interface Asked {
  readonly groupId: string;
  readonly coordinatorType?: number;
}

/** kafkajs has it and does not declare it. */
type KnownBroker = Broker & { readonly nodeId: number };

/** As far as it is used here (cluster/index.js). */
interface ClusterPrototype {
  findGroupCoordinator: (this: Cluster, asked: Asked) => Promise<Broker>;
  refreshMetadata: (this: Cluster) => Promise<void>;
}

const TRANSACTION = 1;

const { prototype } = pinned<{ readonly prototype: ClusterPrototype }>('src/cluster');
const { findGroupCoordinator, refreshMetadata } = prototype;

/** A producer has a cluster of its own, and one transactional id. */
const coordinators = new WeakMap<Cluster, { readonly transactionalId: string; readonly nodeId: string }>();

/**
 * Remembers who coordinates the transactions of a producer, as Kafka's own client does; kafkajs asks twice in each transaction.
 * At 480 events/s from senders as they are these were 60 of the 410 requests a second that the services sent.
 *
 * Who is the coordinator no more refuses. kafkajs refreshes its metadata after a refusal, and then it is forgotten; after a
 * transaction that failed the stage opens another producer in any case.
 */
prototype.findGroupCoordinator = async function (asked) {
  if (asked.coordinatorType !== TRANSACTION) return await findGroupCoordinator.call(this, asked);
  const known = coordinators.get(this);
  if (known?.transactionalId === asked.groupId) {
    try {
      // Connects again if the connection is gone.
      return await this.findBroker({ nodeId: known.nodeId });
    } catch {
      coordinators.delete(this); // it is away, so it may be another one by now
    }
  }
  const broker = (await findGroupCoordinator.call(this, asked)) as KnownBroker;
  coordinators.set(this, { transactionalId: asked.groupId, nodeId: String(broker.nodeId) });
  return broker;
};

prototype.refreshMetadata = async function () {
  coordinators.delete(this);
  await refreshMetadata.call(this);
};
