import type { Campus } from './campus.ts';

/** One thing that somebody does, before it is written down in the words of a tool. */
export interface Act {
  readonly campus: Campus;
  /** The number of its item: its id follows from it. */
  readonly serial: number;
  readonly person: number;
  readonly course: number;
  /** 0 = outside of any session. */
  readonly session: number;
  readonly atMs: number;
  /** Which page, question, position: chooses among what the tool has. */
  readonly variant: number;
}

export type Version = '1.0' | '1.1' | '1.2';

/** What an event itself says of where it belongs. */
export type Place =
  | 'none'
  /** An offering with its type, in `group`, in the membership, or in the object. */
  | 'offering'
  | 'membership offering'
  | 'object offering'
  /** A group of the LMS under its offering, both with types. */
  | 'group in offering'
  /** A section with its type: alone, or under its offering. */
  | 'section'
  | 'canvas section'
  /** An address that says nothing of itself. */
  | 'section address'
  | 'group address';

export type SessionRule = 'none' | 'reported' | 'federated' | 'both' | 'reported tool';

/** What must become of an act of a shape, written down by whoever wrote the shape. */
export interface Expectation {
  readonly type: string;
  readonly action: string;
  readonly version: Version;
  /** Whose id is the actor's; '' = an application. */
  readonly actor: 'lms' | 'tool' | 'kaltura' | '';
  /** Whose learning it is: the actor's, or of the person that a grade is about. */
  readonly learner: 'actor' | 'assignee' | 'none';
  readonly place: Place;
  readonly session: SessionRule;
  /** Does the event say the membership of its learner? */
  readonly isMember: boolean;
  readonly marker: '' | 'start' | 'end';
  readonly endReason: '' | 'logged_out' | 'timed_out';
  /** Reason codes, sorted. */
  readonly flags: readonly string[];
}
