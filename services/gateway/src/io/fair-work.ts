import { AppError } from '@caliper-pipeline/runtime';
import type { Ticket } from '../domain/ticket.ts';

/** Work on the one thread there is, in pieces: each `yield` is a place where others may come in between. */
export type Pieces<T> = Iterator<void, T>;

/** Work that is too small to be cut. */
export const inOnePiece = <T>(work: () => T): Pieces<T> => ({ next: () => ({ done: true, value: work() }) });

export interface FairWork {
  /** @param bytes how large the work is. Rejects with `broker_unavailable` when its turn comes after it expired. */
  readonly run: <T>(tenant: string, bytes: number, ticket: Ticket, begin: () => Pieces<T>) => Promise<T>;
  /** Goes on after `isHeldUp` said yes. */
  readonly resume: () => void;
  /** Bodies that wait for their turn, or are half done. */
  readonly waiting: () => number;
}

export interface FairWorkOptions {
  /** What is produced is not taken from us fast enough: begin nothing more. */
  readonly isHeldUp: () => boolean;
}

/** Then sockets are read and acknowledgements heard. */
const TURN_MS = 5;
/** A parsed body is some ten times its text: so many large ones may be half done at a time. */
const MOST_LARGE_HALF_DONE = 4;
const LARGE_BYTES = 256 * 1024;

interface Job {
  readonly bytes: number;
  readonly ticket: Ticket;
  readonly begin: () => Pieces<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  pieces: Pieces<unknown> | null;
}

/**
 * Tenants take turns, a piece each, so that one of them with a thousand bodies in line does not make another with a single
 * one wait for a thousand. Of one tenant, what came first is done first.
 */
export function createFairWork({ isHeldUp }: FairWorkOptions): FairWork {
  /** Tenants with work, in the order of their turns. */
  const lines = new Map<string, Job[]>();
  let waiting = 0;
  let largeHalfDone = 0;
  let scheduled = false;

  const schedule = () => {
    if (scheduled || lines.size === 0 || isHeldUp()) return;
    scheduled = true;
    // After the sockets that are readable now were read: else whoever is read first would always be first.
    setImmediate(takeTurns);
  };

  const takeTurns = () => {
    scheduled = false;
    const endAt = performance.now() + TURN_MS;
    do {
      const next = lines.entries().next().value;
      if (next === undefined) return;
      const [tenant, line] = next;
      lines.delete(tenant);
      const job = line[0]!;
      const mustWait = job.pieces === null && job.bytes > LARGE_BYTES && largeHalfDone >= MOST_LARGE_HALF_DONE;
      if (!mustWait && doOnePiece(job)) {
        line.shift();
        waiting -= 1;
      }
      if (line.length > 0) lines.set(tenant, line);
    } while (performance.now() < endAt && !isHeldUp());
    schedule();
  };

  /** @returns whether the job is over */
  const doOnePiece = (job: Job): boolean => {
    const isLarge = job.bytes > LARGE_BYTES;
    const begins = job.pieces === null;
    try {
      if (job.ticket.expired) throw new AppError('broker_unavailable', 'its turn came too late');
      job.pieces ??= job.begin();
      const { done, value } = job.pieces.next();
      if (done !== true) {
        if (begins && isLarge) largeHalfDone += 1;
        return false;
      }
      job.resolve(value);
    } catch (error) {
      job.reject(error);
    }
    if (!begins && isLarge) largeHalfDone -= 1;
    return true;
  };

  return {
    run: <T>(tenant: string, bytes: number, ticket: Ticket, begin: () => Pieces<T>) =>
      new Promise<T>((resolve, reject) => {
        const job: Job = { bytes, ticket, begin, resolve: resolve as (value: unknown) => void, reject, pieces: null };
        const line = lines.get(tenant);
        if (line === undefined) lines.set(tenant, [job]);
        else line.push(job);
        waiting += 1;
        schedule();
      }),
    resume: schedule,
    waiting: () => waiting,
  };
}
