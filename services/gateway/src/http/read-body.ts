import type { IncomingMessage } from 'node:http';
import type { Room } from '../domain/occupancy.ts';

export type BodyRead =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** `beginning` is what is kept of it. */
  | { readonly kind: 'too_large'; readonly beginning: Buffer }
  | { readonly kind: 'no_room'; readonly room: Exclude<Room, 'ok'> }
  /** The sender hung up, or was too slow and was cut off. */
  | { readonly kind: 'gone' };

export interface ReadBodyOptions {
  readonly maxBytes: number;
  /** So much of a body that is too large is kept. */
  readonly keepBytes: number;
  /** Asked for every piece that arrives. */
  readonly hold: (bytes: number) => Room;
}

/** What is refused unread is read past, within the time for a request; a sender that goes on for so long is cut off. */
const MOST_DISCARDED_BYTES = 256 * 1024 * 1024;

/** Collects a body under its bounds. What is not kept is discarded as it arrives, so that the sender gets to read its answer. */
export function readBody(request: IncomingMessage, { maxBytes, keepBytes, hold }: ReadBodyOptions): Promise<BodyRead> {
  return new Promise((resolve) => {
    const declared = Number(request.headers['content-length'] ?? 0);
    const isTooLarge = declared > maxBytes;
    const mostBytes = isTooLarge ? Math.min(keepBytes, maxBytes) : maxBytes;
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (read: BodyRead) => {
      request.off('data', onData);
      request.off('end', onEnd);
      request.off('close', onGone);
      if (read.kind === 'too_large') discardRest(request);
      resolve(read);
    };
    const onData = (chunk: Buffer) => {
      const room = hold(chunk.length);
      if (room !== 'ok') return settle({ kind: 'no_room', room });
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > mostBytes) settle({ kind: 'too_large', beginning: joined(chunks, bytes).subarray(0, keepBytes) });
    };
    const onEnd = () => {
      const whole = joined(chunks, bytes);
      settle(isTooLarge ? { kind: 'too_large', beginning: whole } : { kind: 'whole', bytes: whole });
    };
    const onGone = () => settle({ kind: 'gone' });
    request.on('data', onData);
    request.on('end', onEnd);
    request.on('close', onGone);
    request.on('error', onGone);
  });
}

const joined = (chunks: readonly Buffer[], bytes: number): Buffer =>
  chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes);

/** Reads on without keeping anything: a connection that is closed on unread bytes loses the answer on its way. */
export function discardRest(request: IncomingMessage): void {
  if (request.complete) return;
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_DISCARDED_BYTES) request.destroy();
  });
  request.on('error', () => {});
  request.resume();
}
