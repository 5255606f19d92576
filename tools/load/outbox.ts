import type { Draft } from './drafts.ts';
import type { Sender } from './shape.ts';

/** How many bodies of the same sender later something is sent again. */
const RESENT_AFTER = 2;

/** What a sender has gathered for its next request, and what it will send again. */
export interface Outbox {
  readonly sender: Sender;
  readonly add: (draft: Draft, tellMs: number) => void;
  /** Sends this once more with a later request. */
  readonly addAgain: (draft: Draft) => void;
  /** The next request waits for so many events. */
  readonly waitFor: (events: number) => void;
  readonly isFull: () => boolean;
  /** Empties it; null when there is nothing in it. */
  readonly take: () => { readonly drafts: readonly Draft[]; readonly tellMs: number } | null;
}

export function createOutbox(sender: Sender, batch: number): Outbox {
  let drafts: Draft[] = [];
  let latestMs = 0;
  let size = batch;
  let taken = 0;
  const again: { readonly draft: Draft; readonly due: number }[] = [];
  return {
    sender,
    add: (draft, tellMs) => {
      drafts.push(draft);
      latestMs = Math.max(latestMs, tellMs);
    },
    addAgain: (draft) => void again.push({ draft, due: taken + RESENT_AFTER }),
    waitFor: (events) => {
      size = Math.max(size, events);
    },
    isFull: () => drafts.length >= size,
    take: () => {
      if (drafts.length === 0) return null;
      const box = { drafts, tellMs: latestMs };
      drafts = [];
      size = batch;
      taken += 1;
      while (again[0] !== undefined && again[0].due <= taken) drafts.push(again.shift()!.draft);
      return box;
    },
  };
}
