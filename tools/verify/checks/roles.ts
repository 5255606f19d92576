import { askEach } from '../../clickhouse.ts';
import { carriesMembership } from '../../load/expected.ts';
import { senders } from '../../load/senders/index.ts';
import { type CheckContext, isoOf } from '../context.ts';
import { type CheckResult, createTally, skippedCheck, type Tally } from '../findings.ts';

const ROWS_PER_PART = 500_000;

interface Row {
  readonly learner_id: string;
  readonly sensor: string;
  readonly type: string;
  readonly course_source: string;
  readonly scope_id: string;
  readonly course_section_id: string;
  readonly course_offering_id: string;
  readonly roles: readonly string[];
  readonly membership_status: string;
  readonly event_id: string;
  readonly event_key: string;
  readonly event_time: number;
  readonly source_partition: number;
  readonly source_offset: number;
}

const ROWS = `
SELECT learner_id, sensor, type, course_source, scope_id, course_section_id, course_offering_id, roles, membership_status,
  event_id, toString(event_key) AS event_key, toUnixTimestamp64Milli(event_time) AS event_time, source_partition, source_offset
FROM events_current
WHERE tenant = {tenant:String} AND sensor IN {sensors:Array(String)} AND CRC32(learner_id) % {parts:UInt32} = {part:UInt32}
ORDER BY source_partition, source_offset`;

/**
 * Roles of events that say no membership: the last one that an earlier event of the same partition said of the learner in the
 * section, else in the offering. The order of the log stands in the rows.
 */
export async function checkRoles(context: CheckContext): Promise<CheckResult> {
  if (!context.abilities.hasStage) return skippedCheck('known roles', 'this pipeline remembers no memberships');
  const tally = createTally('known roles');
  const parts = Math.max(1, Math.ceil(context.ledger.header.items / ROWS_PER_PART));
  const nameOf = new Map(senders.map((sender) => [sender.sensor(context.campus), sender.name]));
  for (let part = 0; part < parts; part += 1) {
    const parameters = { ...context.parameters, parts: String(parts), part: String(part) };
    const known = new Map<string, Row>();
    await askEach<Row>(context.address, ROWS, parameters, (row) => {
      const isOwn = carriesMembership(nameOf.get(row.sensor) ?? '', row.type, row.course_source);
      if (!isOwn) return compareRoles(row, known, tally);
      // Learn's membership is of the offering, Canvas' of the section: of both the scope of the event.
      const key = keyOf(row, row.scope_id);
      const before = known.get(key);
      if (before === undefined || isLater(row, before)) known.set(key, row);
    });
  }
  return tally.result();
}

/** Groups of Learn have their offering as scope: the nearest course of the event's own chain. */
const keyOf = ({ source_partition, learner_id }: Row, course: string): string =>
  `${source_partition} ${learner_id} ${course}`;

const isLater = (a: Row, b: Row): boolean =>
  a.event_time > b.event_time || (a.event_time === b.event_time && a.event_key > b.event_key);

function compareRoles(row: Row, known: ReadonlyMap<string, Row>, tally: Tally): void {
  tally.compare();
  const courses = [row.course_section_id, row.course_offering_id].filter((course) => course !== '');
  const membership =
    row.learner_id === ''
      ? undefined
      : courses.map((course) => known.get(keyOf(row, course))).find((one) => one !== undefined);
  const { roles = [], membership_status = '' } = membership ?? {};
  const name = () => `${row.type} ${row.event_id || row.event_key} of ${row.sensor} at ${isoOf(row.event_time)}`;
  if (row.roles.join() !== roles.join()) {
    tally.found('wrong', 'roles', () => `${name()}: ${JSON.stringify(row.roles)} instead of ${JSON.stringify(roles)}`);
  }
  if (row.membership_status !== membership_status) {
    tally.found(
      'wrong',
      'membership_status',
      () => `${name()}: ${row.membership_status} instead of ${membership_status}`,
    );
  }
}
