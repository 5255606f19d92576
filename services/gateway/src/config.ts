import { MAX_EVENT_BYTES } from '@caliper-pipeline/contracts';
import {
  commonSettings,
  type Environment,
  kafkaSettings,
  list,
  readConfig,
  wholeNumber,
} from '@caliper-pipeline/runtime';
import { z } from 'zod';
import type { BodyLimits } from './domain/limits.ts';

const MIB = 1024 * 1024;

/** Settings of the gateway, by the names of their environment variables. */
export const gatewaySettings = z
  .object({
    ...commonSettings,
    ...kafkaSettings,
    GATEWAY_HOST: z.string().default('127.0.0.1').describe('Where senders are served.'),
    GATEWAY_PORT: z.coerce.number().int().min(0).max(65_535).describe('0 = any free port.'),
    GATEWAY_PATHS: list()
      .refine((paths) => paths.every((path) => /^\/[\w.~/-]*\w$/.test(path)), 'must begin with / and end with a word')
      .prefault('/caliper,/message')
      .describe('Paths of the endpoint. The certification suite posts to a leaf /message.'),
    GATEWAY_SENSORS_FILE: z
      .string()
      .describe('Hashed sensor keys and topic bindings (sensors.json); reread on change.'),
    CALIPER_TENANTS_FILE: z.string().describe('Tenants (tenants.json); reread on change.'),
    GATEWAY_MAX_BODY_BYTES: wholeNumber(5 * MIB, 1024).describe('Largest body as sent: 413 above it.'),
    GATEWAY_MAX_INFLATED_BYTES: wholeNumber(20 * MIB, 1024).describe('Largest body after inflation: 413 above it.'),
    GATEWAY_MAX_INFLATE_RATIO: wholeNumber(100, 2, 1_032).describe(
      'Most inflated bytes for each byte sent: 413 above it.',
    ),
    GATEWAY_MAX_DEPTH: wholeNumber(64, 8, 512).describe('Deepest nesting of a JSON body; Learn and Canvas reach 8.'),
    GATEWAY_MAX_ITEMS: wholeNumber(10_000, 1).describe('Most items of one body.'),
    GATEWAY_MAX_EVENT_BYTES: wholeNumber(MAX_EVENT_BYTES, 1024, MAX_EVENT_BYTES).describe(
      'Largest event: a dead letter above it.',
    ),
    GATEWAY_MAX_CONNECTIONS: wholeNumber(10_000, 1).describe('Connections of senders at a time.'),
    GATEWAY_MAX_REQUESTS: wholeNumber(2_000, 2).describe(
      'Requests in hand at a time: 503 above it. One tenant has at most half: 429 above it.',
    ),
    GATEWAY_MAX_HELD_BYTES: wholeNumber(64 * MIB, 4096).describe(
      'Bytes of bodies in hand: 503 above it. One tenant has at most half: 429 above it.',
    ),
    GATEWAY_MAX_WAITING_BYTES: wholeNumber(64 * MIB, MIB).describe('Bytes that may wait for Kafka: 503 above it.'),
    GATEWAY_TENANT_EVENTS_PER_SECOND: wholeNumber(50_000, 1).describe(
      'Events a second of one tenant, on average: 429 above it. sensors.json has limits of its own.',
    ),
    GATEWAY_LINGER_MS: wholeNumber(3, 0, 100).describe(
      'How long a record waits for others of the same produce request.',
    ),
    GATEWAY_ANSWER_BUDGET_MS: wholeNumber(1_800, 100, 60_000).describe('From the body being read to the answer.'),
    GATEWAY_REQUEST_TIMEOUT_MS: wholeNumber(30_000, 1_000).describe(
      'A sender that needs longer for its request is cut off.',
    ),
  })
  .refine((settings) => settings.GATEWAY_MAX_INFLATED_BYTES >= settings.GATEWAY_MAX_BODY_BYTES, {
    message: 'GATEWAY_MAX_INFLATED_BYTES must not be below GATEWAY_MAX_BODY_BYTES',
  })
  .refine((settings) => settings.GATEWAY_MAX_HELD_BYTES >= 2 * settings.GATEWAY_MAX_BODY_BYTES, {
    message: 'GATEWAY_MAX_HELD_BYTES must be at least twice GATEWAY_MAX_BODY_BYTES',
  });

export type GatewayConfig = Readonly<z.output<typeof gatewaySettings>>;

export const readGatewayConfig = (environment: Environment): GatewayConfig => readConfig(gatewaySettings, environment);

export const bodyLimitsOf = (config: GatewayConfig): BodyLimits => ({
  maxBodyBytes: config.GATEWAY_MAX_BODY_BYTES,
  maxInflatedBytes: config.GATEWAY_MAX_INFLATED_BYTES,
  maxInflateRatio: config.GATEWAY_MAX_INFLATE_RATIO,
  maxDepth: config.GATEWAY_MAX_DEPTH,
  maxItems: config.GATEWAY_MAX_ITEMS,
  maxEventBytes: config.GATEWAY_MAX_EVENT_BYTES,
});
