import { commonSettings, type Environment, kafkaSettings, readConfig, wholeNumber } from '@caliper-pipeline/runtime';
import { z } from 'zod';

/** Settings of the enricher, by the names of their environment variables. */
export const enricherSettings = z.object({
  ...commonSettings,
  ...kafkaSettings,
  CALIPER_TENANTS_FILE: z.string().describe('Tenants (tenants.json); reread on change.'),
  ENRICHER_GROUP: z.string().default('caliper-enricher').describe('Consumer group.'),
  ENRICHER_STATE_DIR: z
    .string()
    .describe(
      'Folder of this instance alone, for what it can read again from Kafka; kept over restarts, it starts warm.',
    ),
  ENRICHER_FETCH_BYTES: wholeNumber(512 * 1024, 1024).describe('Bytes fetched at once per partition, as compressed.'),
});

export type EnricherConfig = Readonly<z.output<typeof enricherSettings>>;

export const readEnricherConfig = (environment: Environment): EnricherConfig =>
  readConfig(enricherSettings, environment);
