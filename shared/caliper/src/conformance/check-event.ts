import { isAnonymous, type Reference } from '../entities/reference.ts';
import type { Act } from '../event/act.ts';
import type { JsonObject } from '../json/values.ts';
import { textOf } from '../json/values.ts';
import { profileTerm } from '../terms/terms.ts';
import type { Reason } from '../types.ts';
import { isKnownAction } from '../vocabulary/actions.ts';
import { isA, isKnownEntityType } from '../vocabulary/entity-types.ts';
import { EVENT_RULES, type EventRule } from '../vocabulary/event-types.ts';
import { PROFILES } from '../vocabulary/profiles.ts';
import { ROLES, STATUSES } from '../vocabulary/roles.ts';
import { type ReasonCode, reason } from './reason-catalogue.ts';

/** What the check looks at beside the act itself. */
export interface CheckedParts {
  readonly version: string;
  readonly isUsualTime: boolean;
  readonly roles: readonly string[];
  readonly status: string;
}

/** The properties that an event may have (Caliper 1.2, 3.1; 1.0 spellings and Learn's Library extension among them). */
const PROPERTIES: ReadonlySet<string> = new Set(
  '@context @id @type id type profile actor action object eventTime target generated edApp referrer group membership session federatedSession extensions navigatedFrom presenceDerivedFromSource presenceDerivedFromSourceID accessLocation forCourse participationMode arrivalTime'.split(
    ' ',
  ),
);

/** Holds an event against the standard. Nothing here changes what is stored: it says what a vendor should know. */
export function checkEvent(act: Act, parts: CheckedParts, reasons: Reason[]): void {
  const say = (code: ReasonCode, path: string) => reasons.push(reason(code, path));
  checkFrame(act, parts, say);
  const rule = EVENT_RULES.get(act.type);
  if (rule === undefined) say(act.type.includes(':') ? 'event_type_vendor' : 'event_type_unknown', '$.type');
  else checkRule(act, rule, say);
  checkEntityTypes(act, say);
  checkVocabulary(act.event, parts, say);
}

type Say = (code: ReasonCode, path: string) => void;

function checkFrame({ event, id, actor, object }: Act, { version, isUsualTime }: CheckedParts, say: Say): void {
  if (version === '') say('version_unknown', "$['@context']");
  if (id === '') say('event_id_missing', '$.id');
  else if (!id.startsWith('urn:uuid:')) say('event_id_not_urn_uuid', '$.id');
  if (!isUsualTime) say('time_spelling', '$.eventTime');
  if (actor.id === '') say(actor.type === '' ? 'actor_missing' : 'actor_id_empty', '$.actor');
  else if (isAnonymous(actor.id)) say('anonymous', '$.actor.id');
  if (object.id === '') say(object.type === '' ? 'object_missing' : 'object_id_empty', '$.object');
  for (const key in event) {
    if (!PROPERTIES.has(key)) {
      say('event_property_unknown', `$['${key.slice(0, 64)}']`);
      break; // one is enough to look at the event
    }
  }
}

function checkRule({ type, action, actor, object, target, generated, sessions }: Act, rule: EventRule, say: Say): void {
  if (rule.since === 'blackboard') say('event_type_vendor', '$.type');
  if (rule.deprecated || rule.deprecatedActions.has(action)) say('term_deprecated', '$.action');
  else if (!rule.actions.has(action))
    say(isKnownAction(action) ? 'action_outside_event_type' : 'action_unknown', '$.action');
  if (!fits(actor, rule.actors)) say('actor_type_unexpected', '$.actor.type');
  if (!fits(object, rule.objects)) say('object_type_unexpected', '$.object.type');
  if (!fits(target, rule.targets)) say('target_type_unexpected', '$.target.type');
  if (!fits(generated, rule.generated)) say('generated_type_unexpected', '$.generated.type');
  if (type === 'ResourceManagementEvent' && action === 'Copied' && generated.id === '')
    say('generated_missing', '$.generated');
  if (type === 'ToolLaunchEvent' && action === 'Launched' && sessions.federated.id === '')
    say('federated_session_missing', '$.federatedSession');
}

function checkEntityTypes({ object, target, generated }: Act, say: Say): void {
  if (isForeign(object)) say('entity_type_unknown', '$.object.type');
  if (isForeign(target)) say('entity_type_unknown', '$.target.type');
  if (isForeign(generated)) say('entity_type_unknown', '$.generated.type');
}

/** Neither a term of the standard nor a vendor's, which has a prefix or is an IRI. */
const isForeign = ({ type }: Reference): boolean => type !== '' && !type.includes(':') && !isKnownEntityType(type);

/** An IRI alone says no type, and an empty list leaves the slot free: both pass. What is foreign is said as that. */
function fits({ type }: Reference, allowed: readonly string[]): boolean {
  if (type === '' || allowed.length === 0 || !isKnownEntityType(type)) return true;
  for (const ancestor of allowed) if (isA(type, ancestor)) return true;
  return false;
}

function checkVocabulary(event: JsonObject, { roles, status }: CheckedParts, say: Say): void {
  const profile = profileTerm(textOf(event.profile));
  if (profile !== '' && !PROFILES.has(profile)) say('profile_unknown', '$.profile');
  for (const role of roles) {
    if (ROLES.has(role)) continue;
    say('role_unknown', '$.membership.roles');
    break;
  }
  if (status !== '' && !STATUSES.has(status)) say('status_unknown', '$.membership.status');
}
