import { type SessionUpdate, sessionKey } from '@caliper-pipeline/contracts';
import type { ActualOutputs } from './comparing.ts';
import { type Difference, differencesOf } from './differences.ts';
import type { FirstDelivery } from './fates.ts';
import { type ReferenceInput, tenantOf } from './log.ts';
import { figuresOf, type Reference } from './reference.ts';
import { type SessionFigures, sessionFiguresOf } from './session-figures.ts';
import { type SessionRow, sessionRowsOf, sortedSet } from './session-rows.ts';

/** The update under its key, without what the rules' version alone decides. */
const ROW_COLUMNS: readonly (keyof SessionRow)[] = [
  'learner_id',
  'learner_event_at',
  'learner_event_key',
  'learner_ids',
  'ed_app_ids',
  'scope_ids',
  'runs',
  'event_count',
  'first_event_at',
  'last_event_at',
  'reported_started_at',
  'end_marker_at',
  'end_marker_key',
  'reported_ended_at',
  'end_reason',
  'gap_ms',
  'merged_into',
  'flags',
  'source_generation',
  'source_offset',
  'version',
  'is_deleted',
];

const keyOf = (row: SessionRow): string => {
  const key = sessionKey(row.tenant, row.kind, row.session_id, row.source_partition, row.segment_day);
  return key.replaceAll('\u0000', ' ');
};

/** Sessions by their rows, the inferred ones by which events are together, and all by what `sessions_current` shows. */
export function sessionDifferences(
  reference: Reference,
  input: ReferenceInput,
  actual: ActualOutputs,
  asOf: number,
): readonly Difference[] {
  const last = new Map(actual.sessionUpdates.map((update) => [keyOf(update), update]));
  const updates = [...last.values()];
  const isAlias = ({ merged_into }: SessionUpdate) => merged_into !== '';
  const named = updates.filter(({ kind }) => kind !== 'inferred');
  const inferred = updates.filter((update) => update.kind === 'inferred' && !isAlias(update));
  const aliases = updates.filter(isAlias);
  return [
    ...differencesOf(
      'session row',
      reference.namedSessions.flatMap(({ rows }) => rows),
      named,
      keyOf,
      ROW_COLUMNS,
    ),
    ...inferredDifferences(reference, input, actual, inferred, aliases),
    ...figureDifferences(reference, input, [...named, ...inferred], aliases, asOf),
  ];
}

const positionOf = (partition: number, offset: number) => `${partition} ${offset}`;

/** Ids of inferred sessions are free as far as they say the same: which events are together, and which id survived. */
function inferredDifferences(
  reference: Reference,
  input: ReferenceInput,
  { rows }: ActualOutputs,
  inferred: readonly SessionUpdate[],
  aliases: readonly SessionUpdate[],
): readonly Difference[] {
  const assigned = new Map(rows.map((row) => [positionOf(row.source_partition, row.source_offset), row.session_id]));
  const idOf = ({ record }: FirstDelivery) => assigned.get(positionOf(record.partition, record.offset)) ?? '';
  const survivorOf = new Map(
    aliases.map(({ tenant, session_id, merged_into }) => [`${tenant} ${session_id}`, merged_into]),
  );

  const expectedRows: SessionRow[] = [];
  const expectedAliases: Pick<SessionUpdate, 'tenant' | 'session_id' | 'merged_into' | 'learner_ids' | 'ed_app_ids'>[] =
    [];
  const differences: Difference[] = [];
  for (const session of reference.inferredSessions) {
    const { tenant, deliveries, possibleIds, learnerId, edAppId } = session;
    const ids = sortedSet(deliveries.map(idOf));
    const survivors = sortedSet(ids.map((id) => survivorOf.get(`${tenant} ${id}`) ?? id));
    // Session ids that were absorbed before any event was put into them have no rows and need no alias here.
    const [survivor = ''] = survivors;
    const key = `${tenant} ${learnerId} ${edAppId} from ${deliveries[0]!.event.event_time}`;
    if (survivors.length !== 1) {
      differences.push({ what: 'inferred session', key, column: 'survivors', expected: 1, found: survivors });
    }
    for (const id of ids.filter((one) => !possibleIds.has(one))) {
      differences.push({
        what: 'inferred session',
        key,
        column: 'id',
        expected: 'a hash of one of its events',
        found: id,
      });
    }
    if (survivor !== ids[0]) {
      differences.push({ what: 'inferred session', key, column: 'survivor', expected: ids[0], found: survivor });
    }
    const gapMs = tenantOf(input, tenant).sessionGapMs;
    for (const [id, own] of Map.groupBy(deliveries, idOf)) {
      expectedRows.push(...sessionRowsOf({ tenant, kind: 'inferred', id }, own, gapMs, input.generation));
      if (id !== survivor) {
        const ed_app_ids = edAppId === '' ? [] : [edAppId];
        expectedAliases.push({ tenant, session_id: id, merged_into: survivor, learner_ids: [learnerId], ed_app_ids });
      }
    }
  }
  return [
    ...differences,
    ...differencesOf('inferred session row', expectedRows, inferred, keyOf, ROW_COLUMNS),
    ...differencesOf('alias', expectedAliases, aliases, ({ tenant, session_id }) => `${tenant} ${session_id}`, [
      'merged_into',
      'learner_ids',
      'ed_app_ids',
    ]),
    ...aliases
      .filter((alias) => alias.segment_day !== 0 || alias.runs.length > 0 || alias.event_count !== 0)
      .map((alias) => ({ what: 'alias', key: keyOf(alias), column: 'content', expected: 'none', found: alias })),
  ];
}

/** The view's answer computed from what was written, against the reference's from the events. */
function figureDifferences(
  reference: Reference,
  input: ReferenceInput,
  rows: readonly SessionUpdate[],
  aliases: readonly SessionUpdate[],
  asOf: number,
): readonly Difference[] {
  const survivorOf = new Map(
    aliases.map(({ tenant, session_id, merged_into }) => [`${tenant} ${session_id}`, merged_into]),
  );
  const groups = Map.groupBy(rows, ({ tenant, session_id }) =>
    JSON.stringify([tenant, survivorOf.get(`${tenant} ${session_id}`) ?? session_id]),
  );
  const found = [...groups].map(([key, group]) => unitedFigures((JSON.parse(key) as string[])[1]!, group, asOf));
  const nameless = (figures: SessionFigures): SessionFigures =>
    figures.kind === 'inferred' ? { ...figures, session_id: '' } : figures;
  const columns = Object.keys(found[0] ?? {}) as (keyof SessionFigures)[];
  return differencesOf(
    'session',
    figuresOf(reference, input, asOf),
    found.map(nameless),
    (one) => `${one.tenant} ${one.session_id || `${one.learner_id} ${one.ed_app_ids} from ${one.first_event_at}`}`,
    columns.filter((column) => column !== 'session_id'),
  );
}

/** What the rows of a session come to when their runs are united, as the view does it. */
function unitedFigures(id: string, rows: readonly SessionUpdate[], asOf: number): SessionFigures {
  const runs = rows.flatMap((row) => row.runs).toSorted((a, b) => a.started_at - b.started_at);
  const edges = runs.flatMap(({ started_at, ended_at }) => [started_at, ended_at]);
  const figures = sessionFiguresOf(id, rows, edges, asOf);
  return { ...figures, ...unionOf(runs), event_count: rows.reduce((sum, row) => sum + row.event_count, 0) };
}

function unionOf(sorted: SessionUpdate['runs']): Pick<SessionFigures, 'runs' | 'active_seconds'> {
  const united: { started_at: number; ended_at: number; events: number }[] = [];
  for (const run of sorted) {
    const before = united.at(-1);
    if (before === undefined || run.started_at - before.ended_at > 300_000) united.push({ ...run });
    else {
      before.ended_at = Math.max(before.ended_at, run.ended_at);
      before.events += run.events;
    }
  }
  const lengths = united.reduce((sum, run) => sum + run.ended_at - run.started_at, 0);
  return { runs: united, active_seconds: lengths / 1000 + 300 * (united.length - 1) };
}
