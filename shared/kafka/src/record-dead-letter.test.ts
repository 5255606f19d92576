import { headers, MAX_PAYLOAD_BYTES } from '@caliper-pipeline/contracts';
import { expect, test } from 'vitest';
import { recordDeadLetter, type SourceRecord } from './record-dead-letter.ts';

const stage = { stage: 'enricher', serviceVersion: '0.1.0', ruleVersion: 1 } as const;
const why = { step: 'decodeAccepted', reason: 'undecodable', detail: 'first byte 7, not 0' };
const source = (offset: bigint, value: Buffer | null): SourceRecord => ({
  topic: 'caliper.events.g1',
  partition: 2,
  record: {
    offset,
    timestampMs: 5,
    key: Buffer.from('t\u0000u'),
    value,
    headers: { [headers.requestId]: Buffer.from('r-1') },
  },
});

test('a letter says what, where and why, and keeps the bytes', () => {
  expect(recordDeadLetter(stage, source(9n, Buffer.from([7, 8])), why)).toMatchObject({
    tenant: 't',
    stage: 'enricher',
    step: 'decodeAccepted',
    reason: 'undecodable',
    request_id: 'r-1',
    received_at: 5,
    source_topic: 'caliper.events.g1',
    source_partition: 2,
    source_offset: 9,
    payload: Buffer.from([7, 8]),
    payload_bytes: 2,
  });
});

test('a repeat is the same letter, another position is another one', () => {
  const idAt = (offset: bigint) => recordDeadLetter(stage, source(offset, Buffer.from([7])), why).id;
  expect(idAt(9n)).toBe(idAt(9n));
  expect(idAt(9n)).not.toBe(idAt(10n));
  expect(recordDeadLetter({ ...stage, stage: 'sink' }, source(9n, Buffer.from([7])), why).id).not.toBe(idAt(9n));
});

test('a payload over the bound is cut, and its length and hash are of the whole', () => {
  const whole = Buffer.alloc(MAX_PAYLOAD_BYTES + 1);
  const letter = recordDeadLetter(stage, source(1n, whole), why);
  expect([letter.payload.length, letter.payload_bytes]).toEqual([MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES + 1]);
  expect(recordDeadLetter(stage, source(1n, null), why).payload_bytes).toBe(0);
});
