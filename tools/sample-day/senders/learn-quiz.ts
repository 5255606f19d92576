import { LEARN_SITE } from '../campus.ts';
import { type Day, hoursBefore, iso } from '../day.ts';
import type { JsonObject, PlannedEvent } from '../ledger.ts';
import { assessment, inCourse, learnApp, learnEvent, membership, offering, person, resource } from './learn-shapes.ts';

const QUIZ = 'Quiz 4: Cell division';
const HOUR_MS = 3_600_000;

const quizOf = (day: Day): JsonObject => assessment('assessments/_55_1', QUIZ, 20, day.anchorMs + 26 * HOUR_MS);

function attemptOf(day: Day, number: number, startedMs: number): JsonObject {
  const id = `${LEARN_SITE}/gradableItems/_56_1/attempts/_${6000 + number}${day.label.replaceAll('-', '')}_1`;
  return {
    startedAtTime: iso(startedMs),
    id,
    type: 'Attempt',
    assignable: quizOf(day),
    assignee: person(number),
    count: 1,
  };
}

/** Started, two questions, Submitted. */
export function takesQuiz(day: Day, number: number, afterMs: number): PlannedEvent[] {
  const startedMs = day.later(afterMs, 1, 5);
  const act = (atMs: number, type: string, action: string, object: JsonObject, generated: JsonObject) =>
    learnEvent(day, atMs, { type, actor: person(number), action, object, generated, ...inCourse(day, number, atMs) });
  const attempt = attemptOf(day, number, startedMs);
  const answers = [1, 2].map((question) => {
    const atMs = startedMs + question * day.random.between(60_000, 150_000);
    const item: JsonObject = {
      ...resource('AssessmentItem', `assessments/_55_1/questions/_${question}_1`, ''),
      isPartOf: quizOf(day),
    };
    const itemAttempt = {
      id: `${item['id']}/attempts/_${6000 + number}_1`,
      type: 'Attempt',
      assignee: person(number),
      count: 1,
    };
    const response = {
      id: `${itemAttempt.id}/response`,
      type: 'MultipleChoiceResponse',
      attempt: itemAttempt,
      value: day.random.pick(['a', 'b', 'c', 'd']),
    };
    return act(atMs, 'AssessmentItemEvent', 'Completed', item, response);
  });
  const submittedMs = startedMs + day.random.between(360_000, 900_000);
  return [
    act(startedMs, 'AssessmentEvent', 'Started', quizOf(day), attempt),
    ...answers,
    act(submittedMs, 'AssessmentEvent', 'Submitted', quizOf(day), { ...attempt, endedAtTime: iso(submittedMs) }),
  ];
}

/** Learn sends grades at night: they come the better part of a day late, with the application as the actor. */
export function gradedAtNight(day: Day, number: number): PlannedEvent {
  const atMs = hoursBefore(day, 19) + number * 1_300;
  const attempt = attemptOf(day, number, atMs - 2 * HOUR_MS);
  const score = {
    id: `${attempt['id']}/score`,
    type: 'Score',
    extensions: { 'bb:action.name': 'instructor.grade.history.event.attempt.grade' },
    attempt,
    maxScore: 0,
    scoreGiven: day.random.between(9, 20),
    scoredBy: learnApp,
  };
  const graded = { type: 'GradeEvent', actor: learnApp, action: 'Graded', object: attempt, generated: score };
  return learnEvent(day, atMs, { ...graded, group: offering, membership: membership(number) });
}
