import { hash, timingSafeEqual } from 'node:crypto';
import type { RedactionRules } from '@caliper-pipeline/caliper';
import { type IngressEntry, readSensorsFile, type SensorEntry, type SignatureRule } from './sensors-file.ts';

/** Who a body comes from, as the operator registered it, and what is accepted of them. */
export interface Sender {
  readonly tenant: string;
  /** Name for people, and the sensor of a bare event. */
  readonly label: string;
  readonly redaction: RedactionRules;
  /** Versions of Caliper that are accepted; null = all. */
  readonly versions: ReadonlySet<string> | null;
  readonly refusesUnknownVersion: boolean;
  readonly limits: SensorEntry['limits'];
  /** Origins of browsers that may send. */
  readonly origins: ReadonlySet<string>;
  readonly configurationKeys: SensorEntry['configurationKeys'];
  readonly signature: SignatureRule | null;
}

interface StoredKey {
  readonly digest: Buffer;
  readonly scheme: 'key' | 'basic';
  /** Epoch milliseconds; Infinity = never. */
  readonly expiresAtMs: number;
  readonly sender: Sender;
}

export interface Senders {
  /** By the first 32 bits of the digest: finding candidates tells nothing of a key, since it is hashed before. */
  readonly keys: ReadonlyMap<number, readonly StoredKey[]>;
  readonly ofPath: ReadonlyMap<string, Sender>;
  readonly ofTopic: ReadonlyMap<string, Sender>;
  readonly all: readonly Sender[];
  /** Origins of all sensors: a preflight request carries no key. */
  readonly origins: ReadonlySet<string>;
  readonly tenantEventsPerSecond: ReadonlyMap<string, number>;
}

/**
 * Reads sensors.json. Only hashes of keys are in it: who reads the file cannot send with it.
 *
 * @throws AppError `config_invalid`
 */
export function parseSenders(text: string): Senders {
  const file = readSensorsFile(text);
  const keys = new Map<number, StoredKey[]>();
  const ofPath = new Map<string, Sender>();
  const all: Sender[] = [];
  for (const entry of file.sensors) {
    const sender = senderOf(entry);
    all.push(sender);
    if (sender.signature?.path !== undefined) ofPath.set(sender.signature.path, sender);
    for (const { sha256, scheme, expiresAt } of entry.keys) {
      const digest = Buffer.from(sha256, 'hex');
      const expiresAtMs = expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
      const candidates = keys.get(digest.readUInt32BE(0)) ?? [];
      keys.set(digest.readUInt32BE(0), [...candidates, { digest, scheme, expiresAtMs, sender }]);
    }
  }
  return {
    keys,
    ofPath,
    ofTopic: new Map(file.ingress.map((entry) => [entry.topic, senderOfTopic(entry)])),
    all,
    origins: new Set(all.flatMap(({ origins }) => [...origins])),
    tenantEventsPerSecond: new Map(
      Object.entries(file.tenantLimits).map(([tenant, { eventsPerSecond }]) => [tenant, eventsPerSecond]),
    ),
  };
}

type Acceptance = Pick<SensorEntry, 'redaction' | 'versions' | 'unknownVersion' | 'limits'>;

const acceptanceOf = ({ redaction, versions, unknownVersion, limits }: Acceptance) => ({
  redaction,
  versions: versions === undefined ? null : new Set<string>(versions),
  refusesUnknownVersion: unknownVersion === 'refuse',
  limits,
});

function senderOf(entry: SensorEntry): Sender {
  const { tenant, label, signature, cors, configurationKeys } = entry;
  return {
    tenant,
    label,
    ...acceptanceOf(entry),
    origins: new Set(cors?.origins.map((origin) => new URL(origin).origin)),
    configurationKeys,
    signature: signature ?? null,
  };
}

function senderOfTopic(entry: IngressEntry): Sender {
  const { tenant, topic, label = `kafka:${topic}` } = entry;
  return {
    tenant,
    label,
    ...acceptanceOf(entry),
    origins: new Set(),
    configurationKeys: 'camelCase',
    signature: null,
  };
}

const BEARER = /^bearer\s+/i;
const BASIC = /^basic\s+/i;

/**
 * The sender of an Authorization header: `Bearer <key>` (specification), the raw key (Learn, and the Java, PHP, JS and Python
 * sensors) or `Basic` (Open edX, U-Mich). The key is hashed first and digests are compared in constant time, so the time
 * taken tells nothing of a stored key.
 */
export function authenticate(senders: Senders, header: string | undefined, nowMs: number): Sender | null {
  const text = header?.trim() ?? '';
  const isBasic = BASIC.test(text);
  const key = isBasic ? Buffer.from(text.replace(BASIC, ''), 'base64').toString('utf8') : text.replace(BEARER, '');
  if (key === '') return null;
  const digest = hash('sha256', key, 'buffer');
  for (const stored of senders.keys.get(digest.readUInt32BE(0)) ?? []) {
    const isSame = timingSafeEqual(stored.digest, digest);
    if (isSame && (stored.scheme === 'basic') === isBasic && nowMs < stored.expiresAtMs) return stored.sender;
  }
  return null;
}
