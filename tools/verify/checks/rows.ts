import { askEach } from '../../clickhouse.ts';
import { type ExpectedItem, expectedItem } from '../../load/expected-item.ts';
import type { LedgerItem } from '../../load/item.ts';
import { type Bucket, withBuckets } from '../buckets.ts';
import { type CheckContext, isoOf } from '../context.ts';
import { type CheckResult, createTally, type Tally } from '../findings.ts';
import { coursesOf } from './courses.ts';

/** Columns of a row that the ledger knows. */
interface Row {
  readonly key: string;
  readonly sensor: string;
  readonly event_id: string;
  readonly event_time: number;
  readonly received_at: number;
  readonly type: string;
  readonly action: string;
  readonly caliper_version: string;
  readonly actor_id: string;
  readonly learner_id: string;
  readonly is_learner_activity: boolean;
  readonly is_impersonated: boolean;
  readonly ed_app_id: string;
  readonly object_name: string;
  readonly scope_id: string;
  readonly course_section_id: string;
  readonly course_offering_id: string;
  readonly course_id: string;
  readonly course_source: string;
  readonly reported_session_id: string;
  readonly federated_session_id: string;
  readonly session_id: string;
  readonly session_kind: string;
  readonly roles: readonly string[];
  readonly membership_status: string;
  readonly flags: readonly string[];
}

const ROWS = `
SELECT replaceAll(toString(event_key), '-', '') AS key, sensor, event_id,
  toUnixTimestamp64Milli(event_time) AS event_time, toUnixTimestamp64Milli(received_at) AS received_at,
  type, action, caliper_version, actor_id, learner_id, is_learner_activity, is_impersonated, ed_app_id, object_name,
  scope_id, course_section_id, course_offering_id, course_id, course_source,
  reported_session_id, federated_session_id, session_id, session_kind, roles, membership_status, arraySort(flags) AS flags
FROM events_current
WHERE tenant = {tenant:String} AND sensor IN {sensors:Array(String)}
  AND bitShiftRight(toUInt128(event_key), 112) >= {fromKey:UInt32}
  AND bitShiftRight(toUInt128(event_key), 112) < {toKey:UInt32}`;

/** Columns that are what they are, whatever else is known. */
const PLAIN = [
  'sensor',
  'event_id',
  'event_time',
  'type',
  'action',
  'caliper_version',
  'actor_id',
  'learner_id',
  'is_learner_activity',
  'is_impersonated',
  'ed_app_id',
  'object_name',
  'scope_id',
  'course_source',
  'reported_session_id',
  'federated_session_id',
] as const satisfies readonly (keyof ExpectedItem & keyof Row)[];

const COURSE = ['course_section_id', 'course_offering_id', 'course_id'] as const;

/** Every row of the run against the ledger, as exact sets, bucket by bucket. */
export function checkRows(context: CheckContext): Promise<CheckResult> {
  const tally = createTally('rows');
  const isWanted = ({ kind }: LedgerItem) => kind !== 'describe' && kind !== 'dead letter';
  return withBuckets(context.ledger, isWanted, async (buckets) => {
    for (const bucket of buckets) await checkBucket(bucket, context, tally);
    return tally.result();
  });
}

interface Wanted {
  /** null = only a copy or a conflict is in the ledger, or it must not be there at all. */
  row: LedgerItem | null;
  isForbidden: boolean;
  isCertain: boolean;
  /** A conflict may stand in the place of an original that was never accepted. */
  hasConflict: boolean;
  seen: number;
}

async function checkBucket(bucket: Bucket, context: CheckContext, tally: Tally): Promise<void> {
  const wanted = wantedOf(await bucket.items(), context);
  const parameters = { ...context.parameters, fromKey: String(bucket.fromKey), toKey: String(bucket.toKey) };
  await askEach<Row>(context.address, ROWS, parameters, (row) => {
    const found = wanted.get(row.key);
    if (found === undefined || found.isForbidden || found.row === null) {
      tally.found('extra', '', () => describeRow(row));
      return;
    }
    found.seen += 1;
    if (found.seen > 1) tally.found('doubled', '', () => describeRow(row));
    // Of two rows either may come first: each is compared.
    compareRow(row, found.row, found, context, tally);
  });
  for (const [key, { row, isForbidden, isCertain, seen }] of wanted) {
    if (isForbidden || row === null) continue;
    if (isCertain || seen > 0) tally.compare();
    if (isCertain && seen === 0) tally.found('missing', '', () => describeItem(key, row, context));
  }
}

function wantedOf(items: readonly LedgerItem[], { isCertain }: CheckContext): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const item of items) {
    let one = wanted.get(item.key);
    if (one === undefined) {
      one = { row: null, isForbidden: false, isCertain: false, hasConflict: false, seen: 0 };
      wanted.set(item.key, one);
    }
    if (item.kind === 'row') one.row = item;
    if (item.kind === 'nothing') one.isForbidden = true;
    if (item.kind === 'conflict') one.hasConflict = true;
    else one.isCertain ||= isCertain(item.body);
  }
  return wanted;
}

function compareRow(row: Row, item: LedgerItem, wanted: Wanted, context: CheckContext, tally: Tally): void {
  const expected = expectedItem(item, context.campus);
  const { abilities } = context;
  const wrong = (column: string, should: unknown, is: unknown) =>
    tally.found(
      'wrong',
      column,
      () => `${describeRow(row)}: ${JSON.stringify(is)} instead of ${JSON.stringify(should)}`,
    );
  for (const column of PLAIN) {
    // Without duplicates being noticed the later of two contents stands.
    if (column === 'object_name' && wanted.hasConflict && !abilities.hasStage) continue;
    if (row[column] !== expected[column]) wrong(column, expected[column], row[column]);
  }
  const courses = coursesOf(expected, abilities, context.ledger.header.fromMs);
  for (const column of COURSE) {
    const allowed = courses.map((course) => course[column]);
    if (!allowed.includes(row[column])) wrong(column, allowed.join(' or '), row[column]);
  }
  const flags = flagsOf(expected, row);
  if (row.flags.join() !== flags.join()) wrong('flags', flags, row.flags);
  compareSession(row, expected, flags, abilities.hasStage, wrong);
  const membership = expected.membership;
  // What is known of the learner otherwise is looked at learner by learner.
  if (membership === null && abilities.hasStage) return;
  const { roles, membership_status } = membership ?? { roles: [], membership_status: '' };
  if (row.roles.join() !== roles.join()) wrong('roles', roles, row.roles);
  if (row.membership_status !== membership_status) wrong('membership_status', membership_status, row.membership_status);
}

const LATE_MS = 47 * 3_600_000;
const AHEAD_MS = 600_000;
const TIMED = new Set(['future', 'late_for_session']);

/** Whether it came in time is known when it has come. */
function flagsOf({ flags }: ExpectedItem, { event_time, received_at }: Row): readonly string[] {
  const rest = flags.filter((flag) => !TIMED.has(flag));
  if (event_time > received_at + AHEAD_MS) return [...rest, 'future'].sort();
  return event_time < received_at - LATE_MS ? [...rest, 'late_for_session'].sort() : rest;
}

function compareSession(
  row: Row,
  expected: ExpectedItem,
  flags: readonly string[],
  hasStage: boolean,
  wrong: (column: string, should: unknown, is: unknown) => void,
): void {
  const { reported_session_id: reported, federated_session_id: federated } = expected;
  const isNamed = reported !== '' || federated !== '';
  const isEligible = !flags.some((flag) => TIMED.has(flag));
  const isInferred = hasStage && !isNamed && isEligible && expected.is_learner_activity && expected.learner_id !== '';
  const kind = reported !== '' ? 'reported' : federated !== '' ? 'federated' : isInferred ? 'inferred' : 'none';
  if (row.session_kind !== kind) wrong('session_kind', kind, row.session_kind);
  if (isInferred) {
    if (row.session_id === '') wrong('session_id', 'an inferred session', '');
  } else if (row.session_id !== (reported || federated)) wrong('session_id', reported || federated, row.session_id);
}

const describeRow = ({ sensor, event_id, key, type, event_time }: Row): string =>
  `${type} ${event_id || key} of ${sensor} at ${isoOf(event_time)}`;

function describeItem(key: string, item: LedgerItem, { campus }: CheckContext): string {
  const { sensor, type, event_id, event_time } = expectedItem(item, campus);
  const fault = item.fault === '' ? '' : ` (${item.fault})`;
  return `${type} ${event_id || key} of ${sensor} at ${isoOf(event_time)}, sent in body ${item.body}${fault}`;
}
