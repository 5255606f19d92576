import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoints } from '@caliper-pipeline/infra';

/**
 * Where a running local stack is.
 *
 * @throws Error in plain words when none runs on that folder
 */
export async function readEndpoints(dataDir: string): Promise<Endpoints> {
  const path = join(dataDir, 'endpoints.json');
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Error(`${path} is not there: run npm start first, or say with options where the pipeline is`);
  });
  return JSON.parse(text) as Endpoints;
}
