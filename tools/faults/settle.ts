import { openLedger } from '../load/ledger/reader.ts';
import { abilitiesOf } from '../verify/abilities.ts';
import { expectedToArrive, untilArrived } from '../verify/arrived.ts';
import { contextOf } from '../verify/context.ts';
import { type Verification, verify } from '../verify/verify.ts';
import type { ProofStack } from './proof-stack.ts';
import type { Sent } from './senders.ts';

/** What became of some loads, once nothing disturbed the pipeline any more. */
export interface Settled {
  /** From the call until as much had arrived as was accepted. */
  readonly drainSeconds: number;
  /** One for each load, in their order. */
  readonly verifications: readonly Verification[];
}

/** Not a claim about speed: what does not come within this does not come any more. */
const PATIENCE_MS = 120_000;
/** Everything has arrived by then; sessions and the pipeline's own ledger come a moment later. */
const SECOND_LOOK_MS = 20_000;

/** Waits until everything that was accepted has arrived, then holds each ledger against the warehouse. */
export async function settle(
  { stack }: Pick<ProofStack, 'stack'>,
  sent: readonly Pick<Sent, 'ledger'>[],
  say: (line: string) => void,
): Promise<Settled> {
  const { clickhouse } = stack.endpoints;
  const startedAt = performance.now();
  for (const { ledger: folder } of sent) {
    const context = contextOf(await openLedger(folder), clickhouse, await abilitiesOf(clickhouse));
    await untilArrived(context, await expectedToArrive(context), PATIENCE_MS, say);
  }
  const drainSeconds = (performance.now() - startedAt) / 1_000;
  const verifications: Verification[] = [];
  for (const { ledger } of sent) {
    verifications.push(await verify(ledger, clickhouse, { patienceMs: SECOND_LOOK_MS, report: say }));
  }
  return { drainSeconds, verifications };
}

/** Findings added up over all checks: what a promise is measured by. */
export interface Deviations {
  /** Events of which there must be a row: compared one by one. */
  readonly events: number;
  readonly lost: number;
  readonly doubled: number;
  /** A column that is not what it must be, or a row that must not be there. */
  readonly wrong: number;
}

export function deviationsOf(verifications: readonly Verification[]): Deviations {
  const results = verifications.flatMap((verification) => verification.results);
  const count = (...deviations: readonly string[]) =>
    results
      .flatMap(({ findings }) => findings)
      .filter(({ deviation }) => deviations.includes(deviation))
      .reduce((sum, finding) => sum + finding.count, 0);
  const events = results.filter(({ check }) => check === 'rows').reduce((sum, { compared }) => sum + compared, 0);
  return { events, lost: count('missing'), doubled: count('doubled'), wrong: count('wrong', 'extra') };
}
