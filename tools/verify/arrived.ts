import { ask } from '../clickhouse.ts';
import type { CheckContext } from './context.ts';

/** How much of a run is there, in numbers only: whether it is worth looking closer. */
export interface Arrived {
  readonly rows: number;
  readonly letters: number;
  /** Records that the ledger of the sink has told. */
  readonly told: number;
}

const ARRIVED = `
SELECT
  (SELECT uniqExact(event_key) FROM events WHERE tenant = {tenant:String} AND sensor IN {sensors:Array(String)}) AS rows,
  (SELECT count() FROM dead_letters_current WHERE tenant = {tenant:String}
    AND received_at >= fromUnixTimestamp64Milli({since:Int64}) AND position(payload, {label:String}) > 0) AS letters,
  (SELECT sum(records_out) FROM completeness WHERE tenant = {tenant:String} AND sensor IN {sensors:Array(String)}
    AND run_id = 'live' AND stage = 'sink.events') AS told`;

const POLL_MS = 500;

export async function arrived({ address, parameters, ledger }: CheckContext): Promise<Arrived> {
  const since = String(ledger.header.startedAtMs - 3_600_000);
  const [found] = await ask<Arrived>(address, ARRIVED, { ...parameters, since });
  return found ?? { rows: 0, letters: 0, told: 0 };
}

/** What must be there at least before it makes sense to compare, whatever the pipeline does with copies. */
export async function expectedToArrive({ ledger, isCertain }: CheckContext): Promise<Arrived> {
  let [rows, letters] = [0, 0];
  for await (const { kind, body } of ledger.items()) {
    if (kind === 'row' && isCertain(body)) rows += 1;
    if (kind === 'dead letter' && isCertain(body)) letters += 1;
  }
  return { rows, letters, told: rows };
}

/**
 * Waits until as much has arrived as must; not longer than nothing new has come for `patienceMs`.
 *
 * @returns what was there last
 */
export async function untilArrived(
  context: CheckContext,
  wanted: Arrived,
  patienceMs: number,
  report: (line: string) => void,
): Promise<Arrived> {
  let last = await arrived(context);
  let changedAt = Date.now();
  for (;;) {
    if (last.rows >= wanted.rows && last.letters >= wanted.letters && last.told >= wanted.told) return last;
    if (Date.now() - changedAt > patienceMs) return last;
    report(
      `waiting: ${last.rows} of ${wanted.rows} rows, ${last.letters} of ${wanted.letters} dead letters, ` +
        `${last.told} of ${wanted.told} told by the ledger of the sink`,
    );
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const now = await arrived(context);
    if (now.rows !== last.rows || now.letters !== last.letters || now.told !== last.told) changedAt = Date.now();
    last = now;
  }
}
