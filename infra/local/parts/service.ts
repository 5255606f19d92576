import { join } from 'node:path';
import { ROOT } from '../paths.ts';
import type { PartDefinition } from '../supervised-part.ts';

export type ServiceName = 'gateway' | 'enricher' | 'sink';

export interface ServiceOptions {
  readonly service: ServiceName;
  readonly index: number;
  readonly dataDir: string;
  readonly adminPort: number;
  readonly env: Readonly<Record<string, string>>;
}

export const partName = (service: ServiceName, index: number): string =>
  index === 0 ? service : `${service}-${index}`;

/** One of our services as a process, configured by its environment alone, as in a container. */
export function servicePart({ service, index, dataDir, adminPort, env }: ServiceOptions): PartDefinition {
  const name = partName(service, index);
  return {
    name,
    logFile: join(dataDir, 'logs', `${name}.log`),
    stopGraceMs: 20_000,
    command: async () => ({
      file: process.execPath,
      args: [`${ROOT}services/${service}/src/main.ts`],
      env: {
        NODE_ENV: 'production',
        CALIPER_INSTANCE: `${service}-${index}`,
        CALIPER_ADMIN_HOST: '127.0.0.1',
        CALIPER_ADMIN_PORT: String(adminPort),
        ...env,
      },
    }),
    isReady: async () => (await fetch(`http://127.0.0.1:${adminPort}/health/ready`)).ok,
  };
}
