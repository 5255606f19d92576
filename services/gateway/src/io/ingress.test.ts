import { batchOf, deliver } from '@caliper-pipeline/kafka/testing';
import { expect, test } from 'vitest';
import type { Answer } from '../receive-body.ts';
import { senderOf } from '../testing/senders.ts';
import { ingressHandler } from './ingress.ts';

const TOPIC = 'caliper.envelopes';
const ACCEPTED: Answer = { kind: 'accepted' };

function ingressThat(answerTo: (text: string) => Answer | Error) {
  const effects: string[] = [];
  const handler = ingressHandler({
    senders: () => ({ ofTopic: new Map([[TOPIC, senderOf({ tenant: 'demo', label: `kafka:${TOPIC}` })]]) }),
    receive: async ({ bytes, requestId, receivedAtMs, position, sender }) => {
      const text = bytes.toString();
      effects.push(`receive ${text} ${requestId} ${receivedAtMs} ${position?.offset} ${sender.tenant}`);
      const answer = answerTo(text);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    metrics: {
      countIngress: (_, became, records) => effects.push(`count ${became} ${records}`),
      countReceivedBytes: (tenant, bytes) => effects.push(`bytes ${tenant} ${bytes}`),
    },
  });
  return { handler, effects };
}
const values = (...texts: (string | null)[]) => texts.map((text) => (text === null ? null : Buffer.from(text)));
const commitsOf = (effects: readonly string[]) => effects.filter((effect) => effect.startsWith('commit'));

test('records are received with the time and the position of their source, and committed last', async () => {
  const { handler, effects } = ingressThat((text) =>
    text === 'b' ? { kind: 'refused', code: 'not_json', detail: '' } : ACCEPTED,
  );
  await deliver(handler, batchOf(TOPIC, 2, values('a', 'b', null, ''), 7n), effects);
  expect(effects).toEqual([
    `receive a ${TOPIC}-2-7 1700000000000 7 demo`,
    `receive b ${TOPIC}-2-8 1700000000000 8 demo`,
    'count accepted 1',
    'count refused 1',
    'count empty 2',
    `commit ${TOPIC}/2 11`,
    'bytes demo 2',
  ]);
});

test('what is not durable is not committed; what was durable before it is, so that it does not come again', async () => {
  const texts = Array.from({ length: 150 }, (_, index) => String(index));
  const { handler, effects } = ingressThat((text) => (text === '140' ? new Error('away') : ACCEPTED));
  await expect(deliver(handler, batchOf(TOPIC, 0, values(...texts)), effects)).rejects.toThrow('away');
  expect(commitsOf(effects)).toEqual([`commit ${TOPIC}/0 64`, `commit ${TOPIC}/0 128`]);
});

test('a tenant over its rate is waited for, not refused', async () => {
  let calls = 0;
  const { handler, effects } = ingressThat(() => {
    calls += 1;
    return calls === 1 ? ACCEPTED : { kind: 'limited', waitMs: 1 };
  });
  await deliver(handler, batchOf(TOPIC, 0, values('a', 'b')), effects);
  expect(commitsOf(effects)).toEqual([]);
  expect(effects.filter((effect) => effect.startsWith('count'))).toEqual(['count accepted 1']);
});

test('a partition that is lost is left as it stands', async () => {
  const { handler, effects } = ingressThat(() => ACCEPTED);
  await deliver(handler, batchOf(TOPIC, 0, values('a')), effects, AbortSignal.abort());
  expect(effects).toEqual([]);
});

test('a topic that is bound to nobody any more is not read on', async () => {
  const { handler, effects } = ingressThat(() => ACCEPTED);
  await expect(deliver(handler, batchOf('other', 0, values('a')), effects)).rejects.toThrow(/bound to no tenant/);
});
