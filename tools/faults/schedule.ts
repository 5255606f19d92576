import { type Random, seededRandom } from '../random.ts';
import { type FaultKind, faultKinds, kindsOfFaults, type Target } from './kinds.ts';

export interface PlannedFault {
  /** From 1 on, in the order of their begin. */
  readonly number: number;
  readonly kind: FaultKind;
  readonly target: Target;
  /** The part that is meant, of several: `enricher-1`, `kafka-2`; else the target. */
  readonly part: string;
  /** After the begin of the run. */
  readonly atMs: number;
  readonly forMs: number;
  /** ms of delay, or of a clock's jump; 0 where the kind has none. */
  readonly amount: number;
}

export interface ScheduleOptions {
  readonly seed: string;
  /** How long faults may begin and must end. */
  readonly runMs: number;
  readonly brokers: 1 | 3;
  /** Of each service. */
  readonly instances: number;
  /** Default: all. */
  readonly only?: readonly FaultKind[];
  /** From one begin to the next, on average. */
  readonly spacingMs?: number;
}

/** Load alone, so that every connection is open and every state is warm. */
export const WARM_UP_MS = 5_000;
/** A part is left alone for so long after most faults: a restart takes about that. */
const REST_MS = 8_000;
const SPACING_MS = 6_000;

/**
 * The same faults for the same options. Cards of every kind and target are shuffled and dealt, so that a run that is long
 * enough has every pair, and the rarest is at most one behind the most frequent. Several faults may be under way at once,
 * each on something else; of several brokers one at a time.
 * No fault lasts longer than a quarter of the run; a kind whose shortest is longer is left out.
 */
export function planFaults(options: ScheduleOptions): PlannedFault[] {
  const { seed, runMs, only = faultKinds, spacingMs = SPACING_MS } = options;
  const random = seededRandom(seed);
  const longestMs = runMs / 4;
  const cards = cardsOf(only, options.brokers).filter(({ kind }) => kindsOfFaults[kind].lastsMs[0] <= longestMs);
  if (cards.length === 0) return [];
  const busyUntil = new Map<Target, number>();
  const planned: PlannedFault[] = [];
  let deck: Card[] = [];
  for (let atMs = WARM_UP_MS; atMs < runMs; atMs += Math.round(spacingMs * (0.5 + random.next()))) {
    if (deck.length === 0) deck = shuffled(cards, random);
    const index = deck.findIndex(({ target }) => (busyUntil.get(target) ?? 0) <= atMs);
    const card = deck[index];
    if (card === undefined) continue;
    const fault = faultOf(card, atMs, random, { ...options, longestMs });
    // It stays in the deck: a shorter one of its kind may still come, and another takes this place at the next begin.
    if (atMs + fault.forMs > runMs) continue;
    deck.splice(index, 1);
    busyUntil.set(card.target, atMs + fault.forMs + (kindsOfFaults[card.kind].restMs ?? REST_MS));
    planned.push({ ...fault, number: planned.length + 1 });
  }
  return planned;
}

interface Card {
  readonly kind: FaultKind;
  readonly target: Target;
}

function cardsOf(only: readonly FaultKind[], brokers: 1 | 3): Card[] {
  return only
    .filter((kind) => brokers > 1 || kindsOfFaults[kind].needsReplicas !== true)
    .flatMap((kind) => kindsOfFaults[kind].targets.map((target) => ({ kind, target })));
}

function faultOf(
  { kind, target }: Card,
  atMs: number,
  random: Random,
  { brokers, instances, longestMs }: ScheduleOptions & { readonly longestMs: number },
): Omit<PlannedFault, 'number'> {
  const { lastsMs, amount } = kindsOfFaults[kind];
  const [least, most] = lastsMs;
  return {
    kind,
    target,
    part: partOf(target, random, { brokers, instances }),
    atMs,
    forMs: random.between(least, Math.round(Math.min(most, longestMs))),
    amount: amount === undefined ? 0 : random.between(...amount),
  };
}

function partOf(
  target: Target,
  random: Random,
  { brokers, instances }: { brokers: number; instances: number },
): string {
  if (target === 'kafka') return brokers === 1 ? target : `kafka-${random.between(1, brokers)}`;
  if (target !== 'gateway' && target !== 'enricher' && target !== 'sink') return target;
  const index = random.between(0, instances - 1);
  return index === 0 ? target : `${target}-${index}`;
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const result = [...list];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = random.between(0, last);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}
