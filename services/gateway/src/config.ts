import { commonSettings, type Environment, kafkaSettings, readConfig, wholeNumber } from '@caliper-pipeline/runtime';
import { z } from 'zod';

/** Settings of the gateway, by the names of their environment variables. */
export const gatewaySettings = z
  .object({
    ...commonSettings,
    ...kafkaSettings,
    GATEWAY_HOST: z.string().default('127.0.0.1').describe('Where senders are served.'),
    GATEWAY_PORT: z.coerce.number().int().min(0).max(65_535).describe('0 = any free port.'),
    GATEWAY_SENSORS_FILE: z
      .string()
      .describe('Hashed sensor keys and topic bindings (sensors.json); reread on change.'),
    CALIPER_TENANTS_FILE: z.string().describe('Tenants (tenants.json); reread on change.'),
    GATEWAY_MAX_BODY_BYTES: wholeNumber(5 * 1024 * 1024, 1024).describe('Largest body as sent: 413 above it.'),
    GATEWAY_MAX_INFLATED_BYTES: wholeNumber(20 * 1024 * 1024, 1024).describe(
      'Largest body after inflation: 413 above it.',
    ),
    GATEWAY_MAX_DEPTH: wholeNumber(64, 8, 512).describe('Deepest nesting of a JSON body; Learn and Canvas reach 8.'),
    GATEWAY_MAX_ITEMS: wholeNumber(10_000, 1).describe('Most items of one body.'),
    GATEWAY_LINGER_MS: wholeNumber(3, 0, 100).describe(
      'How long a record waits for others of the same produce request.',
    ),
    GATEWAY_MAX_WAITING_BYTES: wholeNumber(64 * 1024 * 1024, 1024 * 1024).describe(
      'Bytes that may wait for Kafka: 503 above it.',
    ),
    GATEWAY_ANSWER_BUDGET_MS: wholeNumber(1_800, 100, 60_000).describe('From the body being read to the answer.'),
    GATEWAY_REQUEST_TIMEOUT_MS: wholeNumber(30_000, 1_000).describe(
      'A sender that needs longer for its request is cut off.',
    ),
  })
  .refine((settings) => settings.GATEWAY_MAX_INFLATED_BYTES >= settings.GATEWAY_MAX_BODY_BYTES, {
    message: 'GATEWAY_MAX_INFLATED_BYTES must not be below GATEWAY_MAX_BODY_BYTES',
  });

export type GatewayConfig = Readonly<z.output<typeof gatewaySettings>>;

export const readGatewayConfig = (environment: Environment): GatewayConfig => readConfig(gatewaySettings, environment);
