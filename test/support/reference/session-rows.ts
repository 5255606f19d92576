import { type AcceptedEvent, rowVersion, type SessionUpdate } from '@caliper-pipeline/contracts';
import { byTimeAndKey, dayOf, lastBy } from './log.ts';

const RUN_GAP_MS = 300_000;

/** A row of `caliper.sessions` without what the code version alone decides. */
export type SessionRow = Omit<SessionUpdate, 'rule_version'>;

/** What a session's rows are made of: an event and where it stood in the log. */
export interface SessionDelivery {
  readonly record: { readonly partition: number; readonly offset: number };
  readonly event: Pick<
    AcceptedEvent,
    | 'event_time'
    | 'event_key'
    | 'learner_id'
    | 'ed_app_id'
    | 'scope_id'
    | 'session_marker'
    | 'session_end_reason'
    | 'session_started_at'
    | 'session_ended_at'
  >;
}

/**
 * The rows of one session: one for each partition and UTC day.
 *
 * @param deliveries all eligible events of the session in the order of the log, whatever their partition
 */
export function sessionRowsOf(
  { tenant, kind, id }: { readonly tenant: string; readonly kind: string; readonly id: string },
  deliveries: readonly SessionDelivery[],
  gapMs: number,
  generation: number,
): readonly SessionRow[] {
  const segments = Map.groupBy(deliveries, ({ event, record }) => `${record.partition} ${dayOf(event.event_time)}`);
  return [...segments.values()].map((segment): SessionRow => {
    const events = segment.map(({ event }) => event);
    const { partition } = segment[0]!.record;
    const times = events.map(({ event_time }) => event_time);
    const learners = sortedSet(events.map(({ learner_id }) => learner_id));
    const marker = lastBy(
      events.filter(({ session_marker }) => session_marker === 'end'),
      byTimeAndKey,
    );
    const learner = lastBy(
      events.filter(({ learner_id }) => learner_id !== ''),
      byTimeAndKey,
    );
    const starts = events.map(({ session_started_at }) => session_started_at).filter((start) => start !== null);
    const lastOffset = Math.max(...segment.map(({ record }) => record.offset));
    return {
      tenant,
      kind,
      session_id: id,
      source_partition: partition,
      segment_day: dayOf(times[0]!),
      learner_id: learner?.learner_id ?? '',
      learner_event_at: learner?.event_time ?? null,
      learner_event_key: learner?.event_key ?? '',
      learner_ids: learners.slice(0, 16),
      ed_app_ids: sortedSet(events.map(({ ed_app_id }) => ed_app_id)).slice(0, 64),
      scope_ids: sortedSet(events.map(({ scope_id }) => scope_id)).slice(0, 64),
      runs: runsOf(times),
      event_count: events.length,
      first_event_at: Math.min(...times),
      last_event_at: Math.max(...times),
      reported_started_at: starts.length === 0 ? null : Math.min(...starts),
      end_marker_at: marker?.event_time ?? null,
      end_marker_key: marker?.event_key ?? '',
      reported_ended_at: marker === null ? null : (marker.session_ended_at ?? marker.event_time),
      end_reason: marker?.session_end_reason ?? '',
      gap_ms: gapMs,
      merged_into: '',
      flags: learners.length > 1 ? ['session_shared'] : [],
      source_generation: generation,
      source_offset: lastOffset,
      version: rowVersion(generation, lastOffset),
      is_deleted: 0,
    };
  });
}

/** Stretches of activity without a gap over five minutes, from event times in any order. */
export function runsOf(times: readonly number[]): SessionUpdate['runs'] {
  const runs: { started_at: number; ended_at: number; events: number }[] = [];
  for (const time of times.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run === undefined || time - run.ended_at > RUN_GAP_MS) {
      runs.push({ started_at: time, ended_at: time, events: 1 });
    } else {
      run.ended_at = time;
      run.events += 1;
    }
  }
  return runs;
}

/** In the order of bytes, as ClickHouse and Avro have it. */
export function sortedSet(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== ''))].sort();
}
