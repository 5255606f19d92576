import { AppError } from '@caliper-pipeline/runtime';
import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in lower-case hex');
const positive = z.number().int().min(1);
const topicOrName = z.string().min(1).max(249);

const keySchema = z
  .object({
    sha256,
    /** `key`: the header holds it raw or as Bearer. `basic`: the hash is that of `user:password` (RFC 7617). */
    scheme: z.enum(['key', 'basic']).default('key'),
    expiresAt: z.iso.datetime({ offset: true }).optional(),
    /** For people: where the key is in use. */
    note: z.string().max(200).optional(),
  })
  .strict();

/** What is accepted of whom, by HTTP and from Kafka alike. */
const acceptance = {
  redaction: z
    .object({
      truncateIpAddresses: z.boolean().default(false),
      /** Parts of names of further fields that hold secrets: short ones would take half of every event. */
      extraSecretKeys: z
        .array(
          z
            .string()
            .max(100)
            .regex(/(?:[^\W_][\W_]*){3}/, 'needs three letters or digits'),
        )
        .max(100)
        .default([]),
    })
    .strict()
    .prefault({}),
  versions: z
    .array(z.enum(['1.0', '1.1', '1.2']))
    .min(1)
    .optional(),
  unknownVersion: z.enum(['accept', 'refuse']).default('accept'),
  limits: z
    .object({
      maxBodyBytes: positive.optional(),
      maxItems: positive.optional(),
      maxEventBytes: positive.optional(),
      eventsPerSecond: z.number().positive().optional(),
    })
    .strict()
    .prefault({}),
};

const isSafeUrl = (text: string) => {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
};

const signatureSchema = z
  .object({
    jwks: z.union([
      z.object({ file: z.string().min(1) }).strict(),
      z.object({ url: z.url().refine(isSafeUrl, 'must be https') }).strict(),
    ]),
    algorithms: z
      .array(z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'EdDSA']))
      .min(1)
      .default(['RS256']),
    issuer: z.string().min(1).optional(),
    audience: z.string().min(1).optional(),
    /** Served below each path of the gateway, without an Authorization header: Canvas cannot send one. */
    path: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is no short lower-case word')
      .optional(),
    /** The `sensor` of an envelope must be one of these: Canvas signs for all of its customers with the same keys. */
    sensors: z.array(z.string().min(1)).min(1).optional(),
  })
  .strict()
  .refine(({ path, sensors }) => path === undefined || sensors !== undefined, {
    path: ['sensors'],
    message: 'is needed where a path stands in for a key',
  });

const sensorSchema = z
  .object({
    tenant: z.string().min(1).max(64),
    /** Name for people; the sensor of a bare event, which names none itself. */
    label: z.string().min(1).max(200),
    keys: z.array(keySchema).default([]),
    ...acceptance,
    signature: signatureSchema.optional(),
    cors: z
      .object({ origins: z.array(z.url()).min(1) })
      .strict()
      .optional(),
    /** Spelling of the configuration document: the text of Caliper 1.2, or its fixture and the Python sensor. */
    configurationKeys: z.enum(['camelCase', 'snake_case']).default('camelCase'),
  })
  .strict()
  .refine(({ keys, signature }) => keys.length > 0 || signature?.path !== undefined, {
    path: ['keys'],
    message: 'at least one is needed, or a signature with a path',
  });

/** Topics of the Kafka ingress, each bound to one tenant: whoever may write the topic speaks for the tenant. */
const ingressSchema = z
  .object({
    topic: topicOrName,
    tenant: z.string().min(1).max(64),
    label: z.string().min(1).max(200).optional(),
    ...acceptance,
  })
  .strict();

const fileSchema = z
  .object({
    sensors: z.array(sensorSchema),
    ingress: z.array(ingressSchema).default([]),
    /** Of a tenant over all of its sensors; others have GATEWAY_TENANT_EVENTS_PER_SECOND. */
    tenantLimits: z.record(z.string(), z.object({ eventsPerSecond: z.number().positive() }).strict()).default({}),
  })
  .strict()
  .superRefine(({ sensors, ingress }, context) => {
    const complain = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const seen = new Map<string, string>();
    const once = (what: string, value: string, path: (string | number)[]) => {
      const first = seen.get(`${what} ${value}`);
      if (first !== undefined) complain(path, `the same ${what} as ${first}`);
      else seen.set(`${what} ${value}`, path.join('.'));
    };
    for (const [index, { tenant, label, keys, signature }] of sensors.entries()) {
      once('tenant and label', `${tenant} ${label}`, ['sensors', index, 'label']);
      for (const [at, key] of keys.entries()) once('key', key.sha256, ['sensors', index, 'keys', at]);
      if (signature?.path !== undefined) once('path', signature.path, ['sensors', index, 'signature', 'path']);
    }
    for (const [index, { topic }] of ingress.entries()) once('topic', topic, ['ingress', index, 'topic']);
  });

/** sensors.json as it stands, with defaults. */
export type SensorsFile = z.output<typeof fileSchema>;
export type SensorEntry = SensorsFile['sensors'][number];
export type IngressEntry = SensorsFile['ingress'][number];
export type SignatureRule = NonNullable<SensorEntry['signature']>;

/** @throws AppError `config_invalid` that names every wrong place, and never a key or its hash */
export function readSensorsFile(text: string): SensorsFile {
  const parsed = fileSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(file)'}: ${issue.message}`);
  throw new AppError('config_invalid', `sensors: ${lines.join('; ')}`);
}

/** V8 quotes the text around an error, which holds hashes. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('config_invalid', 'sensors: the file is no JSON');
  }
}
