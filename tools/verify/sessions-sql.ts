/** Rows that count in sessions, with all that a session is made of. */
export const SESSION_EVENTS = `
SELECT session_id, session_kind, source_partition, source_offset, toString(event_key) AS event_key, learner_id, ed_app_id,
  scope_id, type, action, caliper_version, toUnixTimestamp64Milli(event_time) AS event_time
FROM events_current
WHERE tenant = {tenant:String} AND sensor IN {sensors:Array(String)} AND session_kind != 'none'
  AND NOT hasAny(flags, ['future', 'late_for_session'])`;

export const SESSIONS = `
SELECT session_id, kind, learner_id, learner_ids, ed_app_ids, scope_ids, end_reason, event_count, active_seconds, gap_ms,
  toUnixTimestamp64Milli(started_at) AS started_at, toUnixTimestamp64Milli(ended_at) AS ended_at,
  toUnixTimestamp64Milli(first_event_at) AS first_event_at, toUnixTimestamp64Milli(last_event_at) AS last_event_at,
  arrayMap(run -> (toUnixTimestamp64Milli(run.1), toUnixTimestamp64Milli(run.2), run.3), runs) AS run_list,
  toUnixTimestamp64Milli(now64(3)) AS as_of
FROM sessions_current
WHERE tenant = {tenant:String}`;

export const ALIASES = `
SELECT session_id, merged_into FROM sessions FINAL
WHERE tenant = {tenant:String} AND kind = 'inferred' AND merged_into != ''`;

export interface SessionEventRow {
  readonly session_id: string;
  readonly session_kind: string;
  readonly source_partition: number;
  readonly source_offset: number;
  readonly event_key: string;
  readonly learner_id: string;
  readonly ed_app_id: string;
  readonly scope_id: string;
  readonly type: string;
  readonly action: string;
  readonly caliper_version: string;
  readonly event_time: number;
}

export interface SessionRowFound {
  readonly session_id: string;
  readonly kind: string;
  readonly learner_id: string;
  readonly learner_ids: readonly string[];
  readonly ed_app_ids: readonly string[];
  readonly scope_ids: readonly string[];
  readonly end_reason: string;
  readonly event_count: number;
  readonly active_seconds: number;
  readonly gap_ms: number;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly first_event_at: number;
  readonly last_event_at: number;
  readonly run_list: readonly (readonly [number, number, number])[];
  readonly as_of: number;
}
