import type { ReasonCode } from '../conformance/reason-catalogue.ts';
import { identifies, type Reference, referenceOf } from '../entities/reference.ts';
import type { JsonObject } from '../json/values.ts';
import { timeMs } from '../values/time.ts';

export interface SessionFacts {
  readonly reported: Reference;
  readonly federated: Reference;
  readonly reportedId: string;
  readonly federatedId: string;
  readonly marker: '' | 'start' | 'end';
  readonly endReason: '' | 'logged_out' | 'timed_out';
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly flags: readonly ReasonCode[];
}

/** The slots in which 1.0 carries the session itself. */
interface ActSlots {
  readonly object: Reference;
  readonly target: Reference;
  readonly generated: Reference;
}

const NO_SESSION: Reference = referenceOf(undefined);

/**
 * The sessions that an event names. 1.0 carries the session of a login in `generated`, of a logout in `target`, of a
 * time-out in `object` (semantics.md, "Sessions"). Only SessionEvents start or end a session by name: Learn's LTI events
 * say LoggedIn too and carry the login session's id.
 */
export function sessionsOf(event: JsonObject, type: string, action: string, slots: ActSlots): SessionFacts {
  const own = referenceOf(event.session);
  const federated = referenceOf(event.federatedSession);
  const reported = own.id !== '' || type !== 'SessionEvent' ? own : sessionOfAct(action, slots);
  const marker =
    type !== 'SessionEvent'
      ? ''
      : action === 'LoggedIn'
        ? 'start'
        : action === 'LoggedOut' || action === 'TimedOut'
          ? 'end'
          : '';
  const flags: ReasonCode[] = [];
  const subject = reported.id === '' ? federated : reported;
  return {
    reported,
    federated,
    reportedId: sessionId(reported.id, flags),
    federatedId: sessionId(federated.id, flags),
    marker,
    endReason: marker !== 'end' ? '' : action === 'TimedOut' ? 'timed_out' : 'logged_out',
    startedAt: startOf(subject, event),
    endedAt:
      marker === 'end'
        ? (timeMs(subject.entity.endedAtTime) ?? timeMs(event.eventTime))
        : timeMs(subject.entity.endedAtTime),
    flags,
  };
}

function sessionOfAct(action: string, { object, target, generated }: ActSlots): Reference {
  const session = action === 'LoggedIn' ? generated : action === 'LoggedOut' ? target : object;
  return session.type === 'Session' || session.type === 'LtiSession' || (session.type === '' && action === 'TimedOut')
    ? session
    : NO_SESSION;
}

/** Learn writes an unknown session as an address that ends in `/sessions/`: it must not become one giant session. */
function sessionId(id: string, flags: ReasonCode[]): string {
  if (id === '') return '';
  if (id.endsWith('/sessions/')) {
    flags.push('session_id_empty');
    return '';
  }
  return identifies(id) ? id : '';
}

/** Learn gives every session the event's own time as its start (all 14 samples): such a start says nothing. */
function startOf({ entity }: Reference, event: JsonObject): number | null {
  return entity.startedAtTime === event.eventTime ? null : timeMs(entity.startedAtTime);
}
