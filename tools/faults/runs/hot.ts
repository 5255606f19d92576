import { topicName } from '@caliper-pipeline/contracts';
import { connectAdmin, silentLogger } from '@caliper-pipeline/kafka';
import { ask } from '../../clickhouse.ts';
import type { ProofStack } from '../proof-stack.ts';
import type { Figure } from '../report.ts';
import { sendLoad } from '../senders.ts';
import { itemsOf, type Run, type RunOptions } from './run.ts';
import { sayNow } from './soak.ts';

const HALF = 0.5;

/** One course, or one learner, has half of the load; a learner is one key, and so one partition. */
export function hotRun(what: 'course' | 'learner', options: RunOptions): Run {
  return {
    go: async (proof, signal, say) => {
      const { rate, seed } = options;
      const load = { items: itemsOf(options), rate, via: 'both', seed, hot: { [what]: HALF } } as const;
      const sent = await sendLoad(proof, load, signal, sayNow(say));
      return { sent: [sent], figures: () => hotFigures(proof, what) };
    },
  };
}

interface Waits {
  readonly share: number;
  readonly hotP50: number;
  readonly hotP99: number;
  readonly othersP50: number;
  readonly othersP99: number;
}

/** A course by the scope of its events, which is their place in the sort key: the course itself may be known to nobody yet. */
const COLUMN = { course: 'scope_id', learner: 'learner_id' } as const;

/** From receipt to insertion, of the rows of the one that is hot and of all others. */
const WAITS = (column: string) => `
WITH (SELECT ${column} FROM events_current WHERE ${column} != '' GROUP BY ${column} ORDER BY count() DESC LIMIT 1) AS hottest,
  toUnixTimestamp64Milli(inserted_at) - toUnixTimestamp64Milli(received_at) AS took
SELECT countIf(${column} = hottest) / count() AS share,
  quantileIf(0.5)(took, ${column} = hottest) AS hotP50, quantileIf(0.99)(took, ${column} = hottest) AS hotP99,
  quantileIf(0.5)(took, ${column} != hottest) AS othersP50, quantileIf(0.99)(took, ${column} != hottest) AS othersP99
FROM events_current`;

async function hotFigures({ stack }: ProofStack, what: 'course' | 'learner'): Promise<Figure[]> {
  const [waits] = await ask<Waits>(stack.endpoints.clickhouse, WAITS(COLUMN[what]));
  const percent = (value: number) => Math.round(value * 1_000) / 10;
  const ms = (name: string, value: number) => ({ name, value, unit: 'ms from receipt to row' });
  return [
    { name: `hot ${what}`, value: percent(waits?.share ?? 0), unit: '% of the rows' },
    { name: 'fullest partition', value: percent(await fullestPartition(stack)), unit: '% of the events' },
    ms('hot p50', waits?.hotP50 ?? 0),
    ms('hot p99', waits?.hotP99 ?? 0),
    ms('others p50', waits?.othersP50 ?? 0),
    ms('others p99', waits?.othersP99 ?? 0),
  ];
}

async function fullestPartition({ endpoints }: ProofStack['stack']): Promise<number> {
  const brokers = endpoints.kafka.bootstrapServers.split(',');
  const admin = await connectAdmin({ brokers, clientId: 'proof', logger: silentLogger });
  const ends = [...(await admin.ends(topicName('events'))).values()].map(Number);
  await admin.close();
  return Math.max(...ends) / ends.reduce((sum, end) => sum + end, 0);
}
