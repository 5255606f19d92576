import { uuidFrom } from '../random.ts';
import { createBodies } from './bodies.ts';

export interface FreshBody {
  readonly bytes: Buffer;
  readonly events: number;
  /** Must be called when nobody reads it any more. */
  readonly release: () => void;
}

export interface FreshBodies {
  /** A body whose events have never been sent; null when all are in use. */
  readonly next: () => FreshBody | null;
}

export interface FreshBodyOptions {
  readonly seed: string;
  readonly nowMs: number;
  /** Events of one body. */
  readonly batch: number;
  /** Bodies that are kept, and so at most in use at once. */
  readonly count: number;
  /** The number of the learner of the next event. All bodies are Learn's then. Default: the learners that the stock has. */
  readonly learner?: () => number;
}

/** The last digits of an event's id: enough for every event of a day at any rate. */
const EVENT_DIGITS = 12;
/** All of a learner's: two events of one number are of one learner, whichever bodies they are in. */
const LEARNER_DIGITS = 32;

/** Where the digits of an event's ids begin in its body. */
interface Places {
  readonly event: number;
  readonly learner: readonly number[];
}

/**
 * Bodies without end out of a bounded stock: each event gets a new id each time, written over the old one. So an event costs
 * the load generator a microsecond and not a tenth of what the pipeline spends on it. Learners and courses repeat, as they do.
 */
export function createFreshBodies({ seed, nowMs, batch, count, learner }: FreshBodyOptions): FreshBodies {
  const kinds = learner === undefined ? {} : { kinds: ['learn'] as const };
  const { bodies } = createBodies({ seed, nowMs, events: batch * count, batch, ...kinds });
  const stock = bodies.map((bytes, index) => {
    const ids = Array.from({ length: batch }, (_, offset) => uuidFrom(`${seed} ${index * batch + offset + 1}`));
    return { bytes, places: placesIn(bytes, ids, learner !== undefined), inUse: false };
  });
  let turn = 0;
  let written = 0;
  return {
    next: () => {
      for (let tried = 0; tried < stock.length; tried += 1) {
        const body = stock[turn % stock.length]!;
        turn += 1;
        if (body.inUse) continue;
        body.inUse = true;
        for (const places of body.places) {
          written += 1;
          body.bytes.write(digits(written, EVENT_DIGITS), places.event, 'latin1');
          if (learner === undefined) continue;
          const number = digits(learner(), LEARNER_DIGITS);
          for (const place of places.learner) body.bytes.write(number, place, 'latin1');
        }
        return {
          bytes: body.bytes,
          events: batch,
          release: () => {
            body.inUse = false;
          },
        };
      }
      return null;
    },
  };
}

const digits = (number: number, length: number): string => number.toString(16).padStart(length, '0');

/** Ids are found by their values, so that a change of the events' form moves nothing unseen. */
function placesIn(bytes: Buffer, ids: readonly string[], withLearners: boolean): Places[] {
  const starts = ids.map((id) => bytes.indexOf(id, 0, 'latin1'));
  if (starts.includes(-1)) throw new Error('an event is not in its body');
  return starts.map((start, index) => ({
    event: start + ids[index]!.length - EVENT_DIGITS,
    learner: withLearners ? learnerPlaces(bytes, start, starts[index + 1] ?? bytes.length) : [],
  }));
}

/** Learn spells a learner and the learner's session as 32 hexadecimal digits, in several places of an event. */
function learnerPlaces(bytes: Buffer, from: number, to: number): number[] {
  const text = bytes.toString('latin1', from, to);
  const user = /\/users\/([\da-f]{32})/.exec(text)?.[1];
  const session = /\/sessions\/([\dA-F]{32})/.exec(text)?.[1];
  if (user === undefined || session === undefined) throw new Error('an event has no learner or no session');
  return [user, session].flatMap((id) => [...text.matchAll(new RegExp(id, 'g'))].map(({ index }) => from + index));
}
