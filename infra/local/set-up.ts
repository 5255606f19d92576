import { applyMigrations, applyTenants } from '@caliper-pipeline/infra/clickhouse';
import { createTopics, registerSchemas } from '@caliper-pipeline/infra/kafka';
import type { SetUpJob } from './stack-options.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** What stands between the stores and the services: the same jobs that a deployment runs once per release. */
export const setUpJobs: readonly SetUpJob[] = [
  {
    name: 'topics',
    run: async ({ endpoints, partitions, replicationFactor }) => {
      const brokers = endpoints.kafka.bootstrapServers.split(',');
      const { created, existing } = await createTopics({
        brokers,
        commonPartitions: partitions,
        replicationFactor,
        logger: quiet,
      });
      return `${created.length + existing.length} topics`;
    },
  },
  {
    name: 'schemas',
    run: async ({ endpoints }) =>
      `${new Set((await registerSchemas({ url: endpoints.registry.url })).values()).size} schemas`,
  },
  {
    name: 'migrations',
    run: async ({ endpoints, tenantsFile }) => {
      const connection = { ...endpoints.clickhouse, logger: quiet };
      const { applied, already } = await applyMigrations(connection);
      await applyTenants(tenantsFile, connection);
      return `${applied.length + already.length} migrations`;
    },
  },
];
