import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { REGISTRY_HOME } from '../paths.ts';
import type { PartDefinition } from '../supervised-part.ts';

export interface RegistryOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly managementPort: number;
}

export const registryUrl = (port: number): string => `http://127.0.0.1:${port}/apis/ccompat/v7`;

/**
 * Apicurio Registry with its storage in a file. WRITE_DELAY=0 matters: without it a schema that was acknowledged is lost
 * when the process is killed, and its id is given to the next one.
 */
export function registryPart({ dataDir, port, managementPort }: RegistryOptions): PartDefinition {
  const folder = join(dataDir, 'registry');
  return {
    name: 'registry',
    logFile: join(dataDir, 'logs', 'registry.log'),
    command: async () => {
      await mkdir(folder, { recursive: true });
      return {
        file: 'java',
        args: [
          '-Xmx192m',
          '-XX:+UseSerialGC',
          '-XX:TieredStopAtLevel=1',
          '-Dquarkus.http.host=127.0.0.1',
          `-Dquarkus.http.port=${port}`,
          '-Dquarkus.management.host=127.0.0.1',
          `-Dquarkus.management.port=${managementPort}`,
          `-Dapicurio.datasource.url=jdbc:h2:file:${folder}/registry;WRITE_DELAY=0`,
          '-Dapicurio.datasource.jdbc.initial-size=2',
          '-Dapicurio.datasource.jdbc.min-size=1',
          '-Dapicurio.datasource.jdbc.max-size=10',
          '-Dquarkus.http.access-log.enabled=false',
          '-jar',
          `${REGISTRY_HOME}/apicurio-registry-app-3.0.9-runner.jar`,
        ],
      };
    },
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok,
  };
}
