import type { FaultName } from './faults.ts';

/** What must become of an item once everything has settled. */
export type ItemKind =
  /** A row of `events`. */
  | 'row'
  /** Nothing new: the row of its original stands. */
  | 'duplicate'
  /** Other content under the key of an event that is there: a dead letter of the enricher. */
  | 'conflict'
  /** A dead letter of the gateway, with the reason that its fault says. */
  | 'dead letter'
  /** Facts about an entity. */
  | 'describe'
  /** Refused before it was read: kept nowhere. */
  | 'nothing';

export const itemKinds: readonly ItemKind[] = ['row', 'duplicate', 'conflict', 'dead letter', 'describe', 'nothing'];

/** One thing that is sent. Numbers only: what they mean follows from campus and shapes. */
export interface Item {
  /** 32 hexadecimal digits: the event key of an event, of anything else the UUID that its payload holds. */
  readonly key: string;
  readonly kind: ItemKind;
  /** Index in the list of shapes; of a describe `NO_SHAPE`. */
  readonly shape: number;
  readonly fault: FaultName | '';
  readonly flow: number;
  /** Event time; of a describe its observed time, in ms since 1970. */
  readonly atMs: number;
  readonly serial: number;
  readonly person: number;
  readonly course: number;
  readonly session: number;
  readonly variant: number;
}

/** An item as the ledger keeps it. */
export interface LedgerItem extends Item {
  /** The body that it was sent in. */
  readonly body: number;
}

export const NO_SHAPE = 255;

/** Which entity a describe is about: its `variant`. Larger numbers are pages of Learn's course builders. */
export const DESCRIBED = { faculty: 0, offering: 1, section: 2, firstGroup: 3, firstPage: 100 } as const;
