import { ask, type ClickHouseAddress } from '../clickhouse.ts';
import type { Day } from './day.ts';
import { hoursBefore } from './day.ts';
import { type Delivery, markOf } from './ledger.ts';

/** A row that is in the warehouse, as far as the sample is interested in it. */
export interface SeenRow {
  readonly mark: string;
  /** From the gateway's receipt to ClickHouse. */
  readonly latencyMs: number;
  readonly course: string;
  readonly group: string;
  readonly session: string;
}

/** What is in the warehouse of a sample day. */
export interface Sighting {
  readonly rows: readonly SeenRow[];
  /** Marks that a payload of a dead letter holds. */
  readonly deadLetters: ReadonlySet<string>;
}

interface Row {
  readonly event_id: string;
  readonly actor_id: string;
  readonly object_id: string;
  readonly at_ms: number;
  readonly latency_ms: number;
  readonly course: string;
  readonly group_id: string;
  readonly session_id: string;
}

// A course is counted by its offering, as its sections are known by different names in different tools.
const ROWS = `
SELECT event_id, actor_id, object_id, toUnixTimestamp64Milli(event_time) AS at_ms,
  toUnixTimestamp64Milli(inserted_at) - toUnixTimestamp64Milli(received_at) AS latency_ms,
  if(course_offering_id != '', course_offering_id, course_id) AS course, group_id, session_id
FROM events_current
WHERE tenant = {tenant:String} AND sensor IN {sensors:Array(String)}
  AND event_time BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})`;

const DEAD_LETTER = `
SELECT count() AS letters FROM dead_letters_current WHERE tenant = {tenant:String} AND position(payload, {mark:String}) > 0`;

const LAST_ROW = `
SELECT count() AS rows FROM events_current WHERE tenant = {tenant:String} AND event_id = {mark:String}`;

/** How to ask one tenant's warehouse about a sample day. */
export function warehouse(address: ClickHouseAddress, tenant: string) {
  return {
    /** Is the row there that is sent last? Then everything before it was accepted. */
    hasRow: async (mark: string): Promise<boolean> => {
      const [found] = await ask<{ rows: number }>(address, LAST_ROW, { tenant, mark });
      return (found?.rows ?? 0) > 0;
    },

    look: async (day: Day, sensors: readonly string[], deliveries: readonly Delivery[]): Promise<Sighting> => {
      const window = { from: String(Math.floor(hoursBefore(day, 47))), to: String(day.anchorMs) };
      const quoted = `[${sensors.map((sensor) => `'${sensor}'`).join(',')}]`;
      const rows = await ask<Row>(address, ROWS, { tenant, sensors: quoted, ...window });
      const deadLetters = new Set<string>();
      for (const { expect, mark } of deliveries.flatMap(({ items }) => items)) {
        if (expect !== 'dead letter') continue;
        const [found] = await ask<{ letters: number }>(address, DEAD_LETTER, { tenant, mark });
        if ((found?.letters ?? 0) > 0) deadLetters.add(mark);
      }
      return { rows: rows.map(seenRow), deadLetters };
    },
  };
}

function seenRow(row: Row): SeenRow {
  const { event_id: eventId, actor_id: actorId, object_id: objectId, at_ms: atMs } = row;
  const { latency_ms: latencyMs, course, group_id: group, session_id: session } = row;
  return { mark: markOf({ eventId, actorId, objectId, atMs }), latencyMs, course, group, session };
}
