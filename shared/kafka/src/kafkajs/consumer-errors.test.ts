import { expect, test } from 'vitest';
import { asksForRejoin, comesFromOutage, errorForRunner, saysPartitionLost } from './consumer-errors.ts';

const protocol = (type: string, retriable = false) =>
  Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type, retriable });
const named = (name: string, cause?: unknown) => Object.assign(new Error(name, { cause }), { name });

test.each(['REBALANCE_IN_PROGRESS', 'NOT_COORDINATOR_FOR_GROUP', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])(
  '%s keeps its type, so that kafkajs rejoins',
  (type) => {
    const error = protocol(type);
    expect(errorForRunner(error)).toBe(error);
  },
);

test.each([
  new TypeError('x'),
  new RangeError('x'),
  Object.assign(new Error('x'), { retriable: false }),
  protocol('INVALID_PRODUCER_EPOCH'),
  'a string',
])('anything else leaves as a plain Error that kafkajs retries: %s', (thrown) => {
  const error = errorForRunner(thrown);
  expect(error.name).toBe('Error');
  expect(error).not.toHaveProperty('retriable');
  expect(error.cause).toBe(thrown);
});

test('a rebalance is no loss, an eviction and another generation are', () => {
  expect(
    ['REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION'].map((type) =>
      saysPartitionLost(protocol(type)),
    ),
  ).toEqual([false, true, true]);
  expect(asksForRejoin(new Error('x'))).toBe(false);
});

test('an outage is found anywhere in the chain of causes', () => {
  expect(comesFromOutage(named('KafkaJSNonRetriableError', named('KafkaJSConnectionError')))).toBe(true);
  expect(comesFromOutage(named('KafkaJSGroupCoordinatorNotFound'))).toBe(true);
  expect(comesFromOutage(protocol('GROUP_LOAD_IN_PROGRESS', true))).toBe(true);
  expect(comesFromOutage(named('KafkaJSNonRetriableError', protocol('GROUP_AUTHORIZATION_FAILED')))).toBe(false);
  expect(comesFromOutage(new TypeError('x'))).toBe(false);
});
