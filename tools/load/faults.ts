import type { Shape } from './shape.ts';

/** A way in which senders deviate, on purpose and counted. */
export interface Fault {
  readonly name: string;
  /** Of all items. */
  readonly rate: number;
  readonly says: string;
  /** Which events it can happen to. */
  readonly fits: (shape: Shape) => boolean;
  /** `http`: has no meaning on a topic. */
  readonly only?: 'http';
  /** Reason of the dead letter that must come of it. */
  readonly deadLetter?: string;
  /** What is added to the flags of the row. */
  readonly flag?: string;
  /** The answer to a request of its own; 200 where nothing is said. */
  readonly status?: number;
  /** Travels in a request of its own, so that it harms nobody else. */
  readonly isAlone?: boolean;
}

const plainTools = new Set(['E-reader', 'Classroom']);
/** Events of 1.2 with a `urn:uuid:` id and no flag of their own. */
const plain = ({ sender }: Shape): boolean => plainTools.has(sender.name);
const named = (shape: Shape): boolean => plain(shape) && (shape.name === 'page' || shape.name === 'used');
const canvasPage = ({ sender, name }: Shape): boolean => sender.name === 'Canvas' && name === 'page';

/**
 * What goes wrong in life, with how often. Order and names are part of the ledger: new ones at the end. Groups that are only
 * named before, or without ever, being described are not here: they are how the tools of this university are.
 */
export const faults = [
  { name: 'resent', rate: 0.02, says: 'the same event with its id again', fits: ({ canonical }) => canonical === null },
  {
    name: 'resent-without-id',
    rate: 0.002,
    says: 'the same event without an id again',
    fits: ({ canonical }) => canonical !== null,
  },
  { name: 'batch-resent', rate: 0.0005, says: 'a whole request again', fits: () => true },
  { name: 'changed-content', rate: 0.0001, says: 'other content under one id', fits: named },
  { name: 'unknown-type', rate: 0.0005, says: 'a type that nobody knows', fits: plain, flag: 'event_type_unknown' },
  {
    name: 'unknown-action',
    rate: 0.0005,
    says: 'an action outside the vocabulary',
    fits: plain,
    flag: 'action_unknown',
  },
  { name: 'nulls', rate: 0.0005, says: 'null and empty lists where things could stand', fits: named },
  { name: 'future', rate: 0.0003, says: 'a day ahead of time', fits: plain, flag: 'future' },
  { name: 'old', rate: 0.0003, says: 'eighteen months old', fits: plain, flag: 'late_for_session' },
  { name: 'offset', rate: 0.0005, says: 'a local time with its offset', fits: plain, flag: 'time_spelling' },
  { name: 'large', rate: 0.00002, says: 'an extension of 256 KB', fits: named },
  { name: 'impersonated', rate: 0.0003, says: 'somebody acts as another person', fits: canvasPage },
  { name: 'api-view', rate: 0.0005, says: 'a page view once more by its API address', fits: canvasPage },
  { name: 'cycle', rate: 0.0001, says: 'groups in a circle', fits: named, flag: 'group_cycle' },
  { name: 'deep', rate: 0.0001, says: 'twenty groups inside each other', fits: named, flag: 'group_too_deep' },
  {
    name: 'bad-time',
    rate: 0.0001,
    says: 'one unreadable time among 200 events',
    fits: ({ sender }) => sender.name === 'E-reader',
    deadLetter: 'event_time_unreadable',
  },
  { name: 'no-action', rate: 0.0001, says: 'no action', fits: plain, deadLetter: 'action_missing' },
  {
    name: 'nobody',
    rate: 0.0001,
    says: 'neither actor nor object',
    fits: plain,
    deadLetter: 'actor_and_object_missing',
  },
  {
    name: 'no-object',
    rate: 0.0001,
    says: 'a text where an event should be',
    fits: plain,
    deadLetter: 'not_an_object',
  },
  { name: 'no-version', rate: 0.0003, says: 'no dataVersion', fits: plain, isAlone: true },
  {
    name: 'new-version',
    rate: 0.0002,
    says: 'a dataVersion of the future',
    fits: plain,
    isAlone: true,
    flag: 'data_version_unknown',
  },
  {
    name: 'other-version',
    rate: 0.0001,
    says: 'a dataVersion of something else',
    fits: plain,
    isAlone: true,
    status: 422,
    deadLetter: 'unsupported_version',
  },
  { name: 'plain-sensor', rate: 0.0003, says: 'a sensor that is no address', fits: plain, isAlone: true },
  {
    name: 'bad-utf8',
    rate: 0.0001,
    says: 'bytes that are no UTF-8',
    fits: plain,
    isAlone: true,
    status: 400,
    deadLetter: 'not_json',
  },
  {
    name: 'cut-off',
    rate: 0.0001,
    says: 'a body that ends too early',
    fits: plain,
    isAlone: true,
    status: 400,
    deadLetter: 'not_json',
  },
  {
    name: 'wrong-key',
    rate: 0.0001,
    says: 'a key that nobody has',
    fits: plain,
    isAlone: true,
    status: 401,
    only: 'http',
  },
  {
    name: 'wrong-media',
    rate: 0.0001,
    says: 'JSON that calls itself text',
    fits: plain,
    isAlone: true,
    status: 415,
    only: 'http',
    deadLetter: 'unsupported_media_type',
  },
  {
    name: 'slow',
    rate: 0.00005,
    says: 'a client that takes seconds to send',
    fits: plain,
    isAlone: true,
    only: 'http',
  },
  { name: 'gzip', rate: 0.0005, says: 'a compressed body', fits: plain, isAlone: true, only: 'http' },
  {
    name: 'charset',
    rate: 0.0005,
    says: 'charset=utf-8 on the content type',
    fits: plain,
    isAlone: true,
    only: 'http',
  },
] as const satisfies readonly Fault[];

export type FaultName = (typeof faults)[number]['name'];
export const faultNames: readonly FaultName[] = faults.map(({ name }) => name);

/** @throws Error when there is no such fault */
export function faultOf(name: FaultName): Fault {
  const found = faults.find((fault) => fault.name === name);
  if (found === undefined) throw new Error(`there is no fault ${name}`);
  return found;
}

/** However few items there are: each fault comes this often. */
const AT_LEAST = 2;

/**
 * Says for each event which fault it has, if any: each comes at its rate, evenly, on the next event that it fits.
 *
 * @param rates by name, in place of the usual ones; 0 = never
 * @param phase from 0 to 1 for the fault of an index: where in its period it begins
 */
export function faultPicker(
  rates: Partial<Record<FaultName, number>>,
  items: number,
  isOnTopic: (shape: Shape) => boolean,
  phase: (index: number) => number,
): (shape: Shape) => FaultName | '' {
  const usual: readonly Fault[] = faults;
  const rate = usual.map(({ name, rate }) => {
    const wanted = rates[name as FaultName] ?? Math.max(rate, AT_LEAST / items);
    return Math.max(0, wanted);
  });
  const due = rate.map((_, index) => 0.5 + phase(index) / 2);
  return (shape) => {
    let found: FaultName | '' = '';
    for (let index = 0; index < rate.length; index += 1) {
      due[index]! += rate[index]!;
      if (found !== '' || due[index]! < 1) continue;
      const fault = usual[index]!;
      if (!fault.fits(shape) || (fault.only === 'http' && isOnTopic(shape))) continue;
      due[index]! -= 1;
      found = faultNames[index]!;
    }
    return found;
  };
}

/** No faults at all. */
export const noFaults: Partial<Record<FaultName, number>> = Object.fromEntries(faultNames.map((name) => [name, 0]));
