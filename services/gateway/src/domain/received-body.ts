import type { SensorCredential } from './sensors.ts';

/** Where a body came from: a request, or a record of the ingress. */
export interface SourcePosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** An authenticated body, inflated, not yet looked into. */
export interface ReceivedBody {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly credential: Pick<SensorCredential, 'tenant' | 'label' | 'truncateIpAddresses'>;
  readonly receivedAtMs: number;
  readonly requestId: string;
  /** null = by HTTP. */
  readonly position: SourcePosition | null;
}
