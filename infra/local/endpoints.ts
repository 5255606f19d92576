import { join } from 'node:path';
import { writeAtomically } from './data-folder.ts';
import type { Sender } from './senders.ts';

/** Where everything of a running stack is: the content of `DATA_DIR/endpoints.json`. */
export interface Endpoints {
  gateway: { endpoint: string; admin: string; pid: number };
  enricher: { admin: string; pid: number };
  sink: { admin: string; pid: number };
  kafka: { bootstrapServers: string; pid: number };
  registry: { url: string; pid: number };
  clickhouse: { url: string; user: string; password: string; database: string; pid: number };
  sensors: Sender[];
}

/** Readable for its owner alone: it holds keys and a password. */
export function writeEndpoints(folder: string, endpoints: Endpoints): Promise<void> {
  return writeAtomically(join(folder, 'endpoints.json'), `${JSON.stringify(endpoints, null, 2)}\n`);
}
