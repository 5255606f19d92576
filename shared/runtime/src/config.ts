import { z } from 'zod';
import { AppError } from './app-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a service's settings once, at its start. The result is frozen; nothing else reads the environment.
 *
 * @param schema an object whose keys are the names of environment variables; an empty value counts as absent
 * @throws AppError `config_invalid` with one line for each wrong setting, never with its value (it may be a secret)
 */
export function readConfig<S extends z.ZodType>(schema: S, environment: Environment): Readonly<z.output<S>> {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(present);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(settings)'}: ${issue.message}`);
    throw new AppError('config_invalid', lines.join('; '));
  }
  return Object.freeze(parsed.data) as Readonly<z.output<S>>;
}

/** A whole number with a default, within bounds. */
export const wholeNumber = (fallback: number, least = 0, most = Number.MAX_SAFE_INTEGER) =>
  z.coerce.number().int().min(least).max(most).default(fallback);

/** `true` or `false`. */
export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false'])
    .default(fallback ? 'true' : 'false')
    .transform((text) => text === 'true');

/** A comma-separated list, at least one entry. */
export const list = () =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    )
    .refine((entries) => entries.length > 0, 'must name at least one');

/** Settings that every service has. */
export const commonSettings = {
  CALIPER_INSTANCE: z
    .string()
    .describe('Stable, distinct name of this instance: Kafka gives the same partitions back to it.'),
  CALIPER_ADMIN_HOST: z.string().default('127.0.0.1').describe('Where /health and /metrics listen.'),
  CALIPER_ADMIN_PORT: z.coerce.number().int().min(0).max(65_535).describe('0 = any free port.'),
  CALIPER_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  CALIPER_STOP_TIMEOUT_MS: wholeNumber(15_000, 100).describe(
    'A stop that takes longer ends hard; what was not acknowledged comes again.',
  ),
} as const;

/** Settings of services that talk to Kafka with schemas. */
export const kafkaSettings = {
  KAFKA_BROKERS: list().describe('host:port, comma-separated.'),
  REGISTRY_URL: z.url().describe('Confluent-compatible API, for Apicurio …/apis/ccompat/v7.'),
  CALIPER_PARTITIONS: wholeNumber(6, 1, 10_000).describe(
    'Partitions of the topics marked P; never altered within a generation.',
  ),
} as const;
