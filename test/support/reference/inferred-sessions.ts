import { type AcceptedEvent, hash128 } from '@caliper-pipeline/contracts';
import { namedSessionOf } from './eligibility.ts';
import type { FirstDelivery } from './fates.ts';

/** One inferred session after all merges. */
export interface InferredSession {
  readonly tenant: string;
  readonly partition: number;
  readonly learnerId: string;
  readonly edAppId: string;
  readonly deliveries: readonly FirstDelivery[];
  /**
   * Ids that it may have or have absorbed: one for each event that could have created it. The smallest of those that were
   * really created survives; which were depends on the order of arrival, the partition into sessions does not.
   */
  readonly possibleIds: ReadonlySet<string>;
}

/** An eligible act of a learner that names no session. */
export const isInferable = (event: AcceptedEvent): boolean =>
  event.is_learner_activity && event.learner_id !== '' && namedSessionOf(event).kind === 'none';

/** Events of one learner in one application, sorted by time and cut wherever the silence is longer than the gap. */
export function inferredSessionsOf(
  eligible: readonly FirstDelivery[],
  gapMsOf: (tenant: string) => number,
): readonly InferredSession[] {
  const groups = Map.groupBy(
    eligible.filter(({ event }) => isInferable(event)),
    ({ event, record }) => JSON.stringify([event.tenant, record.partition, event.learner_id, event.ed_app_id]),
  );
  return [...groups.values()].flatMap((group) => {
    const { event, record } = group[0]!;
    const gapMs = gapMsOf(event.tenant);
    return cutAtGaps(group, gapMs).map((deliveries) => ({
      tenant: event.tenant,
      partition: record.partition,
      learnerId: event.learner_id,
      edAppId: event.ed_app_id,
      deliveries,
      possibleIds: new Set(deliveries.map((delivery) => inferredIdOf(delivery.event))),
    }));
  });
}

/** Id of a session that this event created. */
export const inferredIdOf = ({ tenant, learner_id, ed_app_id, event_key }: AcceptedEvent): string =>
  hash128('session', [tenant, learner_id, ed_app_id, event_key]);

/** Sorted by time, cut wherever the silence is longer than the gap. */
export function cutAtGaps<T extends { readonly event: { readonly event_time: number } }>(
  deliveries: readonly T[],
  gapMs: number,
): readonly (readonly T[])[] {
  const sorted = deliveries.toSorted((a, b) => a.event.event_time - b.event.event_time);
  const sessions: T[][] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const delivery of sorted) {
    if (delivery.event.event_time - lastMs > gapMs) sessions.push([]);
    sessions.at(-1)!.push(delivery);
    lastMs = delivery.event.event_time;
  }
  return sessions;
}
