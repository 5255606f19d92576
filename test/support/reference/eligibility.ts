import type { AcceptedEvent } from '@caliper-pipeline/contracts';
import { HOUR_MS } from './log.ts';

/** Whether an event may count in sessions: '' = yes, else the flag that says why not. */
export type Ineligible = '' | 'future' | 'late_for_session';

export function ineligibleOf(
  { event_time, received_at }: Pick<AcceptedEvent, 'event_time' | 'received_at'>,
  streamTimeMs: number,
): Ineligible {
  if (event_time > received_at + 600_000) return 'future';
  if (event_time < received_at - 47 * HOUR_MS || received_at < streamTimeMs - HOUR_MS) return 'late_for_session';
  return '';
}

export interface NamedSession {
  readonly kind: string;
  readonly id: string;
}

/** The session that an event names: the reported one, else the federated one; kind `none` when it names none. */
export function namedSessionOf({ reported_session_id, federated_session_id }: AcceptedEvent): NamedSession {
  if (reported_session_id !== '') return { kind: 'reported', id: reported_session_id };
  if (federated_session_id !== '') return { kind: 'federated', id: federated_session_id };
  return { kind: 'none', id: '' };
}
