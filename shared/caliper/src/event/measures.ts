import { type Reference, referenceOf } from '../entities/reference.ts';
import { type JsonObject, listOf, NO_STRINGS, objectOf, textOf, textsOf } from '../json/values.ts';
import { booleanOf, countOf, durationSeconds, numberOf } from '../values/scalars.ts';
import { timeMs } from '../values/time.ts';
import { isA } from '../vocabulary/entity-types.ts';

export interface ScoreFacts {
  readonly given: number | null;
  readonly max: number | null;
  readonly scoredById: string;
  readonly isCourseGrade: boolean;
}

/**
 * Score: scoreGiven of maxScore, with the assignable's where Score's own is 0 or missing (Learn sends 0). 1.0's Result:
 * curvedTotalScore, totalScore, normalScore in that order, without a maximum (semantics.md, "Values").
 */
export function scoreOf(generated: Reference, object: Reference, attempt: Reference): ScoreFacts {
  const { entity, type } = isA(object.type, 'Result') ? object : generated;
  const assignable = referenceOf(attempt.entity.assignable ?? object.entity.assignable).entity;
  const old = numberOf(entity.curvedTotalScore) ?? numberOf(entity.totalScore) ?? numberOf(entity.normalScore);
  const given = numberOf(entity.scoreGiven) ?? numberOf(entity.resultScore) ?? old;
  const own = numberOf(entity.maxScore) ?? numberOf(entity.maxResultScore);
  const max =
    own === null || own === 0 ? (old !== null && own === null ? null : (numberOf(assignable.maxScore) ?? own)) : own;
  return {
    given:
      given ??
      (type === 'bb:CalculatedGrade' || object.type === 'bb:CalculatedGrade' ? numberOf(object.entity.score) : null),
    max: given === null ? null : max,
    scoredById: referenceOf(entity.scoredBy).id,
    isCourseGrade: booleanOf(object.entity.isCourseGrade) === true || booleanOf(assignable.isCourseGrade) === true,
  };
}

export interface AttemptFacts {
  readonly attempt: Reference;
  readonly parentId: string;
  readonly count: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly assignableId: string;
}

/** The attempt of an event: its object, what it generated, or what its response or score belongs to. */
export function attemptOf(object: Reference, generated: Reference): AttemptFacts {
  const attempt =
    [object, generated, referenceOf(generated.entity.attempt), referenceOf(object.entity.attempt)].find(
      ({ type, id }) => isA(type, 'Attempt') || (type === '' && id.includes('/attempts/')),
    ) ?? referenceOf(undefined);
  const { entity } = attempt;
  const assignable = referenceOf(entity.assignable);
  const own = isA(object.type, 'AssignableDigitalResource') ? object.id : '';
  return {
    attempt,
    parentId: referenceOf(entity.isPartOf).id,
    count: countOf(entity.count),
    startedAt: timeMs(entity.startedAtTime),
    endedAt: timeMs(entity.endedAtTime),
    assignableId: assignable.id || own,
  };
}

export interface ResponseFacts {
  readonly itemId: string;
  readonly questionType: string;
  readonly responseId: string;
  readonly values: readonly string[];
  readonly isCorrect: boolean | null;
}

/** What was answered to which item. */
export function responseOf(event: JsonObject, object: Reference, generated: Reference): ResponseFacts {
  const isResponse = isA(generated.type, 'Response');
  const { entity } = generated;
  const answer = entity.value ?? entity.values ?? entity.selections ?? entity.dateTimeSelected;
  const extensions = objectOf(object.entity.extensions);
  const question = referenceOf(object.entity.question);
  return {
    itemId: isA(object.type, 'AssessmentItem') || object.type === 'QuestionnaireItem' ? object.id : '',
    questionType:
      question.type || textOf(extensions['bb:questionType']) || textOf(objectOf(event.extensions)['bb:questionType']),
    responseId: isResponse ? generated.id : '',
    values: isResponse ? textsOf(answer) : NO_STRINGS,
    isCorrect: isResponse
      ? booleanOf(objectOf(entity.extensions).success ?? objectOf(entity.extensions).isCorrect ?? entity.success)
      : null,
  };
}

export interface MediaFacts {
  readonly positionSeconds: number | null;
  readonly lengthSeconds: number | null;
  readonly speed: number | null;
}

/** Where in a medium an act happened, and how long it is. */
export function mediaOf(object: Reference, target: Reference): MediaFacts {
  const location = isA(target.type, 'MediaLocation') ? target : referenceOf(object.entity.mediaLocation);
  return {
    positionSeconds: durationSeconds(location.entity.currentTime),
    lengthSeconds: isA(object.type, 'MediaObject') ? durationSeconds(object.entity.duration) : null,
    speed: numberOf(objectOf(target.entity.extensions).speed ?? objectOf(object.entity.extensions).speed),
  };
}

/** The chain of isPartOf as sent, nearest first; cut at 16 and at a repeat. */
export function contentPath(object: Reference): readonly string[] {
  const path: string[] = [];
  for (
    let at = referenceOf(object.entity.isPartOf);
    at.id !== '' && path.length < 16 && !path.includes(at.id);
    at = referenceOf(at.entity.isPartOf)
  ) {
    path.push(at.id);
  }
  return path.length === 0 ? NO_STRINGS : path;
}

export interface ForumFacts {
  readonly forumId: string;
  readonly threadId: string;
  readonly replyToId: string;
  readonly messageLength: number | null;
}

/** Where in a discussion an act happened. */
export function forumOf(object: Reference, path: readonly string[], generated: Reference): ForumFacts {
  const isForum = object.type === 'Forum' || object.type === 'bb:Forum';
  const parent = referenceOf(object.entity.isPartOf);
  const thread = object.type === 'Thread' ? object : parent.type === 'Thread' ? parent : referenceOf(undefined);
  const forum = isForum
    ? object
    : thread.type === 'Thread'
      ? referenceOf(thread.entity.isPartOf)
      : parent.type === 'Forum'
        ? parent
        : referenceOf(undefined);
  const message = object.type === 'Message' ? object : generated;
  const body = message.entity.body;
  return {
    forumId: forum.id || (object.type === 'Message' ? (path.at(-1) ?? '') : ''),
    threadId: thread.id || textOf(generated.entity.threadId),
    replyToId: referenceOf(message.entity.replyTo).id,
    messageLength: typeof body === 'string' ? body.length : countOf(message.entity.length),
  };
}

export function memberIds(group: Reference): readonly string[] {
  const ids = listOf(group.entity.members)
    .map((member) => referenceOf(member).id)
    .filter((id) => id !== '');
  return ids.length === 0 ? NO_STRINGS : ids;
}
