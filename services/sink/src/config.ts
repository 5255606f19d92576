import { commonSettings, type Environment, kafkaSettings, readConfig, wholeNumber } from '@caliper-pipeline/runtime';
import { z } from 'zod';
import { LIVE_GROUP } from './bindings.ts';

/** Settings of the sink, by the names of their environment variables. */
export const sinkSettings = z
  .object({
    ...commonSettings,
    ...kafkaSettings,
    CLICKHOUSE_URL: z.url(),
    CLICKHOUSE_USER: z.string(),
    CLICKHOUSE_PASSWORD: z.string(),
    CLICKHOUSE_DATABASE: z.string().default('caliper'),
    SINK_GROUP: z
      .string()
      .regex(/^[\w.-]{1,80}$/)
      .default(LIVE_GROUP)
      .describe('Begin of the names of its consumer groups. A new name reads the topics again from their start.'),
    SINK_READERS: wholeNumber(2, 1, 16).describe(
      'Members of each consumer group in this process: while one waits for its insert, the others fetch.',
    ),
    SINK_FLUSH_MS: wholeNumber(500, 0, 60_000).describe(
      'How long the first row of an insert waits for others: events and sessions.',
    ),
    SINK_QUIET_FLUSH_MS: wholeNumber(3_000, 0, 60_000).describe(
      'The same for the tables that nobody watches as they fill: facts, ledger, dead_letters.',
    ),
    SINK_FLUSH_BYTES: wholeNumber(8 * 1024 * 1024, 1024).describe('With this many bytes an insert waits for no more.'),
    SINK_FETCH_BYTES: wholeNumber(1024 * 1024, 1024).describe('Bytes fetched at once per partition, as compressed.'),
    SINK_INSERT_TIMEOUT_MS: wholeNumber(60_000, 1_000).describe(
      'After this the outcome of an insert is unknown, and it is sent again; an answer that was late is waited for longer, up to 8 times.',
    ),
  })
  .refine((settings) => settings.SINK_INSERT_TIMEOUT_MS > settings.SINK_FLUSH_MS, {
    message: 'SINK_INSERT_TIMEOUT_MS must be above SINK_FLUSH_MS',
  });

export type SinkConfig = Readonly<z.output<typeof sinkSettings>>;

export const readSinkConfig = (environment: Environment): SinkConfig => readConfig(sinkSettings, environment);
