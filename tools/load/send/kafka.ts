import { topicName } from '@caliper-pipeline/contracts';
import { createKafka, silentLogger } from '@caliper-pipeline/kafka';
import type { Body } from '../body.ts';
import { type Outcome, type Patience, pause, pauseMs, type Target } from './target.ts';

/** Records of one produce request at most. */
const ROUND_BYTES = 1024 * 1024;
/** Requests under way beside each other. */
const ROUNDS = 4;

interface Waiting {
  readonly body: Body;
  readonly settle: (outcome: Outcome) => void;
}

/**
 * Writes bodies to the ingress topic, joined into rounds. A body that may only come after another goes into the same
 * partition. A record that was acknowledged counts as answered 200.
 *
 * @throws DependencyError `broker_unavailable` when no broker answers
 */
export async function kafkaTarget(bootstrapServers: string, patience: Patience): Promise<Target> {
  const topic = topicName('envelopes');
  const kafka = createKafka({ brokers: bootstrapServers.split(','), clientId: 'load', logger: silentLogger });
  const partitions = [...(await kafka.brokerProbe().leaders(topic))];
  if (partitions.length === 0) throw new Error(`${topic} does not exist on ${bootstrapServers}`);
  const producer = kafka.recordProducer({ sendTimeoutMs: patience.timeoutMs });
  await producer.connect();

  const waiting: Waiting[] = [];
  let running = 0;
  const partitionOf = ({ index, after }: Body) => partitions[(after < 0 ? index : after) % partitions.length]!;

  const sendRound = async (round: readonly Waiting[]): Promise<void> => {
    const records = round.map(({ body }) => ({ partition: partitionOf(body), key: null, value: body.content }));
    const endsAt = performance.now() + patience.giveUpMs;
    for (let tries = 1; ; tries += 1) {
      try {
        await producer.send([{ topic, records }]);
        for (const { settle } of round) settle({ status: 200, tries });
        return;
      } catch {
        if (patience.signal.aborted || performance.now() > endsAt) {
          for (const { settle } of round) settle({ status: 0, tries });
          return;
        }
        await pause(pauseMs(tries, 0, Math.random), patience.signal);
      }
    }
  };

  const start = () => {
    while (running < ROUNDS && waiting.length > 0) {
      const round: Waiting[] = [];
      for (let bytes = 0; waiting.length > 0 && bytes < ROUND_BYTES; ) {
        const next = waiting.shift()!;
        bytes += next.body.content.length;
        round.push(next);
      }
      running += 1;
      void sendRound(round).then(() => {
        running -= 1;
        start();
      });
    }
  };

  return {
    send: (body) =>
      new Promise((settle) => {
        waiting.push({ body, settle });
        // What is given in the same turn goes out together.
        if (waiting.length === 1) setImmediate(start);
      }),
    close: () => producer.disconnect(),
  };
}
