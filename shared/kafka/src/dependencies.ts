import type { Dependency } from '@caliper-pipeline/runtime';
import type { TransactionalStage } from './kafkajs/client.ts';
import type { BatchSource, BrokerProbe } from './port.ts';
import type { SchemaRegistry } from './serde/registry.ts';

/** Readiness needs a broker that leads these topics. */
export function brokerDependency(probe: BrokerProbe, topics: readonly string[]): Dependency {
  return { name: 'kafka', probe: async () => mustBeUp(await probe.check(topics)) };
}

/** Readiness needs a registry that answers. */
export function registryDependency(registry: SchemaRegistry): Dependency {
  return { name: 'registry', probe: async () => mustBeUp(await registry.check()) };
}

/** Readiness needs a consumer that is a member of its group; a rebalance in progress is no loss. */
export function sourceDependency(name: string, source: Pick<BatchSource, 'state'>): Dependency {
  return {
    name,
    probe: async () => {
      const { state, detail } = source.state;
      if (state !== 'joined' && state !== 'rebalancing') throw new Error(detail === '' ? state : `${state}: ${detail}`);
    },
  };
}

/** Readiness needs a stage that is a member of its group, has restored what it owns, and stands still nowhere. */
export function stageDependency(name: string, stage: Pick<TransactionalStage, 'state'>): Dependency {
  return {
    name,
    probe: async () => {
      const { state, detail, partitions } = stage.state;
      if (state !== 'joined' && state !== 'rebalancing') throw new Error(detail === '' ? state : `${state}: ${detail}`);
      for (const { partition, phase, restoring, trouble } of partitions) {
        if (trouble !== null) throw new Error(`partition ${partition}: ${trouble.detail}`);
        if (restoring !== null) {
          throw new Error(
            `partition ${partition}: ${restoring.read} of ${restoring.of} of ${restoring.topic} restored`,
          );
        }
        if (phase !== 'ready') throw new Error(`partition ${partition}: ${phase}`);
      }
    },
  };
}

function mustBeUp(health: { readonly kind: 'up' } | { readonly kind: 'down'; readonly detail: string }): void {
  if (health.kind === 'down') throw new Error(health.detail);
}
