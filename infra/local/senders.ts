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

/** As far as it is looked at here: whatever else a sensor has in the file stays. */
interface SensorsFile {
  readonly sensors: { readonly tenant: string; readonly label: string; keys?: { readonly sha256: string }[] }[];
  readonly ingress?: unknown;
}

/**
 * Writes the sensors and tenants of a stack: the demo tenant with its well-known key, and those that tests ask for, each
 * with a random key that stays the same for the folder. The services get hashes; the keys are in endpoints.json alone.
 * Sensors and keys that somebody added stay.
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
  const file: SensorsFile = existsSync(sensorsFile)
    ? JSON.parse(await readFile(sensorsFile, 'utf8'))
    : { sensors: [], ingress: [{ topic: 'caliper.envelopes', tenant: DEMO_TENANT }] };
  for (const [tenant, key] of keys) addKey(file, tenant, sha256(key));
  const tenants = [...keys.keys()].map((tenant) => ({
    tenant,
    name: tenant === DEMO_TENANT ? 'Demo University' : tenant,
    timeZone: tenant === DEMO_TENANT ? 'Europe/Amsterdam' : 'UTC',
    // Of its own for each tenant, so that keyed hashes of two tenants can never be joined.
    identitySecret: sha256(`${identitySecret}:${tenant}`),
  }));
  await writeAtomically(sensorsFile, `${JSON.stringify(file, null, 2)}\n`);
  await writeAtomically(tenantsFile, `${JSON.stringify({ tenants }, null, 2)}\n`);
  return { sensorsFile, tenantsFile, senders: [...keys].map(([tenant, key]) => ({ tenant, key })) };
}

function addKey({ sensors }: SensorsFile, tenant: string, hash: string): void {
  const label = `${tenant} sensor`;
  const sensor = sensors.find((entry) => entry.tenant === tenant && entry.label === label);
  if (sensor === undefined) sensors.push({ tenant, label, keys: [{ sha256: hash }] });
  else if (sensor.keys?.some((key) => key.sha256 === hash) !== true)
    sensor.keys = [...(sensor.keys ?? []), { sha256: hash }];
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
