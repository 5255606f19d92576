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

/**
 * `endpoints.json`, readable for its owner alone: it holds keys and a password. Each call of what is returned writes the
 * endpoints as they are, one write after the other: two at once share the name of the new file, and the second finds it renamed.
 */
export function endpointsFile(folder: string, endpoints: Endpoints): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const write = () => writeAtomically(join(folder, 'endpoints.json'), `${JSON.stringify(endpoints, null, 2)}\n`);
  return () => {
    last = last.then(write, write);
    return last;
  };
}
