import { LANGUAGE_RULE_VERSION } from '@caliper-pipeline/caliper';
import { headers, ROUTE_VERSION } from '@caliper-pipeline/contracts';
import { expect, test } from 'vitest';
import { bodyOf } from '../testing/senders.ts';
import { deadLetterRecord, type EncodeOptions } from './encode-records.ts';

const encoder = { encode: () => Buffer.from('encoded') };
const options: EncodeOptions = {
  encoders: { event: encoder, fact: encoder, deadLetter: encoder },
  commonPartitions: 6,
  serviceVersion: '1.2.3',
};

test('a dead letter says in its headers what every record says: whose request, which rules, which release', () => {
  const refusal = { step: 'parseBody', reason: 'not_json', detail: '', sensor: 's', payload: '{' };
  const { topic, record } = deadLetterRecord(bodyOf('{', { requestId: 'r-1' }), refusal, options);
  expect(topic).toBe('gatewayDeadLetters');
  expect(record.headers).toEqual({
    [headers.requestId]: 'r-1',
    [headers.ruleVersion]: String(LANGUAGE_RULE_VERSION),
    [headers.routeVersion]: String(ROUTE_VERSION),
    [headers.serviceVersion]: '1.2.3',
  });
});
