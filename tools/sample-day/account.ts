import type { Refused } from './deliver.ts';
import { type Counts, counted, type Delivery, type Expectation, type Item } from './ledger.ts';
import type { SeenRow, Sighting } from './sighting.ts';

/** What became of what was sent: found things only, nothing taken for granted. */
export interface Account {
  readonly sent: number;
  readonly found: Counts;
  /** Items that are not there yet and may still come: not those that were refused. */
  readonly waiting: number;
  /** Rows of the sample, each once. */
  readonly rows: readonly SeenRow[];
  /** What is wrong, in words; empty when every item is accounted for. */
  readonly problems: readonly string[];
}

/**
 * Holds the ledger against what was seen. A row is accounted for when its mark is there; a duplicate when its original is
 * one row and not two; a describe when it was accepted; a dead letter when its payload was found and no row was.
 */
export function account(deliveries: readonly Delivery[], sighting: Sighting, refused: readonly Refused[]): Account {
  const seen = new Map<string, SeenRow[]>();
  for (const row of sighting.rows) seen.set(row.mark, [...(seen.get(row.mark) ?? []), row]);
  const refusedDeliveries = new Set(refused.map(({ delivery }) => delivery));

  const isAccounted = (delivery: Delivery, { expect, mark }: Item): boolean => {
    if (refusedDeliveries.has(delivery)) return false;
    const rows = seen.get(mark)?.length ?? 0;
    if (expect === 'describe') return true;
    return expect === 'dead letter' ? sighting.deadLetters.has(mark) && rows === 0 : rows === 1;
  };

  const found = { items: 0, rows: 0, duplicates: 0, describes: 0, deadLetters: 0 };
  const fields = { row: 'rows', duplicate: 'duplicates', describe: 'describes', 'dead letter': 'deadLetters' } as const;
  const missing = new Map<string, { sender: string; expect: Expectation; marks: string[] }>();
  let waiting = 0;
  for (const delivery of deliveries) {
    for (const item of delivery.items) {
      if (isAccounted(delivery, item)) {
        found[fields[item.expect]] += 1;
        found.items += 1;
      } else {
        if (!refusedDeliveries.has(delivery)) waiting += 1;
        const kind = `${delivery.sender} ${item.expect}`;
        const marks = [...(missing.get(kind)?.marks ?? []), item.mark];
        missing.set(kind, { sender: delivery.sender, expect: item.expect, marks });
      }
    }
  }

  const rowMarks = new Set(
    deliveries.flatMap(({ items }) => items.filter(({ expect }) => expect === 'row')).map(({ mark }) => mark),
  );
  return {
    sent: deliveries.reduce((sum, { items }) => sum + items.length, 0),
    found,
    waiting,
    rows: [...rowMarks].flatMap((mark) => seen.get(mark)?.slice(0, 1) ?? []),
    problems: [
      ...refused.map(({ delivery, status, answer }) => {
        return `${delivery.sender}: answered ${status} instead of ${delivery.status} ${answer.slice(0, 200)}`.trim();
      }),
      ...[...missing.values()].map(({ sender, expect, marks }) => {
        return `${sender}: ${counted(marks.length, expect)} not accounted for, the first: ${marks[0] || 'without a name'}`;
      }),
      ...[...rowMarks]
        .filter((mark) => (seen.get(mark)?.length ?? 0) > 1)
        .map((mark) => `${seen.get(mark)?.length} rows instead of one: ${mark}`),
    ],
  };
}
