import type { Logger } from '../src/logger.ts';
import { type CountingConfig, countInto, countingStage } from './counting-stage.ts';

/**
 * One process with a counting stage, for tests that kill it: `node stage-child.ts '<config as JSON>'`. Says `started` when
 * it has joined, logs to standard error, and stops on SIGTERM.
 */
const config = JSON.parse(process.argv[2]!) as CountingConfig;
const told =
  (level: string) =>
  (fields: object, message: string): void => {
    const text = JSON.stringify(fields, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    process.stderr.write(`${new Date().toISOString()} ${config.clientId} ${level} ${message} ${text}\n`);
  };
const logger: Logger = { debug: () => {}, info: told('info'), warn: told('warn'), error: told('error') };
const stage = await countingStage(config, { logger });
await stage.start(countInto(config.topics.output));
process.stdout.write('started\n');
process.once('SIGTERM', () => void stage.stop().then(() => process.exit(0)));
