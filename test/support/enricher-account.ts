import {
  acceptedEventSchema,
  deadLetterSchema,
  type EntityFact,
  enrichedEventSchema,
  entityFactSchema,
  type LedgerRecord,
  sessionUpdateSchema,
  topicGeneration,
  topicName,
} from '@caliper-pipeline/contracts';
import type { Endpoints } from '@caliper-pipeline/infra';
import { compared, sumOf } from './reference/comparing.ts';
import type { InlineFact } from './reference/inline-facts.ts';
import type { LogRecord, ReferenceInput, ReferenceTenant } from './reference/log.ts';
import { type Reference, referenceOf } from './reference/reference.ts';
import { readDecoded } from './topics.ts';

/** What the enricher wrote, held against its input. */
export interface EnricherAccount {
  readonly records: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly sessions: number;
  /** In words; empty = every output is what the reference says. */
  readonly differences: readonly string[];
  /** Ranges of the ledger that do not begin where the one before ended, or do not end where the log does. */
  readonly ledgerBreaks: readonly string[];
}

/**
 * Reads the log and everything that came of it, and compares with the reference. Of facts found inside events only what
 * they say is compared: when the directory learns of them is nobody's promise.
 *
 * @param ledger every ledger record once, in order within a partition
 */
export async function accountOfEnricher(
  endpoints: Endpoints,
  ledger: readonly LedgerRecord[],
  enrichmentRuleVersion: number,
  tenants: ReadonlyMap<string, ReferenceTenant> = new Map(),
): Promise<EnricherAccount> {
  const log = (await readDecoded(endpoints, topicName('events'), acceptedEventSchema)).map(
    (record): LogRecord => ({
      partition: record.partition,
      offset: Number(record.offset),
      timeMs: record.timestampMs,
      key: String(record.key),
      event: record.decoded,
      moment: 0,
    }),
  );
  const generation = topicGeneration('events');
  const input: ReferenceInput = { log, facts: [], tenants, generation, enrichmentRuleVersion };
  const reference = byPartition(input);
  const decoded = async <T>(records: Promise<readonly { readonly decoded: T }[]>) =>
    (await records).map((record) => record.decoded);
  const actual = {
    rows: await decoded(readDecoded(endpoints, topicName('enriched'), enrichedEventSchema)),
    deadLetters: await decoded(readDecoded(endpoints, topicName('enricherDeadLetters'), deadLetterSchema)),
    sessionUpdates: await decoded(readDecoded(endpoints, topicName('sessions'), sessionUpdateSchema)),
    counts: ledger.flatMap(({ counts }) => counts),
    inlineFacts: [],
  };
  const facts = await decoded(readDecoded(endpoints, topicName('inlineFacts'), entityFactSchema));
  return {
    records: log.length,
    duplicates: reference.fates.filter(({ kind }) => kind === 'duplicate').length,
    conflicts: reference.fates.filter(({ kind }) => kind === 'conflict').length,
    sessions: reference.namedSessions.length + reference.inferredSessions.length,
    differences: [
      ...compared({ ...reference, inlineFacts: [] }, input, actual, Date.now()),
      ...factDifferences(reference, facts),
    ],
    ledgerBreaks: ledgerBreaks(ledger, log),
  };
}

/** No rule looks beyond a partition, and the reference takes time by the square of the log. */
function byPartition(input: ReferenceInput): Reference {
  const parts = [...Map.groupBy(input.log, ({ partition }) => partition).values()].map((log) =>
    referenceOf({ ...input, log }),
  );
  const all = <K extends keyof Reference>(name: K) => parts.flatMap((part) => part[name] as readonly unknown[]);
  const names = Object.keys(parts[0]!) as (keyof Reference)[];
  const joined = Object.fromEntries(names.map((name) => [name, all(name)])) as unknown as Reference;
  return { ...joined, counts: joinedCounts(joined.counts) };
}

function joinedCounts(counts: Reference['counts']): Reference['counts'] {
  const keyOf = ({ tenant, sensor, received_hour }: Reference['counts'][number]) =>
    JSON.stringify([tenant, sensor, received_hour]);
  return [...Map.groupBy(counts, keyOf).values()].map((group) => group.reduce(sumOf));
}

/** What a fact says, without who said it when. The topic is compacted: of several roles of one member the last stays. */
function saying(fact: InlineFact | EntityFact): string {
  const week = Math.floor((fact.observed_day + 3) / 7);
  const said =
    fact.kind === 'nesting'
      ? [fact.entity_id, fact.parent_id, week]
      : fact.kind === 'entity'
        ? [fact.entity_id, fact.entity_type, fact.name, fact.external_id, fact.academic_session]
        : [fact.member_id, fact.organization_id];
  return JSON.stringify([fact.tenant, fact.kind, ...said]);
}

function factDifferences({ inlineFacts }: Reference, published: readonly EntityFact[]): readonly string[] {
  const expected = new Set(inlineFacts.map(({ fact }) => saying(fact)));
  const found = new Set(published.map(saying));
  return [
    ...[...expected].filter((fact) => !found.has(fact)).map((fact) => `inline fact lost: ${fact}`),
    ...[...found].filter((fact) => !expected.has(fact)).map((fact) => `inline fact that no event says: ${fact}`),
  ].slice(0, 20);
}

function ledgerBreaks(ledger: readonly LedgerRecord[], log: readonly LogRecord[]): readonly string[] {
  const breaks: string[] = [];
  const ends = new Map<number, number>();
  for (const { partition, position_before, position_after } of ledger) {
    const end = ends.get(partition) ?? 0;
    if (position_before !== end) breaks.push(`partition ${partition}: ${position_before} follows ${end}`);
    ends.set(partition, position_after);
  }
  const lastOffsets = new Map(log.map(({ partition, offset }) => [partition, offset + 1]));
  for (const [partition, end] of lastOffsets)
    if (ends.get(partition) !== end) breaks.push(`partition ${partition}: ends at ${ends.get(partition)}, not ${end}`);
  return breaks;
}
