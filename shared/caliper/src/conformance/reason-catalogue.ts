import type { Reason, Severity } from '../types.ts';

interface Meaning {
  readonly severity: Severity;
  readonly meaning: string;
  /** Where the rule comes from. */
  readonly source: string;
}

/**
 * Everything that is said of an event that is kept. `info` leaves the verdict `ok`; `warn` makes it `accepted_with_flags`.
 * docs/conformance.md is generated from this table.
 */
export const reasonCatalogue = {
  bare_item: {
    severity: 'info',
    meaning: 'An event or entity without an envelope. The sensor is the label of the key.',
    source: 'Caliper 1.2, 5.1',
  },
  data_version_unknown: {
    severity: 'warn',
    meaning: '`dataVersion` looks like Caliper and is no version that is known here.',
    source: 'Caliper 1.2, 5.1',
  },
  envelope_property_unknown: {
    severity: 'info',
    meaning: 'The envelope has a property that the specification does not know; it is ignored.',
    source: 'Caliper 1.2, 5.1',
  },
  send_time_missing: {
    severity: 'info',
    meaning: 'The envelope has no readable `sendTime`.',
    source: 'Caliper 1.2, 5.1',
  },
  send_time_spelling: {
    severity: 'info',
    meaning: '`sendTime` is not UTC with milliseconds and a Z.',
    source: 'Caliper 1.2, 2.3; default of the JS sensor',
  },
  version_unknown: {
    severity: 'warn',
    meaning: 'Neither the event nor its envelope says a version of Caliper.',
    source: 'Caliper 1.1 and 1.2, 2.1',
  },
  event_id_missing: {
    severity: 'info',
    meaning: 'No id: the content identifies the event. Caliper 1.0 has none.',
    source: 'Caliper 1.1 and 1.2, 3.1',
  },
  event_id_not_urn_uuid: {
    severity: 'info',
    meaning: 'The id is no `urn:uuid:`. Learn sends bare UUIDs.',
    source: 'Caliper 1.1 and 1.2, 3.1',
  },
  time_spelling: {
    severity: 'warn',
    meaning: '`eventTime` is not UTC with milliseconds and a Z. It was read all the same.',
    source: 'Caliper 1.2, 2.3',
  },
  event_type_unknown: {
    severity: 'warn',
    meaning: 'The type is no event type of the standard, and no vendor says that it is one of theirs.',
    source: 'Caliper 1.2, 3.4',
  },
  event_type_vendor: { severity: 'info', meaning: "The type is a vendor's.", source: 'Blackboard Learn' },
  term_deprecated: {
    severity: 'info',
    meaning: 'The type, or the action for this type, is of an earlier version.',
    source: 'Caliper 1.1 and 1.2, change logs',
  },
  action_outside_event_type: {
    severity: 'warn',
    meaning: 'The action is known, and not for this type of event.',
    source: 'Caliper 1.2, 3.4',
  },
  action_unknown: {
    severity: 'warn',
    meaning: 'The action is outside the vocabulary.',
    source: 'Caliper 1.2, appendix A',
  },
  actor_missing: { severity: 'warn', meaning: 'The event has no actor.', source: 'Caliper 1.2, 3.1' },
  actor_id_empty: {
    severity: 'warn',
    meaning: "The actor's id is empty.",
    source: 'Caliper 1.2, 3.1; seen from U-Mich',
  },
  actor_type_unexpected: {
    severity: 'warn',
    meaning: 'The actor is not of a type that this event allows.',
    source: 'Caliper 1.2, 3.4',
  },
  object_missing: { severity: 'warn', meaning: 'The event has no object.', source: 'Caliper 1.2, 3.1' },
  object_id_empty: { severity: 'warn', meaning: "The object's id is empty.", source: 'Caliper 1.2, 3.1' },
  object_type_unexpected: {
    severity: 'warn',
    meaning: 'The object is not of a type that this event allows.',
    source: 'Caliper 1.2, 3.4',
  },
  entity_id_missing: {
    severity: 'warn',
    meaning: 'A describe of an entity without an id: kept as it came, and nothing can refer to it.',
    source: 'Caliper 1.2, 3.2',
  },
  entity_type_unknown: {
    severity: 'warn',
    meaning: "The type of an entity is no term of the standard and no vendor's.",
    source: 'Caliper 1.2, 3.2',
  },
  target_type_unexpected: {
    severity: 'warn',
    meaning: 'The target is not of a type that this event allows.',
    source: 'Caliper 1.2, 3.4',
  },
  generated_type_unexpected: {
    severity: 'warn',
    meaning: 'What was generated is not of a type that this event allows.',
    source: 'Caliper 1.2, 3.4',
  },
  generated_missing: {
    severity: 'warn',
    meaning: 'The action requires something generated: a copy.',
    source: 'Caliper 1.2, ResourceManagementEvent',
  },
  federated_session_missing: {
    severity: 'warn',
    meaning: 'A launch requires a federatedSession.',
    source: 'Caliper 1.2, ToolLaunchEvent',
  },
  event_property_unknown: {
    severity: 'warn',
    meaning: 'The event has a property outside `extensions` that the standard does not know.',
    source: 'Caliper 1.2, 3.1',
  },
  profile_unknown: { severity: 'warn', meaning: 'The profile is outside the vocabulary.', source: 'Caliper 1.2, 3.3' },
  role_unknown: {
    severity: 'warn',
    meaning: 'A role of the membership is outside the vocabulary.',
    source: 'Caliper 1.2, appendix B',
  },
  status_unknown: {
    severity: 'warn',
    meaning: 'The status of the membership is outside the vocabulary.',
    source: 'Caliper 1.2, Membership',
  },
  anonymous: {
    severity: 'info',
    meaning: 'The actor is the anonymous one of its type: nobody.',
    source: 'Caliper 1.2, 3.2',
  },
  session_id_empty: {
    severity: 'info',
    meaning: "Learn's address of a session without an id. It is no session.",
    source: 'Blackboard Learn, samples',
  },
  group_unidentified: {
    severity: 'info',
    meaning: 'An organisation in the chain has a blank or anonymous id; it was left out.',
    source: 'Caliper 1.2, 3.2',
  },
  group_cycle: {
    severity: 'info',
    meaning: 'The chain of organisations leads back to itself; it was cut there.',
    source: 'docs/semantics.md',
  },
} as const satisfies Record<string, Meaning>;

export type ReasonCode = keyof typeof reasonCatalogue;

/** A reason with the severity that its code has. */
export function reason(code: ReasonCode, path: string): Reason {
  return { code, severity: reasonCatalogue[code].severity, path };
}
