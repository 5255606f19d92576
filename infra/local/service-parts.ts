import { join } from 'node:path';
import type { LimitedUser } from './parts/clickhouse.ts';
import { partName, type ServiceName, servicePart } from './parts/service.ts';
import { freePort, type Ports } from './ports.ts';
import type { SenderFiles } from './senders.ts';
import type { Between } from './stack-options.ts';
import type { PartDefinition } from './supervised-part.ts';

/** Where the services find the stores: straight, or through what stands between. */
export interface StoreAddresses {
  readonly brokers: string;
  readonly registryUrl: string;
  readonly clickhouseUrl: string;
  readonly database: string;
}

export interface ServicePartsOptions {
  readonly dataDir: string;
  readonly ports: Ports;
  readonly stores: StoreAddresses;
  readonly senders: SenderFiles;
  readonly partitions: number;
  /** The sink appends and does nothing else: what it may do here is what it may do anywhere (access/roles.sql). */
  readonly sinkUser: LimitedUser;
  readonly env: Readonly<Record<string, string>>;
  readonly between: Between;
}

/** Defines instances of the services, the first of each on the ports of endpoints.json, the others on free ones. */
export function serviceParts({
  dataDir,
  ports,
  stores,
  senders,
  partitions,
  sinkUser,
  env,
  between,
}: ServicePartsOptions) {
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
    const senderPort = isFirst ? ports.gateway : await freePort();
    if (service === 'gateway' && !isFirst) await between(partName(service, index), senderPort);
    return servicePart({
      service,
      index,
      dataDir,
      adminPort: isFirst ? adminPorts[service] : await freePort(),
      env: {
        KAFKA_BROKERS: stores.brokers,
        REGISTRY_URL: stores.registryUrl,
        CALIPER_PARTITIONS: String(partitions),
        CALIPER_TENANTS_FILE: senders.tenantsFile,
        GATEWAY_HOST: '127.0.0.1',
        GATEWAY_PORT: String(senderPort),
        GATEWAY_SENSORS_FILE: senders.sensorsFile,
        ENRICHER_STATE_DIR: join(dataDir, 'state', `enricher-${index}`),
        CLICKHOUSE_URL: stores.clickhouseUrl,
        CLICKHOUSE_USER: sinkUser.name,
        CLICKHOUSE_PASSWORD: sinkUser.password,
        CLICKHOUSE_DATABASE: stores.database,
        ...env,
        ...own,
      },
    });
  };
}
