import { createEvents, type Kind, sensorOf } from './events.ts';

/** Request bodies, ready to be written to a socket. */
export interface Bodies {
  readonly bodies: readonly Buffer[];
  /** Events in the body of the same index. */
  readonly sizes: readonly number[];
  readonly events: number;
  readonly bytes: number;
}

export interface BodyOptions {
  readonly seed: string;
  readonly nowMs: number;
  readonly events: number;
  readonly batch: number;
  /** Who sends, in turn; default: two bodies of Learn, then one of Canvas. */
  readonly kinds?: readonly Kind[];
}

const KINDS: readonly Kind[] = ['learn', 'learn', 'canvas'];

/**
 * Deterministic from its options. Made before the clock runs, so that the client's CPU is sending alone. Holds all of it in
 * memory: about 1.6 KB an event.
 */
export function createBodies({ seed, nowMs, events, batch, kinds = KINDS }: BodyOptions): Bodies {
  const source = createEvents(seed, nowMs);
  const bodies: Buffer[] = [];
  const sizes: number[] = [];
  for (let made = 0; made < events; made += sizes.at(-1)!) {
    const kind = kinds[bodies.length % kinds.length]!;
    const size = Math.min(batch, events - made);
    const data = Array.from({ length: size }, () => source.next(kind));
    const envelope = {
      sensor: sensorOf(kind),
      sendTime: new Date(nowMs).toISOString(),
      dataVersion: 'http://purl.imsglobal.org/ctx/caliper/v1p1',
      data,
    };
    bodies.push(Buffer.from(JSON.stringify(envelope)));
    sizes.push(size);
  }
  return { bodies, sizes, events, bytes: bodies.reduce((sum, { length }) => sum + length, 0) };
}
