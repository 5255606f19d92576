import { canvasPerson, LEARNERS } from '../campus.ts';
import { type Day, iso } from '../day.ts';
import type { PlannedEvent } from '../ledger.ts';
import { app, canvasEvent, sessionId, VENDOR } from './canvas-shapes.ts';

const QUIZ = {
  id: 'urn:instructure:canvas:assignment:105700000000091337',
  type: 'Assessment',
  name: 'Source criticism: quiz 2',
  maxScore: 10,
};
const THREAD = 'urn:instructure:canvas:discussion:105700000000045512';
const PAGES = [
  'Week 9: Reform and revolt',
  'Reading: The Great Exhibition',
  'Assignment: archive report',
  'Course home',
];

/** What Canvas tells of HIS-205: visits, a quiz with its grade, a discussion. */
export function canvasEvents(day: Day): PlannedEvent[] {
  const learners = Array.from({ length: LEARNERS.history }, (_, index) => index + 1);
  return learners.flatMap((number) => studies(day, number)).sort((one, other) => one.atMs - other.atMs);
}

function studies(day: Day, number: number): PlannedEvent[] {
  let atMs = day.beginning();
  const events = [signs(day, number, atMs, 'LoggedIn')];
  for (let pages = day.random.between(5, 7); pages > 0; pages -= 1) {
    atMs = day.later(atMs, 1, 9);
    events.push(visits(day, number, atMs));
  }
  atMs = day.later(atMs, 6, 14);
  if (number <= 5) events.push(...takesQuiz(day, number, atMs));
  events.push(posts(day, number, day.later(atMs, 1, 5)));
  if (number <= 3) events.push(signs(day, number, day.later(atMs, 6, 9), 'LoggedOut'));
  return events;
}

function signs(day: Day, number: number, atMs: number, action: 'LoggedIn' | 'LoggedOut'): PlannedEvent {
  const session = { id: sessionId(day, number), type: 'Session' };
  const ended = action === 'LoggedOut' ? { endedAtTime: iso(atMs) } : {};
  const { group, membership, ...event } = canvasEvent(day, number, atMs, {
    type: 'SessionEvent',
    action,
    object: app,
    session: { ...session, ...ended },
  }).event;
  // Canvas knows no course when people come and go.
  return { atMs, mark: String(event['id']), event };
}

function visits(day: Day, number: number, atMs: number): PlannedEvent {
  const index = day.random.between(0, PAGES.length - 1);
  const page = `urn:instructure:canvas:wikiPage:10570000000007${8100 + index}`;
  return canvasEvent(day, number, atMs, {
    type: 'NavigationEvent',
    action: 'NavigatedTo',
    object: { id: page, type: 'Page', name: PAGES[index], extensions: { [VENDOR]: { asset_type: 'wiki_page' } } },
    referrer: 'https://canvas.example.edu/courses/20561',
  });
}

/** Canvas submits the attempt itself where the standard has the assessment, and the score shares the attempt's id. */
function takesQuiz(day: Day, number: number, atMs: number): PlannedEvent[] {
  const attempt = {
    id: `urn:instructure:canvas:submission:10570000000008${4400 + number}-${day.label}`,
    type: 'Attempt',
    count: 1,
    assignee: { id: canvasPerson(number), type: 'Person' },
    assignable: QUIZ,
    startedAtTime: iso(atMs - 300_000),
    endedAtTime: iso(atMs),
  };
  const score = {
    id: attempt.id,
    type: 'Score',
    attempt: attempt.id,
    scoreGiven: day.random.between(4, 10),
    maxScore: 10,
  };
  return [
    canvasEvent(day, number, atMs, { type: 'AssessmentEvent', action: 'Submitted', object: attempt }),
    canvasEvent(day, number, atMs + 2_400, {
      type: 'GradeEvent',
      actor: app,
      action: 'Graded',
      object: attempt,
      generated: { ...score, scoredBy: app },
    }),
  ];
}

function posts(day: Day, number: number, atMs: number): PlannedEvent {
  const message = `urn:instructure:canvas:discussionEntry:10570000000009${1200 + number}-${day.label}`;
  const replyTo = number > 1 ? { replyTo: { id: `${THREAD}:first`, type: 'Message' } } : {};
  return canvasEvent(day, number, atMs, {
    type: 'MessageEvent',
    action: 'Posted',
    object: {
      id: message,
      type: 'Message',
      body: '<p>The census returns say otherwise, see table 3.</p>',
      ...replyTo,
      isPartOf: { id: THREAD, type: 'Thread', name: 'Was reform inevitable?' },
    },
  });
}
