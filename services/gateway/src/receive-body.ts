import { type Delivery, defaultRedactionRules, redactText } from '@caliper-pipeline/caliper';
import type { Refusal } from './domain/dead-letters.ts';
import { createTally, type Tally } from './domain/item-counts.ts';
import { keepableText } from './domain/keepable-text.ts';
import type { RateLimit } from './domain/rate-limit.ts';
import type { ReceivedBody } from './domain/received-body.ts';
import { slicesOf } from './domain/slices.ts';
import type { Ticket } from './domain/ticket.ts';
import { type FairWork, inOnePiece } from './io/fair-work.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { AcceptedItems, AddressedRecord } from './steps/encode-records.ts';
import { redactedItem } from './steps/interpret-items.ts';
import type { Reception } from './topology.ts';

/** Resolves when the broker has acknowledged every record with acks=all; rejects otherwise, whatever was stored. */
export type MakeDurable = (records: readonly AddressedRecord[], ticket: Ticket) => Promise<void>;

export interface ReceptionEffects {
  readonly work: Pick<FairWork, 'run'>;
  readonly rate: RateLimit;
  readonly now: () => number;
  readonly makeDurable: MakeDurable;
  readonly deadLetter: (body: ReceivedBody, refusal: Refusal) => AddressedRecord;
  readonly metrics: Pick<GatewayMetrics, 'countItems' | 'countRefusedBody'>;
}

export type Answer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string }
  /** Nothing of it was taken: send it again after this time. */
  | { readonly kind: 'limited'; readonly waitMs: number };

/** What came of a body, before anything of it is durable. */
type Read =
  | {
      readonly kind: 'accepted';
      readonly records: readonly AddressedRecord[];
      readonly tallies: readonly Tally[];
      readonly items: number;
    }
  | { readonly kind: 'refused'; readonly letter: AddressedRecord; readonly reason: string; readonly detail: string }
  | { readonly kind: 'limited'; readonly waitMs: number };

/** About a millisecond of work. */
const SLICE_ITEMS = 25;
/** Of an exception's text, which may quote what it failed on. */
const MOST_DETAIL = 300;

/**
 * The gateway's one place of effects: runs a body through the topology and makes durable what came of it, a refused body
 * included, before anyone is answered.
 *
 * If the process dies before the acknowledgement, the sender has no answer and sends again; if it dies between the
 * acknowledgement and the answer, the sender sends again and the copies are duplicates.
 */
export function receiveBody(topology: Reception, effects: ReceptionEffects) {
  const { work, rate, now, makeDurable, metrics } = effects;

  function* readInPieces(body: ReceivedBody): Generator<void, Read> {
    const { sender } = body;
    const read = topology.read.run(body);
    if (read.kind !== 'ok') {
      const { reason, step } = read;
      const detail = read.kind === 'deadLetter' ? read.detail : '';
      yield;
      return { kind: 'refused', letter: letterOf(effects, body, { reason, detail, step }), reason, detail };
    }
    const { deliveries } = read.value;
    const waitMs = rate.waitMs(sender, now());
    if (waitMs > 0) return { kind: 'limited', waitMs };
    const items = itemsOf(deliveries);
    rate.charge(sender, items, now());
    const records: AddressedRecord[] = [];
    const tallies: Tally[] = [];
    let left = items;
    for (const slice of slicesOf(deliveries, SLICE_ITEMS)) {
      for (const accepted of acceptSlice(body, slice)) {
        for (const record of accepted.records) records.push(record);
        tallies.push(accepted.counts);
      }
      left -= itemsOf(slice);
      if (left > 0) yield;
    }
    return { kind: 'accepted', records, tallies, items };
  }

  /** A step that fails concerns one item: the others of its slice are taken without it. */
  function acceptSlice(body: ReceivedBody, deliveries: readonly Delivery[]): AcceptedItems[] {
    const outcome = topology.accept.run({ body, deliveries });
    if (outcome.kind === 'ok') return [outcome.value];
    if (itemsOf(deliveries) > 1) return [...slicesOf(deliveries, 1)].flatMap((single) => acceptSlice(body, single));
    const detail = outcome.kind === 'deadLetter' ? outcome.detail : '';
    return [failedItem(effects, body, deliveries[0]!, outcome.step, detail)];
  }

  return async function receiveBody(body: ReceivedBody, ticket: Ticket): Promise<Answer> {
    const read = await work.run(body.sender.tenant, sizeOf(body), ticket, () => readInPieces(body));
    if (read.kind === 'limited') return read;
    if (read.kind === 'refused') {
      await makeDurable([read.letter], ticket);
      metrics.countRefusedBody(body.sender.tenant, read.reason);
      return { kind: 'refused', code: read.reason, detail: read.detail };
    }
    try {
      await makeDurable(read.records, ticket);
    } catch (error) {
      // It will be sent again, and is charged then.
      rate.charge(body.sender, -read.items, now());
      throw error;
    }
    for (const tally of read.tallies) metrics.countItems(body, tally);
    return { kind: 'accepted' };
  };
}

interface Why {
  readonly reason: string;
  readonly detail: string;
  readonly step: string;
}

/** Keeps a body that was refused before it was looked into, without its secrets, before its sender is told. */
export function refuseBody(effects: ReceptionEffects) {
  const { work, makeDurable, metrics } = effects;
  return async function refuseBody(body: ReceivedBody, why: Why, ticket: Ticket): Promise<void> {
    const begin = () => inOnePiece(() => letterOf(effects, body, why));
    const letter = await work.run(body.sender.tenant, sizeOf(body), ticket, begin);
    await makeDurable([letter], ticket);
    metrics.countRefusedBody(body.sender.tenant, why.reason);
  };
}

/** It is counted like an event: who sends nothing but what is refused is slowed down too. */
function letterOf({ deadLetter, rate, now }: ReceptionEffects, body: ReceivedBody, why: Why): AddressedRecord {
  rate.charge(body.sender, 1, now());
  const { text, isCut } = keepableText(body, body.sender.redaction);
  const refusal = { ...why, sensor: body.sender.label, payload: text };
  return deadLetter(body, isCut ? { ...refusal, wholeBytes: body.bytes.length } : refusal);
}

function failedItem(
  { deadLetter }: ReceptionEffects,
  body: ReceivedBody,
  { sensor: sent, items: [item] }: Delivery,
  step: string,
  detail: string,
): AcceptedItems {
  const sensor = sent === '' ? body.sender.label : sent;
  const refusal = {
    step,
    reason: 'step_failed',
    detail: redactText(detail, defaultRedactionRules).slice(0, MOST_DETAIL),
    sensor,
    payload: keepableItem(item, body),
  };
  const counts = createTally();
  counts.add({ sensor, version: '', became: 'rejected', reason: 'step_failed' }, null);
  return { records: [deadLetter(body, refusal)], counts };
}

/** What failed on an item may fail on it once more. */
function keepableItem(item: unknown, body: ReceivedBody): string {
  try {
    return redactedItem({ item }, body);
  } catch {
    return '';
  }
}

/** As text: a compressed body is some twenty times what was sent. */
const sizeOf = ({ bytes, encoding }: ReceivedBody): number => (encoding === '' ? bytes.length : bytes.length * 20);

const itemsOf = (deliveries: readonly Delivery[]): number =>
  deliveries.reduce((sum, { items }) => sum + items.length, 0);
