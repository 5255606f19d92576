import { join } from 'node:path';
import type { Endpoints } from './endpoints.ts';
import type { LimitedUser } from './parts/clickhouse.ts';
import { type ServiceName, servicePart } from './parts/service.ts';
import { freePort, type Ports } from './ports.ts';
import type { SenderFiles } from './senders.ts';
import type { PartDefinition } from './supervised-part.ts';

export interface ServicePartsOptions {
  readonly dataDir: string;
  readonly ports: Ports;
  readonly endpoints: Endpoints;
  readonly senders: SenderFiles;
  readonly partitions: number;
  /** The sink appends and does nothing else: what it may do here is what it may do anywhere (access/roles.sql). */
  readonly sinkUser: LimitedUser;
  readonly env: Readonly<Record<string, string>>;
}

/** Defines instances of the services, the first of each on the ports of endpoints.json, the others on free ones. */
export function serviceParts({ dataDir, ports, endpoints, senders, partitions, sinkUser, env }: ServicePartsOptions) {
  const adminPorts = { gateway: ports.gatewayAdmin, enricher: ports.enricherAdmin, sink: ports.sinkAdmin };
  const defined = { gateway: 0, enricher: 0, sink: 0 };

  /** One more instance, with these settings beside those of all. */
  return async function next(
    service: ServiceName,
    own: Readonly<Record<string, string>> = {},
  ): Promise<PartDefinition> {
    const index = defined[service];
    defined[service] += 1;
    const isFirst = index === 0;
    return servicePart({
      service,
      index,
      dataDir,
      adminPort: isFirst ? adminPorts[service] : await freePort(),
      env: {
        KAFKA_BROKERS: endpoints.kafka.bootstrapServers,
        REGISTRY_URL: endpoints.registry.url,
        CALIPER_PARTITIONS: String(partitions),
        CALIPER_TENANTS_FILE: senders.tenantsFile,
        GATEWAY_HOST: '127.0.0.1',
        GATEWAY_PORT: String(isFirst ? ports.gateway : await freePort()),
        GATEWAY_SENSORS_FILE: senders.sensorsFile,
        ENRICHER_STATE_DIR: join(dataDir, 'state', `enricher-${index}`),
        CLICKHOUSE_URL: endpoints.clickhouse.url,
        CLICKHOUSE_USER: sinkUser.name,
        CLICKHOUSE_PASSWORD: sinkUser.password,
        CLICKHOUSE_DATABASE: endpoints.clickhouse.database,
        ...env,
        ...own,
      },
    });
  };
}
