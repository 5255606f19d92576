import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secretOf, writeAtomically } from './data-folder.ts';

export interface Sender {
  readonly tenant: string;
  readonly key: string;
}

export const DEMO_TENANT = 'demo';
const DEMO_KEY = 'demo-key';

export interface SenderFiles {
  readonly sensorsFile: string;
  readonly tenantsFile: string;
  readonly senders: readonly Sender[];
}

/**
 * Writes the sensors and tenants of a stack: the demo tenant with its well-known key, and those that tests ask for, each
 * with a random key that stays the same for the folder. The services get hashes; the keys are in endpoints.json alone.
 */
export async function writeSenders(folder: string, extraTenants: readonly string[]): Promise<SenderFiles> {
  const keysFile = join(folder, 'sensor-keys.secret');
  const keys = new Map<string, string>(existsSync(keysFile) ? JSON.parse(await readFile(keysFile, 'utf8')) : []);
  keys.set(DEMO_TENANT, DEMO_KEY);
  for (const tenant of extraTenants) if (!keys.has(tenant)) keys.set(tenant, randomBytes(24).toString('hex'));
  await writeAtomically(keysFile, JSON.stringify([...keys]));

  const identitySecret = await secretOf(folder, 'identity');
  const sensorsFile = join(folder, 'sensors.json');
  const tenantsFile = join(folder, 'tenants.json');
  const sensors = [...keys].map(([tenant, key]) => ({
    tenant,
    label: `${tenant} sensor`,
    keys: [{ sha256: sha256(key) }],
  }));
  const ingress = [{ topic: 'caliper.envelopes', tenant: DEMO_TENANT }];
  const tenants = [...keys.keys()].map((tenant) => ({
    tenant,
    name: tenant === DEMO_TENANT ? 'Demo University' : tenant,
    timeZone: tenant === DEMO_TENANT ? 'Europe/Amsterdam' : 'UTC',
    // Of its own for each tenant, so that keyed hashes of two tenants can never be joined.
    identitySecret: sha256(`${identitySecret}:${tenant}`),
  }));
  await writeAtomically(sensorsFile, `${JSON.stringify({ sensors, ingress }, null, 2)}\n`);
  await writeAtomically(tenantsFile, `${JSON.stringify({ tenants }, null, 2)}\n`);
  return { sensorsFile, tenantsFile, senders: [...keys].map(([tenant, key]) => ({ tenant, key })) };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
