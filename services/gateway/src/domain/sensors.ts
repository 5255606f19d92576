import { hash } from 'node:crypto';
import { AppError } from '@caliper-pipeline/runtime';
import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in lower-case hex');
const sensorSchema = z
  .object({
    tenant: z.string().min(1).max(64),
    /** Name for people; the sensor of a bare event, which names none itself. */
    label: z.string().min(1).max(200),
    keys: z.array(z.object({ sha256, expiresAt: z.iso.datetime().optional() }).strict()).min(1),
    truncateIpAddresses: z.boolean().default(false),
  })
  .strict();
const fileSchema = z
  .object({
    sensors: z.array(sensorSchema),
    /** Topics of the Kafka ingress, each bound to one tenant: whoever may write the topic speaks for the tenant. */
    ingress: z.array(z.object({ topic: z.string().min(1), tenant: z.string().min(1) }).strict()).default([]),
  })
  .strict();

export interface SensorCredential {
  readonly tenant: string;
  readonly label: string;
  readonly truncateIpAddresses: boolean;
  /** Epoch milliseconds; Infinity = never. */
  readonly expiresAtMs: number;
}

export interface Sensors {
  readonly byKeyHash: ReadonlyMap<string, SensorCredential>;
  readonly tenantOfTopic: ReadonlyMap<string, string>;
}

/** Reads sensors.json. Only hashes of keys are in it: who reads the file cannot send with it. */
export function parseSensors(text: string): Sensors {
  const parsed = fileSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new AppError('config_invalid', `sensors: ${lines.join('; ')}`);
  }
  const byKeyHash = new Map<string, SensorCredential>();
  for (const { tenant, label, keys, truncateIpAddresses } of parsed.data.sensors) {
    for (const key of keys) {
      const expiresAtMs = key.expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(key.expiresAt);
      byKeyHash.set(key.sha256, { tenant, label, truncateIpAddresses, expiresAtMs });
    }
  }
  return { byKeyHash, tenantOfTopic: new Map(parsed.data.ingress.map(({ topic, tenant }) => [topic, tenant])) };
}

const BEARER = /^bearer\s+/i;

/**
 * The credential of an Authorization header: `Bearer <key>` (specification) or the raw key (Learn, and the Java, PHP, JS
 * and Python sensors). The key is hashed before it is compared, so the time taken tells nothing of a stored key.
 */
export function authenticate(sensors: Sensors, header: string | undefined, nowMs: number): SensorCredential | null {
  const key = header?.trim().replace(BEARER, '') ?? '';
  if (key === '') return null;
  const credential = sensors.byKeyHash.get(hash('sha256', key, 'hex'));
  return credential !== undefined && nowMs < credential.expiresAtMs ? credential : null;
}
