import type { Sender } from './senders.ts';

/** The bounds of one body: the operator's settings, and what a sensor has of its own below them. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxInflatedBytes: number;
  readonly maxInflateRatio: number;
  readonly maxDepth: number;
  readonly maxItems: number;
  readonly maxEventBytes: number;
}

type OwnLimit = 'maxBodyBytes' | 'maxItems' | 'maxEventBytes';

/** A sensor's own limit can only be lower. */
export function limitOf(name: OwnLimit, sender: Pick<Sender, 'limits'>, limits: BodyLimits): number {
  const own = sender.limits[name];
  return own === undefined ? limits[name] : Math.min(own, limits[name]);
}
