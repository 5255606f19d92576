import type { EnrichedEvent } from '@caliper-pipeline/contracts';
import { fullEvent } from './full-records.ts';

/** The course of most events. */
export const BIO = 'https://learn.example/sections/BIO-101';

const MINUTE = 60_000;
const T0 = Date.parse('2026-11-24T10:00:00.000Z');
const DAY = 20_781;

let made = 0;

/** A learner's plain event in BIO-101. */
function event(changes: Partial<EnrichedEvent>): EnrichedEvent {
  made += 1;
  const hex = made.toString(16).padStart(12, '0');
  return {
    ...fullEvent,
    event_key: `00000000-0000-0000-0000-${hex}`,
    event_date: DAY,
    local_date: DAY,
    event_time: T0,
    received_at: T0 + 2_000,
    course_id: BIO,
    course_offering_id: 'https://learn.example/offerings/BIO',
    course_external_id: 'bio101',
    roles: ['Learner'],
    learner_id: 'ann',
    session_id: 'ann-1',
    type: 'NavigationEvent',
    action: 'NavigatedTo',
    object_id: 'page-1',
    object_name: 'Cells',
    attempt_id: '',
    flags: [],
    ...changes,
  };
}

const attempt = {
  type: 'AssessmentEvent',
  attempt_id: 'try-1',
  assignable_id: 'quiz',
  attempt_count: 1,
  object_name: 'Quiz',
};
const grade = {
  type: 'GradeEvent',
  action: 'Graded',
  is_learner_activity: false,
  gradable_item_id: 'quiz-item',
  max_score: 10,
};

/** Two days of one course, with a little of another course and of another institution. */
export const courseEvents: readonly EnrichedEvent[] = [
  event({}),
  event({ event_time: T0 + MINUTE }),
  event({ learner_id: 'ben', session_id: 'ben-1', object_id: 'page-2', object_name: '' }),
  event({
    learner_id: 'ben',
    session_id: 'ben-1',
    local_date: DAY + 1,
    event_date: DAY + 1,
    event_time: T0 + 86_400_000,
  }),
  event({ learner_id: 'tutor', roles: ['Instructor'] }),
  event({
    learner_id: 'eve',
    course_id: 'https://learn.example/sections/CHEM-1',
    course_offering_id: '',
    course_external_id: '',
  }),
  event({ ...attempt, action: 'Started', attempt_started_at: T0, attempt_ended_at: T0, due_at: T0 + 5 * MINUTE }),
  event({
    ...attempt,
    action: 'Submitted',
    attempt_started_at: T0,
    attempt_ended_at: T0,
    due_at: T0 + 5 * MINUTE,
    event_time: T0 + 9 * MINUTE,
  }),
  event({ ...grade, score_given: 6, event_time: T0 + 10 * MINUTE }),
  event({ ...grade, score_given: null, event_time: T0 + 11 * MINUTE }),
  event({ ...grade, score_given: 9, learner_id: 'ben' }),
  event({ tenant: 'other-uni', learner_id: 'zoe' }),
];
