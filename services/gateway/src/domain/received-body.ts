import type { Sender } from './senders.ts';

/** Where a body came from: a request, or a record of the ingress. */
export interface SourcePosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** An authenticated body as it was sent, not yet looked into. */
export interface ReceivedBody {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Content-Encoding; '' = none. */
  readonly encoding: string;
  readonly sender: Sender;
  readonly receivedAtMs: number;
  readonly requestId: string;
  /** null = by HTTP. */
  readonly position: SourcePosition | null;
}
