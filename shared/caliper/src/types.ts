/** Bump when a rule changes what a field becomes. */
export const LANGUAGE_RULE_VERSION = 3;

/** What `parseJson` answers. `detail` names the place of the first error and holds nothing of the text. */
export type ParseResult = { ok: true; value: unknown } | { ok: false; detail: string };

/** `info` leaves the verdict `ok`, `warn` makes it `accepted_with_flags` (semantics.md, "Verdict"). */
export type Severity = 'info' | 'warn';

/** One thing to say about an input: a code of `reasonCatalogue` and where it was found, as a JSON path like `$.actor.id`. */
export interface Reason {
  readonly code: string;
  readonly severity: Severity;
  readonly path: string;
}

/** One envelope's worth of items. A bare event or entity has the sensor ''. Times are epoch milliseconds. */
export interface Delivery {
  readonly sensor: string;
  readonly sendTimeMs: number | null;
  readonly dataVersion: string;
  readonly items: readonly unknown[];
  readonly reasons: readonly Reason[];
}

/** What `readEnvelopes` answers: 200 material, a 400 or a 422 (caliper.md e.2). `reason` is a snake_case code. */
export type EnvelopeResult =
  | { kind: 'deliveries'; deliveries: readonly Delivery[] }
  | { kind: 'malformed'; reason: string; detail: string }
  | { kind: 'unsupported_version'; dataVersion: string };

/** What redaction does beyond its built-in list (caliper.md j.9). Keys are compared case-insensitively, as parts of a key. */
export interface RedactionRules {
  readonly truncateIpAddresses: boolean;
  readonly extraSecretKeys: readonly string[];
}

/** Everything outside the item that its interpretation depends on. Times are epoch milliseconds. */
export interface InterpretContext {
  readonly tenant: string;
  readonly sensor: string;
  readonly dataVersion: string;
  readonly receivedAtMs: number;
  readonly sendTimeMs: number | null;
  readonly envelopeReasons: readonly Reason[];
  /** HMAC key of the tenant; '' = no identity keys. */
  readonly identitySecret: string;
  readonly redaction: RedactionRules;
}

/** The verdict of an item (semantics.md, "Verdict"). */
export type Interpretation =
  | {
      kind: 'event';
      fields: InterpretedEvent;
      verdict: 'ok' | 'accepted_with_flags';
      reasons: readonly Reason[];
      identity: IdentityInputs;
      route: RouteInput;
    }
  | { kind: 'describe'; facts: readonly EntityFactFields[]; canonical: string; reasons: readonly Reason[] }
  | { kind: 'rejected'; reason: string; detail: string };

/** What makes an act the same act, as sent, '' where the event has none (semantics.md, "Identity"). */
export interface IdentityInputs {
  readonly id: string;
  readonly type: string;
  readonly actorId: string;
  readonly action: string;
  readonly objectId: string;
  readonly eventTime: string;
  readonly generatedId: string;
  /** RFC 8785 text of the event object as parsed, before redaction and normalisation. */
  readonly canonical: string;
}

/** Which part of the event routes it (semantics.md, "Route"). `event` with an empty id: the event key routes. */
export interface RouteInput {
  readonly kind:
    | 'actor'
    | 'assignee'
    | 'member'
    | 'object_user'
    | 'object_actor'
    | 'session_user'
    | 'session'
    | 'event';
  readonly id: string;
}

/** One organisation that the event itself describes. */
export interface ChainLink {
  readonly id: string;
  /** Normal form of the type; '' where the event gave only an IRI. */
  readonly type: string;
  readonly name: string;
  /** The sender's own course key: courseNumber, bb:course.externalId. */
  readonly external_id: string;
  readonly academic_session: string;
}

/**
 * The columns of an event that follow from its own content. Names are those of the table `events` (docs/tables.md).
 * Times are epoch milliseconds, `event_date` is days since 1970, durations are seconds, '' and null mean none.
 */
export interface InterpretedEvent {
  readonly language_rule_version: number;
  readonly received_flags: readonly string[];
  readonly chain: readonly ChainLink[];
  readonly chain_source: string;
  readonly membership_member_id: string;
  readonly membership_organization_id: string;
  readonly membership_roles: readonly string[];
  readonly membership_status_sent: string;
  readonly session_marker: string;
  readonly session_end_reason: string;
  readonly session_started_at: number | null;
  readonly session_ended_at: number | null;
  readonly event_id: string;
  readonly scope_id: string;
  readonly event_date: number;
  readonly event_time: number;
  readonly type: string;
  readonly action: string;
  readonly ed_app_id: string;
  readonly actor_id: string;
  readonly learner_id: string;
  readonly is_learner_activity: boolean;
  readonly is_canary: boolean;
  readonly group_id: string;
  readonly group_type: string;
  readonly reported_session_id: string;
  readonly federated_session_id: string;
  readonly caliper_version: string;
  readonly profile: string;
  readonly actor_type: string;
  readonly learner_external_id: string;
  readonly identity_keys: readonly string[];
  readonly is_impersonated: boolean;
  readonly object_id: string;
  readonly object_type: string;
  readonly object_name: string;
  readonly object_version: string;
  readonly object_parent_id: string;
  readonly content_path: readonly string[];
  readonly target_id: string;
  readonly target_type: string;
  readonly generated_id: string;
  readonly generated_type: string;
  readonly referrer_id: string;
  readonly group_member_ids: readonly string[];
  readonly assignable_id: string;
  readonly gradable_item_id: string;
  readonly attempt_id: string;
  readonly parent_attempt_id: string;
  readonly attempt_count: number | null;
  readonly attempt_started_at: number | null;
  readonly attempt_ended_at: number | null;
  readonly item_id: string;
  readonly question_type: string;
  readonly response_id: string;
  readonly response_values: readonly string[];
  readonly is_correct: boolean | null;
  readonly score_given: number | null;
  readonly max_score: number | null;
  readonly grade_action: string;
  readonly scored_by_id: string;
  readonly is_course_grade: boolean;
  readonly due_at: number | null;
  readonly duration_seconds: number | null;
  readonly media_position_seconds: number | null;
  readonly media_length_seconds: number | null;
  readonly media_speed: number | null;
  readonly forum_id: string;
  readonly thread_id: string;
  readonly reply_to_id: string;
  readonly message_length: number | null;
  readonly tool_id: string;
  readonly tool_name: string;
  readonly launch_url_host: string;
  readonly search_terms: string;
  readonly client_device: string;
  readonly client_os: string;
  readonly client_browser: string;
  readonly extensions: Readonly<Record<string, string>>;
  readonly raw: string;
}

/** One thing that a describe says of one entity (semantics.md, "Facts"). What events say of organisations is in their chain. */
export interface EntityFactFields {
  readonly kind: 'nesting' | 'entity' | 'membership';
  readonly source: 'describe';
  readonly entity_id: string;
  readonly entity_type: string;
  readonly parent_id: string;
  readonly parent_type: string;
  /** Days since 1970. */
  readonly observed_day: number;
  /** Epoch ms: of the event, else sendTime, else the time of receipt. */
  readonly event_time: number;
  readonly name: string;
  readonly external_id: string;
  readonly academic_session: string;
  readonly member_id: string;
  readonly organization_id: string;
  readonly roles: readonly string[];
  readonly status: string;
  readonly valid_from: number | null;
  readonly flags: readonly string[];
  readonly raw: string;
}
