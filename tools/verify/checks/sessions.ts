import { cutAtGaps } from '../../../test/support/reference/inferred-sessions.ts';
import { type SessionFigures, sessionFiguresOf } from '../../../test/support/reference/session-figures.ts';
import { type SessionDelivery, sessionRowsOf } from '../../../test/support/reference/session-rows.ts';
import { ask, askEach } from '../../clickhouse.ts';
import { SESSION_START_MS } from '../../load/expected.ts';
import { type CheckContext, isoOf } from '../context.ts';
import { type CheckResult, createTally, skippedCheck, type Tally } from '../findings.ts';
import { ALIASES, SESSION_EVENTS, SESSIONS, type SessionEventRow, type SessionRowFound } from '../sessions-sql.ts';

/** Events of one part of all sessions are held in memory at a time. */
const EVENTS_PER_PART = 500_000;

type Delivery = SessionDelivery & { readonly row: SessionEventRow };
interface Session {
  readonly id: string;
  readonly kinds: readonly string[];
  readonly deliveries: readonly Delivery[];
}

/**
 * Sessions, recomputed from the rows of events by the reference: those that have a name of a sender by their id, inferred ones
 * by learner and application. The rows themselves are held against the ledger by their own check.
 */
export async function checkSessions(context: CheckContext): Promise<CheckResult> {
  if (!context.abilities.hasStage) return skippedCheck('sessions', 'this pipeline writes no sessions');
  const tally = createTally('sessions');
  const gapMs = await gapOf(context);
  const parts = Math.max(1, Math.ceil(context.ledger.header.items / EVENTS_PER_PART));
  for (let part = 0; part < parts; part += 1) {
    const parameters = { ...context.parameters, parts: String(parts), part: String(part) };
    await checkPart(context, parameters, 'named', gapMs, tally);
    await checkPart(context, parameters, 'inferred', gapMs, tally);
  }
  return tally.result();
}

async function checkPart(
  { address }: CheckContext,
  parameters: Readonly<Record<string, string>>,
  what: 'named' | 'inferred',
  gapMs: number,
  tally: Tally,
): Promise<void> {
  const isInferred = what === 'inferred';
  const by = isInferred ? 'learner_id' : 'session_id';
  const inPart = ` AND CRC32(${by}) % {parts:UInt32} = {part:UInt32}`;
  const deliveries: Delivery[] = [];
  await askEach<SessionEventRow>(
    address,
    `${SESSION_EVENTS} AND session_kind ${isInferred ? '=' : '!='} 'inferred'${inPart}`,
    parameters,
    (row) => void deliveries.push(deliveryOf(row)),
  );
  const sessions = isInferred
    ? await inferredSessions(deliveries, gapMs, address, parameters, tally)
    : namedSessions(deliveries);
  const found = new Map<string, SessionRowFound>();
  const ours = isInferred
    ? "kind = 'inferred' AND position(learner_id, {label:String}) > 0"
    : "kind != 'inferred' AND position(session_id, {label:String}) > 0";
  await askEach<SessionRowFound>(address, `${SESSIONS} AND ${ours}${inPart}`, parameters, (row) => {
    if (found.has(row.session_id)) tally.found('doubled', '', () => row.session_id);
    found.set(row.session_id, row);
  });
  for (const session of sessions) compareSession(session, found, gapMs, tally);
  for (const row of found.values())
    tally.found('extra', '', () => `${row.kind} ${row.session_id} of ${row.learner_id}`);
}

function namedSessions(deliveries: readonly Delivery[]): Session[] {
  return [...Map.groupBy(deliveries, ({ row }) => row.session_id)].map(([id, own]) => {
    return { id, kinds: [...new Set(own.map(({ row }) => row.session_kind))], deliveries: own };
  });
}

/** Which events are together; under which id is for the enricher to say, as long as it says it of all of them. */
async function inferredSessions(
  deliveries: readonly Delivery[],
  gapMs: number,
  address: CheckContext['address'],
  parameters: Readonly<Record<string, string>>,
  tally: Tally,
): Promise<Session[]> {
  const inPart = ' AND CRC32(learner_id) % {parts:UInt32} = {part:UInt32}';
  const aliases = await ask<{ session_id: string; merged_into: string }>(address, `${ALIASES}${inPart}`, parameters);
  const survivors = new Map(aliases.map(({ session_id, merged_into }) => [session_id, merged_into]));
  const groups = Map.groupBy(deliveries, ({ row, record }) =>
    JSON.stringify([row.learner_id, row.ed_app_id, record.partition]),
  );
  return [...groups.values()].flatMap((group) =>
    cutAtGaps(group, gapMs).map((own): Session => {
      const ids = new Set(own.map(({ row }) => survivors.get(row.session_id) ?? row.session_id));
      const [id = ''] = ids;
      if (ids.size > 1) {
        const { row } = own[0]!;
        tally.found('wrong', 'partition', () => {
          return `${own.length} events of ${row.learner_id} from ${isoOf(row.event_time)} on are in ${ids.size} sessions: ${[...ids].join(', ')}`;
        });
      }
      return { id, kinds: ['inferred'], deliveries: own };
    }),
  );
}

const COLUMNS = [
  'kind',
  'learner_id',
  'learner_ids',
  'ed_app_ids',
  'scope_ids',
  'started_at',
  'first_event_at',
  'last_event_at',
  'event_count',
  'active_seconds',
  'gap_ms',
] as const satisfies readonly (keyof SessionFigures & keyof SessionRowFound)[];

function compareSession(session: Session, found: Map<string, SessionRowFound>, gapMs: number, tally: Tally): void {
  tally.compare();
  const { id, kinds, deliveries } = session;
  const row = found.get(id);
  const name = () => `${kinds.join('/')} ${id} of ${deliveries[0]!.row.learner_id}`;
  if (row === undefined) {
    tally.found('missing', '', name);
    return;
  }
  found.delete(id);
  const rows = kinds.flatMap((kind) => {
    const own = deliveries.filter((delivery) => delivery.row.session_kind === kind);
    return sessionRowsOf({ tenant: '', kind, id }, own, gapMs, 1);
  });
  const times = deliveries.map(({ event }) => event.event_time);
  const expected = sessionFiguresOf(id, rows, times, row.as_of);
  const wrong = (column: string, should: unknown, is: unknown) =>
    tally.found('wrong', column, () => `${name()}: ${JSON.stringify(is)} instead of ${JSON.stringify(should)}`);
  for (const column of COLUMNS) {
    if (JSON.stringify(expected[column]) !== JSON.stringify(row[column])) wrong(column, expected[column], row[column]);
  }
  const runs = expected.runs.map((run) => [run.started_at, run.ended_at, run.events]);
  if (JSON.stringify(runs) !== JSON.stringify(row.run_list)) wrong('runs', runs, row.run_list);
  // The view asks the clock by itself: around the moment at which silence becomes the end either answer is right.
  if (Math.abs(expected.last_event_at + gapMs - row.as_of) < 5_000) return;
  if (row.end_reason !== expected.end_reason) wrong('end_reason', expected.end_reason, row.end_reason);
  if (row.ended_at !== expected.ended_at) wrong('ended_at', expected.ended_at, row.ended_at);
}

/** What a row says of its session: markers and times follow from the shapes that the generator has. */
function deliveryOf(row: SessionEventRow): Delivery {
  const isEnd = row.type === 'SessionEvent' && (row.action === 'LoggedOut' || row.action === 'TimedOut');
  const isStart = row.type === 'SessionEvent' && row.action === 'LoggedIn';
  return {
    row,
    record: { partition: row.source_partition, offset: row.source_offset },
    event: {
      event_time: row.event_time,
      event_key: row.event_key,
      learner_id: row.learner_id,
      ed_app_id: row.ed_app_id,
      scope_id: row.scope_id,
      session_marker: isEnd ? 'end' : isStart ? 'start' : '',
      session_end_reason: isEnd ? (row.action === 'TimedOut' ? 'timed_out' : 'logged_out') : '',
      session_started_at:
        row.type === 'SessionEvent' && row.caliper_version === '1.0' ? row.event_time - SESSION_START_MS : null,
      session_ended_at: isEnd ? row.event_time : null,
    },
  };
}

async function gapOf({ address, parameters }: CheckContext): Promise<number> {
  const query = 'SELECT session_gap_ms AS gap FROM tenants_current WHERE tenant = {tenant:String}';
  const [found] = await ask<{ gap: number }>(address, query, parameters);
  return found?.gap ?? 1_800_000;
}
