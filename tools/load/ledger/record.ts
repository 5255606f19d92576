import { type FaultName, faultNames } from '../faults.ts';
import { type Item, itemKinds, type LedgerItem } from '../item.ts';

/** Bytes of one item: 10 million of them are 560 MB. */
export const ITEM_BYTES = 56;
/** Bytes of one answer. */
export const ANSWER_BYTES = 8;

/** What became of a body: the last answer, how often it was sent. Status 0 = given up without an answer. */
export interface Answer {
  readonly body: number;
  readonly status: number;
  readonly tries: number;
}

export function writeItem(into: Buffer, at: number, item: Item, body: number): void {
  into.write(item.key, at, 16, 'hex');
  into.writeDoubleLE(item.atMs, at + 16);
  into.writeUInt32LE(body, at + 24);
  into[at + 28] = itemKinds.indexOf(item.kind);
  into[at + 29] = item.shape;
  into[at + 30] = item.fault === '' ? 0 : faultNames.indexOf(item.fault) + 1;
  into[at + 31] = item.flow;
  into.writeUInt32LE(item.serial, at + 32);
  into.writeUInt32LE(item.person, at + 36);
  into.writeUInt32LE(item.course, at + 40);
  into.writeUInt32LE(item.session, at + 44);
  into.writeUInt32LE(item.variant, at + 48);
  into.writeUInt32LE(0, at + 52);
}

export function readItem(from: Buffer, at: number): LedgerItem {
  const fault = from[at + 30]!;
  return {
    key: from.toString('hex', at, at + 16),
    kind: itemKinds[from[at + 28]!]!,
    shape: from[at + 29]!,
    fault: fault === 0 ? '' : (faultNames[fault - 1] as FaultName),
    flow: from[at + 31]!,
    body: from.readUInt32LE(at + 24),
    atMs: from.readDoubleLE(at + 16),
    serial: from.readUInt32LE(at + 32),
    person: from.readUInt32LE(at + 36),
    course: from.readUInt32LE(at + 40),
    session: from.readUInt32LE(at + 44),
    variant: from.readUInt32LE(at + 48),
  };
}

export function writeAnswer(into: Buffer, at: number, { body, status, tries }: Answer): void {
  into.writeUInt32LE(body, at);
  into.writeUInt16LE(status, at + 4);
  into.writeUInt16LE(Math.min(tries, 65_535), at + 6);
}

export function readAnswer(from: Buffer, at: number): Answer {
  return { body: from.readUInt32LE(at), status: from.readUInt16LE(at + 4), tries: from.readUInt16LE(at + 6) };
}
