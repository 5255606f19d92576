import { askEach } from '../../clickhouse.ts';
import { faultOf } from '../../load/faults.ts';
import type { LedgerItem } from '../../load/item.ts';
import { shapes } from '../../load/senders/index.ts';
import { type CheckContext, isoOf } from '../context.ts';
import { type CheckResult, createTally } from '../findings.ts';

interface Letter {
  readonly id: string;
  readonly stage: string;
  readonly reason: string;
  readonly detail: string;
  readonly received_at: number;
}

/** Letters are recognised by the id that the payload holds, whole or as the bytes of a record. */
const LETTERS = `
SELECT replaceAll(extract(payload, 'urn:uuid:([0-9a-f-]{36})'), '-', '') AS id, stage, reason, detail,
  toUnixTimestamp64Milli(received_at) AS received_at
FROM dead_letters_current
WHERE tenant = {tenant:String} AND received_at >= fromUnixTimestamp64Milli({since:Int64}) AND position(payload, {label:String}) > 0`;

/** Longest difference of two clocks that is taken for one. */
const CLOCKS_MS = 3_600_000;

/** What came by the ingress topic the gateway may have produced again as well, after an answer that it did not get. */
function mostCopies({ body, shape }: LedgerItem, { ledger }: CheckContext): number {
  const isOnTopic = ledger.header.onTopic.includes(shapes[shape]!.sender.name);
  return (isOnTopic ? null : ledger.answerTo(body)?.tries) ?? Number.POSITIVE_INFINITY;
}

/**
 * Dead letters by reason: one for each item that must become one, and no other of this run. A letter of the gateway is named by
 * its content, whatever is repeated; a conflict by the record that it was in, and a body that was sent several times may have
 * become as many records.
 */
export async function checkDeadLetters(context: CheckContext): Promise<CheckResult> {
  const { ledger, campus, abilities } = context;
  const tally = createTally('dead letters');
  const wanted = new Map<
    string,
    { readonly reason: string; readonly fault: string; isCertain: boolean; most: number; seen: number }
  >();
  for await (const item of ledger.items()) {
    const { kind, fault } = item;
    if (kind !== 'dead letter' && !(kind === 'conflict' && abilities.hasStage)) continue;
    if (fault === '') throw new Error(`a ${kind} of the ledger has no fault`);
    const isConflict = kind === 'conflict';
    const id = isConflict ? campus.itemId(item.serial).replaceAll('-', '') : item.key;
    const reason = isConflict ? 'id_conflict' : (faultOf(fault).deadLetter ?? '');
    const most = isConflict ? mostCopies(item, context) : 1;
    wanted.set(id, { reason, fault, isCertain: context.isCertain(item.body), most, seen: 0 });
  }
  const parameters = { ...context.parameters, since: String(ledger.header.startedAtMs - CLOCKS_MS) };
  await askEach<Letter>(context.address, LETTERS, parameters, (letter) => {
    const one = wanted.get(letter.id);
    const name = () =>
      `${letter.stage} ${letter.reason} of ${letter.id} at ${isoOf(letter.received_at)}: ${letter.detail}`;
    if (one === undefined) return tally.found('extra', letter.reason, name);
    one.seen += 1;
    if (one.seen > one.most) return tally.found('doubled', letter.reason, name);
    if (letter.reason !== one.reason) tally.found('wrong', 'reason', () => `${name()} instead of ${one.reason}`);
  });
  for (const [id, { reason, fault, isCertain, seen }] of wanted) {
    tally.compare();
    if (isCertain && seen === 0) tally.found('missing', reason, () => `${reason} of ${id} (${fault})`);
  }
  return tally.result();
}
