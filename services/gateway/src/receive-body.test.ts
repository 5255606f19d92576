import { deadLetter, ok, pipeline } from '@caliper-pipeline/pipeline';
import { expect, test } from 'vitest';
import type { ReceivedBody } from './domain/received-body.ts';
import { type ReceptionEffects, receiveBody } from './receive-body.ts';
import type { AddressedRecord, Reception } from './steps/encode-records.ts';
import type { ReceptionPipeline } from './topology.ts';

const body: ReceivedBody = {
  bytes: Buffer.from('{"oauth_signature":"zq1"'),
  contentType: 'application/json',
  credential: { tenant: 't', label: 'Learn', truncateIpAddresses: false },
  receivedAtMs: 1,
  requestId: 'r',
  position: null,
};
const record: AddressedRecord = { topic: 'events', record: { partition: 0, key: null, value: Buffer.from('e') } };
const accepting = pipeline<ReceivedBody>().through(function accept(): { kind: 'ok'; value: Reception } {
  return ok({ records: [record], items: [{ sensor: 's', became: 'ok', reason: '' }] });
}) as unknown as ReceptionPipeline;
const refusing = pipeline<ReceivedBody>().through(function parseBody() {
  return deadLetter('not_json', 'at 3');
}) as unknown as ReceptionPipeline;

function effectsThat(makeDurable: () => Promise<void>) {
  const log: string[] = [];
  const effects: ReceptionEffects = {
    makeDurable: async (records) => {
      log.push(`produce ${records.map(({ topic }) => topic).join(',')}`);
      await makeDurable();
      log.push('acknowledged');
    },
    deadLetter: (_body, refusal) => {
      log.push(`dead letter ${refusal.step} ${refusal.reason} ${refusal.payload}`);
      return { ...record, topic: 'gatewayDeadLetters' };
    },
    metrics: {
      countItems: () => log.push('count items'),
      countRefusedBody: (_, reason) => log.push(`count ${reason}`),
    },
  };
  return { log, effects };
}

test('yes is said after the acknowledgement, and counted last', async () => {
  const { log, effects } = effectsThat(async () => {});
  const answer = await receiveBody(accepting, effects)(body);
  log.push(answer.kind);
  expect(log).toEqual(['produce events', 'acknowledged', 'count items', 'accepted']);
});

test('what is not acknowledged is never a yes', async () => {
  const { log, effects } = effectsThat(async () => {
    throw new Error('away');
  });
  await expect(receiveBody(accepting, effects)(body)).rejects.toThrow('away');
  expect(log).toEqual(['produce events']);
});

test('a refused body is kept without its secrets before its sender is told', async () => {
  const { log, effects } = effectsThat(async () => {});
  const answer = await receiveBody(refusing, effects)(body);
  expect(answer).toEqual({ kind: 'refused', code: 'not_json', detail: 'at 3' });
  expect(log).toEqual([
    'dead letter parseBody not_json {"oauth_signature":"[redacted]"',
    'produce gatewayDeadLetters',
    'acknowledged',
    'count not_json',
  ]);
});

test('a refused body that cannot be kept is not told to be refused: its sender sends again', async () => {
  const { effects } = effectsThat(async () => {
    throw new Error('away');
  });
  await expect(receiveBody(refusing, effects)(body)).rejects.toThrow('away');
});
