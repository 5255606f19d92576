import type { Socket } from 'node:net';

/** What the way through a proxy is like. */
export type Way =
  | { readonly kind: 'open' }
  /** Connections are reset, new ones too. */
  | { readonly kind: 'cut' }
  /** Every byte arrives `ms` later, in order. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Connections stay open and nothing passes; what was sent arrives once the way is open again. */
  | { readonly kind: 'hang' };

/** One direction of a connection. */
export interface Lane {
  readonly set: (way: Way) => void;
}

/** More than this is left in the sender's socket: it feels that its bytes do not arrive. */
const MOST_HELD_BYTES = 4 * 1024 * 1024;

/** Carries bytes from one socket to the other, at once or later, and its end behind them. */
export function createLane(from: Socket, to: Socket): Lane {
  /** null = the end. */
  const held: { readonly chunk: Buffer | null; readonly dueMs: number }[] = [];
  let heldBytes = 0;
  let way: Way = { kind: 'open' };
  let timer: NodeJS.Timeout | undefined;
  let full = false;

  const take = (chunk: Buffer | null) => {
    held.push({ chunk, dueMs: performance.now() + (way.kind === 'delay' ? way.ms : 0) });
    heldBytes += chunk?.length ?? 0;
    pass();
  };

  const pass = () => {
    clearTimeout(timer);
    while (way.kind !== 'hang' && !full) {
      const [first] = held;
      if (first === undefined) break;
      const waitMs = first.dueMs - performance.now();
      if (waitMs > 0) {
        timer = setTimeout(pass, waitMs);
        break;
      }
      held.shift();
      heldBytes -= first.chunk?.length ?? 0;
      if (first.chunk === null) to.end();
      else full = !to.write(first.chunk);
    }
    if (heldBytes > MOST_HELD_BYTES) from.pause();
    else from.resume();
  };

  from.on('data', take);
  from.once('end', () => take(null));
  from.once('close', () => clearTimeout(timer));
  to.on('drain', () => {
    full = false;
    pass();
  });
  return {
    set: (next) => {
      way = next;
      pass();
    },
  };
}
