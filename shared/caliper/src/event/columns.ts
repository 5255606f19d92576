import { checkEvent } from '../conformance/check-event.ts';
import { reason } from '../conformance/reason-catalogue.ts';
import { type Reference, referenceOf } from '../entities/reference.ts';
import { type JsonObject, NO_STRINGS, objectOf, textOf } from '../json/values.ts';
import { profileTerm } from '../terms/terms.ts';
import { type InterpretContext, type InterpretedEvent, LANGUAGE_RULE_VERSION, type Reason } from '../types.ts';
import { durationSeconds } from '../values/scalars.ts';
import { eventDate, type ParsedTime, timeMs } from '../values/time.ts';
import { isA } from '../vocabulary/entity-types.ts';
import { derivedProfile } from '../vocabulary/profiles.ts';
import type { Act } from './act.ts';
import { chainOf } from './chain.ts';
import { clientOf } from './client.ts';
import { versionOf } from './context.ts';
import { extensionsOf } from './extensions.ts';
import { identityKeysOf } from './identity-keys.ts';
import { peopleOf } from './learner.ts';
import { attemptOf, contentPath, forumOf, mediaOf, memberIds, responseOf, scoreOf } from './measures.ts';
import { membershipOf } from './membership.ts';

/**
 * Every column of an event that follows from its own content, each produced by one module, from the redacted event. Only
 * the keyed hashes of identities are made of the event as sent.
 *
 * @param act of the redacted event
 * @param reasons of the envelope; those of the event are added
 */
export function columnsOf(
  item: JsonObject,
  act: Act,
  { time, raw }: { readonly time: ParsedTime; readonly raw: string },
  context: InterpretContext,
  reasons: Reason[],
): InterpretedEvent {
  const { event, id, type, action, actor, object, target, generated, group, edApp, sessions } = act;
  const people = peopleOf(act);
  const chain = chainOf(act);
  const membership = membershipOf(act.membership.entity);
  const attempt = attemptOf(object, generated);
  const score = scoreOf(generated, object, attempt.attempt);
  const response = responseOf(event, object, generated);
  const media = mediaOf(object, target);
  const path = contentPath(object);
  const forum = forumOf(object, path, generated);
  const client = clientOf(event);
  const tool = toolOf(event, object, type);
  const objectExtensions = objectOf(object.entity.extensions);
  const version = versionOf(event, type, context.dataVersion);
  const { roles, status } = membership;
  checkEvent(act, { version, isUsualTime: time.usual, roles, status }, reasons);
  for (const code of sessions.flags) reasons.push(reason(code, '$.federatedSession'));
  for (const code of chain.flags) reasons.push(reason(code, '$.group'));
  return {
    language_rule_version: LANGUAGE_RULE_VERSION,
    received_flags: reasons.length === 0 ? NO_STRINGS : [...new Set(reasons.map(({ code }) => code))],
    chain: chain.links,
    chain_source: chain.source,
    membership_member_id: membership.memberId,
    membership_organization_id: membership.organizationId,
    membership_roles: membership.roles,
    membership_status_sent: membership.status,
    session_marker: sessions.marker,
    session_end_reason: sessions.endReason,
    session_started_at: sessions.startedAt,
    session_ended_at: sessions.endedAt,
    event_id: id,
    scope_id: chain.scopeId,
    event_date: eventDate(time.ms),
    event_time: time.ms,
    type,
    action,
    ed_app_id: edApp.id,
    actor_id: actor.id,
    learner_id: people.learner.id,
    is_learner_activity: people.isLearnerActivity,
    is_canary: people.isCanary,
    group_id: group.id,
    group_type: group.type,
    reported_session_id: sessions.reportedId,
    federated_session_id: sessions.federatedId,
    caliper_version: version,
    profile: profileTerm(textOf(event.profile)) || derivedProfile(type, object.type),
    actor_type: actor.type,
    learner_external_id: textOf(objectOf(people.learner.entity.extensions)['bb:user.externalId']),
    identity_keys: identityKeysOf(item, context.identitySecret),
    is_impersonated: people.isImpersonated,
    object_id: object.id,
    object_type: object.type,
    object_name: textOf(object.entity.name),
    object_version: textOf(object.entity.version),
    object_parent_id: path[0] ?? textOf(object.entity.parentId),
    content_path: path,
    target_id: target.id,
    target_type: target.type,
    generated_id: generated.id,
    generated_type: generated.type,
    referrer_id: referenceOf(event.referrer ?? event.navigatedFrom).id,
    group_member_ids: memberIds(group),
    assignable_id: attempt.assignableId,
    gradable_item_id: attempt.assignableId.includes('/gradableItems/')
      ? attempt.assignableId
      : textOf(objectExtensions['bb:assessment.gradeableItemId']),
    attempt_id: attempt.attempt.id,
    parent_attempt_id: attempt.parentId,
    attempt_count: attempt.count,
    attempt_started_at: attempt.startedAt,
    attempt_ended_at: attempt.endedAt,
    item_id: response.itemId,
    question_type: response.questionType,
    response_id: response.responseId,
    response_values: response.values,
    is_correct: response.isCorrect,
    score_given: score.given,
    max_score: score.max,
    grade_action: textOf(objectOf(generated.entity.extensions)['bb:action.name']),
    scored_by_id: score.scoredById,
    is_course_grade: score.isCourseGrade,
    due_at: timeMs(object.entity.dateToSubmit),
    duration_seconds: durationSeconds(
      generated.entity.duration ?? (isA(object.type, 'MediaObject') ? undefined : object.entity.duration),
    ),
    media_position_seconds: media.positionSeconds,
    media_length_seconds: media.lengthSeconds,
    media_speed: media.speed,
    forum_id: forum.forumId,
    thread_id: forum.threadId,
    reply_to_id: forum.replyToId,
    message_length: forum.messageLength,
    tool_id: tool.id,
    tool_name: textOf(tool.entity.name),
    launch_url_host: hostOf(textOf(object.entity.launchUrl)),
    search_terms: searchTermsOf(generated),
    client_device: client.device,
    client_os: client.os,
    client_browser: client.browser,
    extensions: extensionsOf(event),
    raw,
  };
}

function toolOf(event: JsonObject, object: Reference, type: string): Reference {
  if (
    type === 'ToolLaunchEvent' ||
    type === 'ToolUseEvent' ||
    (type === 'NavigationEvent' && object.type === 'SoftwareApplication')
  )
    return object;
  return type === 'bb:LTIEvent' ? object : referenceOf(event.tool);
}

function searchTermsOf(generated: Reference): string {
  if (generated.type !== 'SearchResponse') return '';
  return textOf(referenceOf(generated.entity.query).entity.searchTerms);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
