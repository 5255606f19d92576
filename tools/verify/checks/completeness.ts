import { ask } from '../../clickhouse.ts';
import { plainSensor } from '../../load/body.ts';
import { shapes } from '../../load/senders/index.ts';
import type { CheckContext } from '../context.ts';
import { type CheckResult, createTally, type Tally } from '../findings.ts';

interface Sums {
  readonly stage: string;
  readonly sensor: string;
  readonly records_in: number;
  readonly records_out: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly dead: number;
}

const SUMS = `
SELECT stage, sensor, sum(records_in) AS records_in, sum(records_out) AS records_out, sum(duplicates) AS duplicates,
  sum(conflicts) AS conflicts, sum(arraySum(mapValues(dead))) AS dead
FROM completeness
WHERE tenant = {tenant:String} AND sensor IN {sensors:Array(String)} AND run_id = 'live' AND stage IN ('enricher', 'sink.events')
GROUP BY stage, sensor`;

const RANGES = `
SELECT stage, topic, partition, sum(gap) AS gap, sum(overlap) AS overlap
FROM ledger_ranges WHERE run_id = 'live' GROUP BY stage, topic, partition HAVING gap > 0 OR overlap > 0`;

/** What must have become of the events of one sensor. */
interface Account {
  rows: number;
  duplicates: number;
  conflicts: number;
}

/**
 * The ledger of the pipeline itself: its ranges have no gap and no overlap, and its sums are those of what was sent. Bodies
 * that were sent more than once, or not answered, can have become any number of copies: then a sum is a lower bound.
 */
export async function checkCompleteness(context: CheckContext): Promise<CheckResult> {
  const tally = createTally('ledger');
  const ranges = await ask<{ stage: string; topic: string; partition: number; gap: number; overlap: number }>(
    context.address,
    RANGES,
  );
  for (const { stage, topic, partition, gap, overlap } of ranges) {
    const where = `${stage} ${topic}/${partition}`;
    if (gap > 0) tally.found('missing', 'range', () => `${where}: ${gap} records between two ranges`);
    if (overlap > 0) tally.found('doubled', 'range', () => `${where}: ${overlap} records in two ranges`);
  }
  const { accounts, isExact } = await accountsOf(context);
  const sums = await ask<Sums>(context.address, SUMS, context.parameters);
  const bySensor = Map.groupBy(sums, ({ sensor }) => sensor);
  for (const [sensor, account] of accounts) {
    const of = (stage: string) => bySensor.get(sensor)?.find((one) => one.stage === stage);
    if (context.abilities.hasStage) compareEnricher(sensor, account, of('enricher'), isExact, tally);
    compareSink(sensor, account, of('sink.events'), isExact, context.abilities.hasStage, tally);
  }
  return tally.result();
}

function compareEnricher(
  sensor: string,
  account: Account,
  sums: Sums | undefined,
  isExact: boolean,
  tally: Tally,
): void {
  tally.compare();
  const { records_in = 0, records_out = 0, duplicates = 0, conflicts = 0, dead = 0 } = sums ?? {};
  const wrong = (column: string, is: number, should: number) =>
    tally.found('wrong', column, () => `enricher, ${sensor}: ${is} instead of ${should}`);
  if (records_in !== records_out + duplicates + conflicts + dead) {
    wrong('records_in', records_in, records_out + duplicates + conflicts + dead);
  }
  if (dead > 0) wrong('dead', dead, 0);
  if (isExact ? records_out !== account.rows : records_out < account.rows)
    wrong('records_out', records_out, account.rows);
  if (isExact ? duplicates !== account.duplicates : duplicates < account.duplicates) {
    wrong('duplicates', duplicates, account.duplicates);
  }
  if (isExact ? conflicts !== account.conflicts : conflicts < account.conflicts) {
    wrong('conflicts', conflicts, account.conflicts);
  }
}

/** The sink loads what the enricher lets through: without duplicates being noticed, all of it. */
function compareSink(
  sensor: string,
  { rows, duplicates, conflicts }: Account,
  sums: Sums | undefined,
  isExact: boolean,
  hasStage: boolean,
  tally: Tally,
): void {
  tally.compare();
  const should = hasStage ? rows : rows + duplicates + conflicts;
  const is = sums?.records_out ?? 0;
  if (isExact ? is !== should : is < should) {
    tally.found('wrong', 'records_out', () => `sink.events, ${sensor}: ${is} instead of ${should}`);
  }
}

async function accountsOf({ ledger, campus, isCertain }: CheckContext) {
  const accounts = new Map<string, Account>();
  let isExact = ledger.header.repeatedBodies === 0 && ledger.header.finishedAtMs !== null;
  for await (const { kind, shape, fault, body } of ledger.items()) {
    if (kind !== 'row' && kind !== 'duplicate' && kind !== 'conflict') continue;
    if (!isCertain(body)) {
      isExact = false;
      continue;
    }
    const sensor = fault === 'plain-sensor' ? plainSensor(campus.label) : shapes[shape]!.sender.sensor(campus);
    const account = accounts.get(sensor) ?? { rows: 0, duplicates: 0, conflicts: 0 };
    accounts.set(sensor, account);
    if (kind === 'row') account.rows += 1;
    else if (kind === 'duplicate') account.duplicates += 1;
    else account.conflicts += 1;
  }
  return { accounts, isExact };
}
