import { type LogEntry, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import type { Logger } from '../logger.ts';
import { routeLogs } from './log-route.ts';

function setUp() {
  const lines: string[] = [];
  const note = (level: string) => (fields: object, message: string) =>
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const clock = { ms: 0 };
  const log = routeLogs(logger, () => clock.ms)();
  const entry = (level: logLevel, message: string, extra: object = {}): LogEntry =>
    ({ namespace: 'Broker', level, label: '', log: { timestamp: '', message, ...extra } }) as LogEntry;
  return { lines, clock, log: (level: logLevel, message: string, extra?: object) => log(entry(level, message, extra)) };
}

test('an error of kafkajs is a warning, everything else is for debugging', () => {
  const { lines, log } = setUp();
  log(logLevel.ERROR, 'e');
  log(logLevel.WARN, 'w');
  log(logLevel.INFO, 'i');
  expect(lines).toEqual(['warn kafkajs Broker: e {}', 'debug kafkajs Broker: w {}', 'debug kafkajs Broker: i {}']);
});

test('an equal line within ten seconds is for debugging', () => {
  const { lines, clock, log } = setUp();
  for (clock.ms = 0; clock.ms <= 10_000; clock.ms += 2_500) log(logLevel.ERROR, 'again');
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['warn', 'debug', 'debug', 'debug', 'warn']);
});

test('stacks and payloads stay out', () => {
  const { lines, log } = setUp();
  log(logLevel.ERROR, 'e', { groupId: 'g', stack: 'secret', payload: { key: 'secret' }, error: new Error('why') });
  expect(lines).toEqual(['warn kafkajs Broker: e {"groupId":"g","error":"why"}']);
});
