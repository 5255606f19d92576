import { type Sender, type Shape, shapesOf } from '../shape.ts';
import { canvas } from './canvas.ts';
import { learn } from './learn.ts';
import { moodle } from './moodle.ts';
import { classroom, exercises, kaltura, laboratory, openEdx, reader } from './tools.ts';

/** Every learning tool of the university. The order is part of the ledger: new ones at the end. */
export const senders: readonly Sender[] = [
  learn,
  canvas,
  moodle,
  openEdx,
  kaltura,
  reader,
  laboratory,
  exercises,
  classroom,
];

export const shapes: readonly Shape[] = shapesOf(senders);

const byName = new Map(shapes.map((shape) => [`${shape.sender.name} ${shape.name}`, shape]));

/** @throws Error when a sender has no such shape */
export function shapeOf(sender: Sender, name: string): Shape {
  const shape = byName.get(`${sender.name} ${name}`);
  if (shape === undefined) throw new Error(`${sender.name} has no shape ${name}`);
  return shape;
}
