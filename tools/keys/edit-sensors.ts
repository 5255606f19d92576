import { hash } from 'node:crypto';
import { readSensorsFile, type SensorEntry } from '@caliper-pipeline/gateway/sensors-file';

type Json = Record<string, unknown>;

/** A key as it is shown: nothing of it can be used to send. */
export interface ListedKey {
  /** The beginning of its hash: enough to name it. */
  readonly id: string;
  readonly tenant: string;
  readonly label: string;
  readonly scheme: 'key' | 'basic' | 'signature';
  /** ISO 8601; '' = never. */
  readonly expiresAt: string;
  readonly state: 'valid' | 'expired';
  readonly note: string;
}

export interface NewKey {
  readonly tenant: string;
  readonly label: string;
  /** What the sender sends: the key, or `user:password`. */
  readonly secret: string;
  readonly scheme: 'key' | 'basic';
  readonly expiresAt?: string;
  readonly note?: string;
}

const ID_CHARACTERS = 12;
const LEAST_ID_CHARACTERS = 6;

/**
 * sensors.json with one more key, for a sensor that is there or for a new one. What else stands in the file stays as it is.
 *
 * @param text '' = there is no file yet
 * @throws AppError `config_invalid` when the file, before or after, is none that the gateway takes
 */
export function withKey(text: string, { tenant, label, secret, scheme, expiresAt, note }: NewKey): string {
  const file = parsedFile(text);
  const key = {
    sha256: hash('sha256', secret, 'hex'),
    ...(scheme === 'basic' ? { scheme } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(note === undefined ? {} : { note }),
  };
  const sensor = file.sensors.find((entry) => entry['tenant'] === tenant && entry['label'] === label);
  if (sensor === undefined) file.sensors.push({ tenant, label, keys: [key] });
  else sensor['keys'] = [...keysOf(sensor), key];
  return checked(file);
}

/**
 * sensors.json in which a key ends at a time. It stays in the file, so that `list` tells when it ended.
 *
 * @throws Error when no key, or more than one, has this id
 */
export function withKeyEnding(text: string, id: string, expiresAt: string): { text: string; key: ListedKey } {
  if (id.length < LEAST_ID_CHARACTERS) throw new Error(`give at least ${LEAST_ID_CHARACTERS} characters of the id`);
  const file = parsedFile(text);
  const found = file.sensors.flatMap((sensor) => keysOf(sensor).filter((key) => String(key['sha256']).startsWith(id)));
  if (found.length !== 1) throw new Error(found.length === 0 ? `no key has the id ${id}` : `${id} names several keys`);
  found[0]!['expiresAt'] = expiresAt;
  const after = checked(file);
  const key = listKeys(after, Date.parse(expiresAt)).find((listed) => listed.id.startsWith(id.slice(0, ID_CHARACTERS)));
  return { text: after, key: key! };
}

/** Every key of the file, in its order; a sensor that only signs is listed with the path at which it is served. */
export function listKeys(text: string, nowMs: number): ListedKey[] {
  return readSensorsFile(text).sensors.flatMap((sensor) => [
    ...sensor.keys.map((key) => listed(sensor, key, nowMs)),
    ...signed(sensor),
  ]);
}

function listed({ tenant, label }: SensorEntry, key: SensorEntry['keys'][number], nowMs: number): ListedKey {
  const { sha256, scheme, expiresAt = '', note = '' } = key;
  const isExpired = expiresAt !== '' && Date.parse(expiresAt) <= nowMs;
  const state = isExpired ? 'expired' : 'valid';
  return { id: sha256.slice(0, ID_CHARACTERS), tenant, label, scheme, expiresAt, state, note };
}

function signed({ tenant, label, signature }: SensorEntry): ListedKey[] {
  if (signature?.path === undefined) return [];
  const note = `signed bodies at /${signature.path}`;
  return [{ id: '', tenant, label, scheme: 'signature', expiresAt: '', state: 'valid', note }];
}

/** The file as it was written, not as it is understood: no default is written into it. */
function parsedFile(text: string): { sensors: Json[] } & Json {
  if (text === '') return { sensors: [] };
  readSensorsFile(text);
  return JSON.parse(text);
}

const keysOf = (sensor: Json): Json[] => (Array.isArray(sensor['keys']) ? sensor['keys'] : []);

function checked(file: Json): string {
  const text = `${JSON.stringify(file, null, 2)}\n`;
  readSensorsFile(text);
  return text;
}
