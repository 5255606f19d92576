import { classroom, exercises, kaltura, laboratory, openEdx, reader } from './senders/tools.ts';
import { HOUR_MS, inLms, lms, MINUTE_MS, SECOND_MS, type Sitting, type Steps, tool } from './steps.ts';

/** One of the ways in which people use the tools of a university. */
export interface Flow {
  readonly name: string;
  /** Of all sittings, in percent. */
  readonly share: number;
  readonly steps: (sitting: Sitting) => Steps;
  /** Done by a teacher. */
  readonly isTeaching?: boolean;
  /** Many at the same time in one course: not spread over the day. */
  readonly crowd?: { readonly least: number; readonly most: number; readonly withinMs: number };
}

const seconds = (sitting: Sitting, least: number, most: number) =>
  sitting.random.between(least * SECOND_MS, most * SECOND_MS);
const pages = ['page', 'page', 'page', 'announcement', 'course'] as const;

function* quickCheck(s: Sitting): Steps {
  yield lms(s, 'login', 0);
  yield lms(s, 'home', seconds(s, 1, 5));
  yield lms(s, 'course', seconds(s, 5, 40));
  yield lms(s, 'announcement', seconds(s, 10, 90));
}

function* study(s: Sitting): Steps {
  yield lms(s, 'login', 0);
  yield lms(s, 'course', seconds(s, 3, 20));
  for (let left = s.random.between(5, 20); left > 0; left -= 1) yield lms(s, s.random.pick(pages), seconds(s, 20, 480));
  yield lms(s, 'logout', seconds(s, 10, 120));
}

function* watchVideo(s: Sitting): Steps {
  let at = 0;
  yield tool(openEdx, 'started', 0, at);
  for (let left = s.random.between(0, 6); left > 0; left -= 1) {
    const watched = s.random.between(20, 240);
    at += watched;
    yield tool(openEdx, 'paused', watched * SECOND_MS, at);
    yield tool(openEdx, 'resumed', seconds(s, 5, 300), at);
  }
  at += s.random.between(10, 60);
  yield tool(openEdx, 'jumped', seconds(s, 10, 60), at);
  yield tool(openEdx, 'ended', seconds(s, 60, 900), 2_412);
}

function* abandonVideo(s: Sitting): Steps {
  const isKaltura = s.random.next() < 0.5;
  if (isKaltura) {
    yield tool(kaltura, 'started', 0, 0);
    if (s.random.next() < 0.4) yield tool(kaltura, 'ended', 10 * MINUTE_MS, 600);
    return;
  }
  const watched = s.random.between(15, 200);
  yield tool(openEdx, 'started', 0, 0);
  yield tool(openEdx, 'speed', seconds(s, 3, 20), 10);
  yield tool(openEdx, 'paused', watched * SECOND_MS, watched);
}

function* rewatch(s: Sitting): Steps {
  const minute = s.random.between(200, 2_000);
  yield tool(openEdx, 'started', 0, 0);
  for (let left = s.random.between(3, 10); left > 0; left -= 1) {
    yield tool(openEdx, 'jumped', seconds(s, 15, 70), minute + s.random.between(-10, 10));
  }
  yield tool(openEdx, 'muted', seconds(s, 5, 20), minute);
  yield tool(openEdx, 'restarted', seconds(s, 5, 20), 0);
}

function* quiz(s: Sitting): Steps {
  yield lms(s, 'quizStart', 0);
  for (let item = 1, items = s.random.between(3, 10); item <= items; item += 1) {
    yield lms(s, 'item', seconds(s, 20, 150), item);
  }
  yield lms(s, 'quizSubmit', seconds(s, 10, 60));
  yield lms(s, 'grade', seconds(s, 1, 5), s.random.between(5, 20));
}

function* quizOnTwoDevices(s: Sitting): Steps {
  yield lms(s, 'quizStart', 0);
  yield lms(s, 'quizPause', seconds(s, 120, 600));
  yield { ...lms(s, 'quizResume', seconds(s, 600, 5_400)), isNewSession: true };
  yield lms(s, 'quizSubmit', seconds(s, 120, 900));
}

function* itemBurst(s: Sitting): Steps {
  yield tool(exercises, 'submitted', 0, 1);
  const tasks = s.random.between(10, 40);
  for (let task = 1; task <= tasks; task += 1) yield tool(exercises, 'task', Math.floor(200 / tasks), task);
}

function* assignment(s: Sitting): Steps {
  yield lms(s, 'assignmentStart', 0);
  yield lms(s, 'assignmentSubmit', seconds(s, 600, 5_400));
}

function* groupAssignment(s: Sitting): Steps {
  yield lms(s, 'assignmentStart', 0);
  yield lms(s, 'groupSubmit', seconds(s, 600, 3_600));
}

/** Everybody's grades of the last day in one go, in whatever course they are. */
function* nightlyGrades(s: Sitting): Steps {
  yield { ...lms(s, 'grade', 0, s.random.between(1, 20)), lateMs: s.random.between(0, 24 * HOUR_MS) };
}

function* gradeByHand(s: Sitting): Steps {
  yield lms(s, 'login', 0);
  for (let left = s.random.between(10, 60); left > 0; left -= 1) {
    const person = s.random.between(0, s.learners - 1);
    yield lms(s, 'submission', seconds(s, 20, 120));
    yield { ...lms(s, 'grade', seconds(s, 30, 240), s.random.between(1, 20)), person };
    // Changed her mind: the last value wins.
    if (s.random.next() < 0.1) yield { ...lms(s, 'grade', seconds(s, 5, 60), s.random.between(1, 20)), person };
  }
}

function* discuss(s: Sitting): Steps {
  yield lms(s, 'forumSubscribe', 0);
  for (let left = s.random.between(3, 15); left > 0; left -= 1) yield lms(s, 'threadRead', seconds(s, 10, 90));
  yield lms(s, 'post', seconds(s, 60, 400));
  yield lms(s, 'reply', seconds(s, 60, 400));
}

function* launchTool(s: Sitting): Steps {
  yield lms(s, 'launch', 0);
  yield tool(laboratory, 'launched', seconds(s, 1, 4), 1);
  for (let left = s.random.between(1, 5); left > 0; left -= 1)
    yield tool(laboratory, 'used', seconds(s, 60, 400), left);
  yield tool(laboratory, 'returned', seconds(s, 60, 400), 1);
}

function* readBook(s: Sitting): Steps {
  const first = s.random.between(1, 40);
  for (let page = 0, count = s.random.between(20, 60); page < count; page += 1) {
    yield tool(reader, 'page', seconds(s, 30, 120), first + page);
    const chance = s.random.next();
    if (chance < 0.05) yield tool(reader, 'highlight', seconds(s, 2, 20), first + page);
    else if (chance < 0.08) yield tool(reader, 'bookmark', seconds(s, 2, 20), first + page);
    else if (chance < 0.1) yield tool(reader, 'search', seconds(s, 2, 20), first + page);
  }
}

function* attendClass(s: Sitting): Steps {
  yield tool(classroom, 'used', 0, 1);
  yield tool(classroom, 'used', seconds(s, 600, 1_500), 2);
  yield tool(classroom, 'used', 45 * MINUTE_MS, 3);
}

function* sitExam(s: Sitting): Steps {
  yield tool(classroom, 'examStart', 0, 1);
  for (let item = 1; item <= 8; item += 1) yield tool(classroom, 'examItem', seconds(s, 60, 360), item);
  yield tool(classroom, 'examSubmit', seconds(s, 10, 300), 1);
}

function* buildCourse(s: Sitting): Steps {
  yield lms(s, 'login', 0);
  for (let left = s.random.between(3, 12); left > 0; left -= 1) {
    yield lms(s, 'content', seconds(s, 30, 400), s.random.between(100, 100_000));
  }
}

function* survey(s: Sitting): Steps {
  yield tool(classroom, 'invited', 0, 1);
  yield tool(classroom, 'accepted', seconds(s, 30, 3_000), 1);
  for (let question = 1; question <= 5; question += 1) yield tool(classroom, 'answered', seconds(s, 5, 40), question);
  yield tool(classroom, 'ranked', seconds(s, 5, 60), 1);
}

/** Two people at one browser, a phone without a network whose clock is wrong, and a session that nobody ends. */
function* sharedOrOffline(s: Sitting): Steps {
  if (s.random.next() < 0.5) {
    yield lms(s, 'login', 0);
    for (let left = 3; left > 0; left -= 1) yield lms(s, 'page', seconds(s, 30, 200));
    const person = (s.person + 1) % s.learners;
    for (let left = 3; left > 0; left -= 1) yield { ...lms(s, 'page', seconds(s, 30, 200)), person };
    yield lms(s, 'timeout', 20 * MINUTE_MS);
    return;
  }
  const skewMs = s.random.between(-5 * MINUTE_MS, 5 * MINUTE_MS);
  const lateMs = s.random.pick([1, 5, 20, 40, 50, 60, 72]) * HOUR_MS;
  // Sent together, in no order: each has its own time.
  for (let left = 50; left > 0; left -= 1) {
    const shape = inLms(s.lms, 'page');
    yield { afterMs: 0, shape, variant: left, skewMs, lateMs: lateMs - s.random.between(0, 30 * MINUTE_MS) };
  }
}

const CLASS = { least: 200, most: 2_000, withinMs: 2 * MINUTE_MS };
const EXAM = { least: 500, most: 5_000, withinMs: MINUTE_MS };

/** The twenty flows. Shares are of sittings; the night's grades are so many that they are counted by themselves. */
export const flows: readonly Flow[] = [
  { name: 'quick check', share: 20, steps: quickCheck },
  { name: 'study session', share: 14, steps: study },
  { name: 'video watch', share: 8, steps: watchVideo },
  { name: 'video abandon', share: 4, steps: abandonVideo },
  { name: 're-watch before exam', share: 2, steps: rewatch },
  { name: 'quiz attempt', share: 7, steps: quiz },
  { name: 'paused quiz across devices', share: 1, steps: quizOnTwoDevices },
  { name: 'item burst', share: 2, steps: itemBurst },
  { name: 'assignment', share: 6, steps: assignment },
  { name: 'group assignment', share: 1, steps: groupAssignment },
  { name: 'nightly grading', share: 0, steps: nightlyGrades },
  { name: 'instructor grading', share: 1, steps: gradeByHand, isTeaching: true },
  { name: 'forum', share: 5, steps: discuss },
  { name: 'LTI launch', share: 8, steps: launchTool },
  { name: 'e-reader', share: 4, steps: readBook },
  { name: 'synchronous class', share: 7, steps: attendClass, crowd: CLASS },
  { name: 'exam start', share: 5, steps: sitExam, crowd: EXAM },
  { name: 'course build', share: 2, steps: buildCourse, isTeaching: true },
  { name: 'survey and feedback', share: 1, steps: survey },
  { name: 'shared lab, offline phone', share: 2, steps: sharedOrOffline },
];

export const NIGHTLY_GRADING = flows.findIndex(({ steps }) => steps === nightlyGrades);
