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

/**
 * How Node runs a service, here as in the image. By itself V8 lets the young generation grow to 2 x 64 MB on a machine with 24 GB,
 * whenever that may be: half an hour into a soak an enricher took 100 MB more, for nothing that was measured.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=16'];

export const partName = (service: ServiceName, index: number): string =>
  index === 0 ? service : `${service}-${index}`;

/** One of our services as a process, configured by its environment alone, as in a container. */
export function servicePart({ service, index, dataDir, adminPort, env }: ServiceOptions): PartDefinition {
  const name = partName(service, index);
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  return {
    name,
    logFile: join(dataDir, 'logs', `${name}.log`),
    adminUrl,
    stopGraceMs: 20_000,
    command: async () => ({
      file: process.execPath,
      args: [...NODE_FLAGS, `${ROOT}services/${service}/src/main.ts`],
      env: {
        NODE_ENV: 'production',
        CALIPER_INSTANCE: `${service}-${index}`,
        CALIPER_ADMIN_HOST: '127.0.0.1',
        CALIPER_ADMIN_PORT: String(adminPort),
        ...env,
      },
    }),
    isReady: async () => (await fetch(`${adminUrl}/health/ready`)).ok,
  };
}
