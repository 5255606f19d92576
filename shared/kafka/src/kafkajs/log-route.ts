import { type LogEntry, logLevel } from 'kafkajs';
import type { Logger } from '../logger.ts';

/** The same line again within this is told at debug level: a broker that is away makes tens of equal lines a second. */
const REPEAT_MS = 10_000;
const MOST_REMEMBERED = 200;
/** Extra fields that say something; stacks, member assignments and payloads stay out. */
const TOLD = ['groupId', 'broker', 'clientId', 'topic', 'partition', 'error', 'retryCount', 'retryTime'] as const;

/**
 * Routes kafkajs' lines into our logger, one level lower: what it calls an error it mostly retries, and what it does not
 * retry reaches us as an exception or as a crash of the source, where it is told once.
 */
export function routeLogs(logger: Logger, now: () => number = Date.now): () => (entry: LogEntry) => void {
  const lastToldAt = new Map<string, number>();
  const isRepeat = (line: string): boolean => {
    const at = now();
    const told = lastToldAt.get(line);
    if (told !== undefined && at - told < REPEAT_MS) return true;
    if (lastToldAt.size >= MOST_REMEMBERED) lastToldAt.clear();
    lastToldAt.set(line, at);
    return false;
  };
  return () =>
    ({ namespace, level, log }) => {
      const line = `kafkajs ${namespace}: ${log.message}`;
      const isLoud = level === logLevel.ERROR && !isRepeat(line);
      (isLoud ? logger.warn : logger.debug).call(logger, fieldsOf(log), line);
    };
}

/** For a client whose every failure reaches us as an exception: what it tells on the way is for those who look closer. */
export function quietly(logger: Logger): Logger {
  const debug: Logger['debug'] = (fields, message) => logger.debug(fields, message);
  return { debug, info: debug, warn: debug, error: debug };
}

function fieldsOf(log: LogEntry['log']): object {
  const fields: Record<string, unknown> = {};
  for (const name of TOLD) {
    const value: unknown = log[name];
    if (value !== undefined) fields[name] = value instanceof Error ? value.message : value;
  }
  return fields;
}
