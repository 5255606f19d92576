export type JsonObject = Readonly<Record<string, unknown>>;

/** What must become of an item once everything has settled. */
export type Expectation = 'row' | 'duplicate' | 'describe' | 'dead letter';

/** One thing that is sent: an event, a description of an entity, or a body that cannot be read. */
export interface Item {
  readonly expect: Expectation;
  /** What it is recognised by: see `markOf`. Of a dead letter: text that its payload holds. '' for a describe. */
  readonly mark: string;
}

/** One POST, or one record of the ingress topic. */
export interface Delivery {
  readonly sender: string;
  readonly channel: 'http' | 'kafka';
  readonly authorization: string;
  readonly body: string;
  /** What the gateway must answer; 0 on the ingress, where nobody answers. */
  readonly status: 0 | 200 | 400;
  readonly items: readonly Item[];
}

/** An event of a sender on its way into a delivery. */
export interface PlannedEvent {
  readonly atMs: number;
  readonly mark: string;
  readonly event: JsonObject;
}

/** What identifies a row to somebody who does not know our hashes. */
export interface RowIdentity {
  readonly eventId: string;
  readonly actorId: string;
  readonly objectId: string;
  readonly atMs: number;
}

/** The event's id as sent; where the sender gives none, who did what when. */
export function markOf({ eventId, actorId, objectId, atMs }: RowIdentity): string {
  return eventId === '' ? `${actorId} ${objectId} ${atMs}` : eventId;
}

export const rowItem = ({ mark }: Pick<PlannedEvent, 'mark'>): Item => ({ expect: 'row', mark });

/** The same delivery once more, as a sender does that missed the answer: of its rows nothing new comes. */
export function resent(delivery: Delivery): Delivery {
  const items = delivery.items.map(
    ({ expect, mark }): Item => ({ expect: expect === 'row' ? 'duplicate' : expect, mark }),
  );
  return { ...delivery, items };
}

export interface Counts {
  readonly items: number;
  readonly rows: number;
  readonly duplicates: number;
  readonly describes: number;
  readonly deadLetters: number;
}

/** What was sent, by what must become of it. */
export function countItems(deliveries: readonly Delivery[]): Counts {
  const items = deliveries.flatMap((delivery) => delivery.items);
  const count = (expectation: Expectation) => items.filter(({ expect }) => expect === expectation).length;
  return {
    items: items.length,
    rows: count('row'),
    duplicates: count('duplicate'),
    describes: count('describe'),
    deadLetters: count('dead letter'),
  };
}

/** `1 row`, `2 rows`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
