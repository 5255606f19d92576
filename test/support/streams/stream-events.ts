import {
  type AcceptedEvent,
  type ChainLink,
  contentHash,
  eventKey,
  routeKey,
  routePartition,
} from '@caliper-pipeline/contracts';
import { dayOf } from '../reference/log.ts';

const FIRST_DAY = dayOf(Date.UTC(2000, 0, 1));
const LAST_DAY = dayOf(Date.UTC(2100, 0, 1));

/** What a test says of an event; everything else is filled in. */
export interface PlannedEvent {
  readonly tenant: string;
  readonly sensor: string;
  /** '' = the sender gives none. */
  readonly id: string;
  readonly atMs: number;
  readonly actorId: string;
  readonly learnerId?: string;
  readonly isLearnerActivity?: boolean;
  readonly edAppId?: string;
  readonly reportedSessionId?: string;
  readonly federatedSessionId?: string;
  readonly marker?: '' | 'start' | 'end';
  readonly endReason?: string;
  readonly startedAt?: number | null;
  readonly endedAt?: number | null;
  readonly chain?: readonly ChainLink[];
  readonly chainSource?: string;
  readonly member?: string;
  readonly organization?: string;
  readonly roles?: readonly string[];
  readonly status?: string;
  readonly flags?: readonly string[];
  /** Tells apart events that are equal otherwise; of two with one id it makes the content differ. */
  readonly note?: string;
}

/** An event as the gateway writes it, with key, hash and scope as the contract computes them. */
export function acceptedEventOf(planned: PlannedEvent, receivedAtMs: number): AcceptedEvent {
  const { tenant, sensor, id, atMs, actorId, note = '', chain = [] } = planned;
  const learnerId = planned.learnerId ?? actorId;
  const content = contentHash(tenant, sensor, JSON.stringify(planned));
  const identity = {
    id,
    type: 'ViewEvent',
    actorId,
    action: 'Viewed',
    objectId: 'https://example.edu/pages/1',
    eventTime: new Date(atMs).toISOString(),
    generatedId: '',
  };
  const course = chain.find(({ type }) => type === 'CourseSection' || type === 'CourseOffering');
  const day = dayOf(atMs);
  return {
    language_rule_version: 1,
    received_flags: planned.flags ?? [],
    chain,
    chain_source: chain.length === 0 ? 'none' : (planned.chainSource ?? 'group'),
    membership_member_id: planned.member ?? '',
    membership_organization_id: planned.organization ?? '',
    membership_roles: planned.roles ?? [],
    membership_status_sent: planned.status ?? '',
    session_marker: planned.marker ?? '',
    session_end_reason: planned.endReason ?? '',
    session_started_at: planned.startedAt ?? null,
    session_ended_at: planned.endedAt ?? null,
    tenant,
    sensor,
    event_key: eventKey(sensor, identity, content),
    event_id: id,
    content_hash: content,
    scope_id: (course ?? chain[0])?.id ?? '',
    event_date: day >= FIRST_DAY && day < LAST_DAY ? day : 0,
    received_at: receivedAtMs,
    event_time: atMs,
    type: identity.type,
    action: identity.action,
    ed_app_id: planned.edAppId ?? '',
    actor_id: actorId,
    learner_id: learnerId,
    is_learner_activity: planned.isLearnerActivity ?? (learnerId !== '' && learnerId === actorId),
    is_canary: false,
    group_id: chain[0]?.id ?? '',
    group_type: chain[0]?.type ?? '',
    reported_session_id: planned.reportedSessionId ?? '',
    federated_session_id: planned.federatedSessionId ?? '',
    ...carried(receivedAtMs, note),
  };
}

/** What nothing behind the gateway reads: a value of every kind, so that a byte in the wrong place shows. */
function carried(receivedAtMs: number, note: string) {
  return {
    send_time: receivedAtMs - 250,
    caliper_version: '1.2',
    profile: 'ReadingProfile',
    request_id: `request ${receivedAtMs} ${note}`,
    actor_type: 'Person',
    learner_external_id: '',
    identity_keys: ['k1', 'k2'],
    is_impersonated: false,
    object_id: 'https://example.edu/pages/1',
    object_type: 'Page',
    object_name: `Größe ${note}`,
    object_version: '',
    object_parent_id: '',
    content_path: [],
    target_id: '',
    target_type: '',
    generated_id: '',
    generated_type: '',
    referrer_id: '',
    group_member_ids: [],
    assignable_id: '',
    gradable_item_id: '',
    attempt_id: '',
    parent_attempt_id: '',
    attempt_count: null,
    attempt_started_at: null,
    attempt_ended_at: null,
    item_id: '',
    question_type: '',
    response_id: '',
    response_values: [],
    is_correct: null,
    score_given: 1.5,
    max_score: null,
    grade_action: '',
    scored_by_id: '',
    is_course_grade: false,
    due_at: null,
    duration_seconds: null,
    media_position_seconds: null,
    media_length_seconds: null,
    media_speed: null,
    forum_id: '',
    thread_id: '',
    reply_to_id: '',
    message_length: null,
    tool_id: '',
    tool_name: '',
    launch_url_host: '',
    search_terms: '',
    client_device: '',
    client_os: '',
    client_browser: '',
    extensions: { 'bb:x': note },
    raw: JSON.stringify({ note }),
  };
}

/** Kafka key of an event: its actor routes it here, else its session, else the event itself. */
export function keyOf(event: AcceptedEvent): string {
  const id = event.actor_id || event.learner_id || event.reported_session_id || event.federated_session_id;
  return routeKey(event.tenant, { kind: 'actor', id }, event.event_key);
}

export const partitionOfEvent = (event: AcceptedEvent, partitions: number): number =>
  routePartition(keyOf(event), partitions);
