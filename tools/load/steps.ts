import type { Random } from '../random.ts';
import type { Lms } from './campus.ts';
import { canvas } from './senders/canvas.ts';
import { shapeOf } from './senders/index.ts';
import { learn } from './senders/learn.ts';
import { moodle } from './senders/moodle.ts';
import type { Sender, Shape } from './shape.ts';

/** The next thing that somebody does in a sitting. */
export interface Step {
  /** After the one before. */
  readonly afterMs: number;
  readonly shape: Shape;
  readonly variant: number;
  /** Somebody else at the same device, or the learner that a teacher grades. */
  readonly person?: number;
  /** From here on another session: another device. */
  readonly isNewSession?: boolean;
  /** The clock of the device, against the true time. */
  readonly skewMs?: number;
  /** Done long before it is sent: kept while there was no network. */
  readonly lateMs?: number;
}

export type Steps = Generator<Step, void, undefined>;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** Who sits there, and what chance has in store. */
export interface Sitting {
  readonly random: Random;
  readonly lms: Lms;
  readonly person: number;
  readonly learners: number;
}

const SENDERS: Readonly<Record<Lms, Sender>> = { learn, canvas, moodle };
/** What a tool has no word for is a page that is read. */
const INSTEAD: Readonly<Record<string, string>> = {
  reply: 'post',
  groupSubmit: 'assignmentSubmit',
  forumSubscribe: 'forumModify',
};
const known = new Map<string, Shape>();

/** What an LMS calls an act, or the nearest that it has. */
export function inLms(lms: Lms, name: string): Shape {
  const key = `${lms} ${name}`;
  let shape = known.get(key);
  if (shape === undefined) {
    const sender = SENDERS[lms];
    const found = [name, INSTEAD[name] ?? 'page', 'page'].find((one) => sender.shapes[one] !== undefined);
    shape = shapeOf(sender, found!);
    known.set(key, shape);
  }
  return shape;
}

/** An act in the LMS of the sitting. */
export const lms = (sitting: Sitting, name: string, afterMs: number, variant?: number): Step => ({
  afterMs,
  shape: inLms(sitting.lms, name),
  variant: variant ?? sitting.random.between(1, 14),
});

/** An act in a tool. */
export const tool = (sender: Sender, name: string, afterMs: number, variant: number): Step => ({
  afterMs,
  shape: shapeOf(sender, name),
  variant,
});
