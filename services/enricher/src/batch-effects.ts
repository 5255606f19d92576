import { type DeadLetter, type EntityFact, sessionKey, topicName } from '@caliper-pipeline/contracts';
import { type RecordEncoder, recordDeadLetter, type StageCount, type StageTransaction } from '@caliper-pipeline/kafka';
import type { Outcome } from '@caliper-pipeline/pipeline';
import { createLedgerCounts } from './domain/ledger-counts.ts';
import { ENRICHMENT_RULE_VERSION } from './domain/rules.ts';
import { rememberEvent } from './remember-event.ts';
import type { PartitionState } from './state/partition-state.ts';
import type { Accepted } from './steps/decode-accepted.ts';
import type { Enriched } from './steps/encode-enriched.ts';
import type { Received } from './steps/received.ts';

export interface BatchEffectsOptions {
  readonly deadLetterEncoder: RecordEncoder<DeadLetter>;
  readonly serviceVersion: string;
  readonly sourceGeneration: number;
}

/** What was done in one batch, for the ledger, the metrics and the directory. */
export interface BatchReport {
  readonly counts: readonly StageCount[];
  readonly enriched: number;
  readonly deadLetters: readonly { readonly step: string; readonly reason: string }[];
  readonly duplicates: number;
  /** Flags of events that do not count in sessions. */
  readonly ineligible: ReadonlyMap<string, number>;
  readonly sessionRows: number;
  readonly mergedSessions: number;
  /** Facts that are published with this batch. */
  readonly facts: readonly EntityFact[];
  readonly knownFacts: number;
}

export interface BatchEffects {
  /** What became of one record: emitted, remembered and counted before the next one is looked at. */
  readonly settle: (record: Received, outcome: Outcome<Enriched>) => void;
  /** Emits what was coalesced over the batch. Nothing is settled after it. */
  readonly finish: () => BatchReport;
}

/** The enricher's one place of effects: everything that a batch emits and remembers, in one transaction. */
export function batchEffects(
  transaction: StageTransaction,
  state: PartitionState,
  options: BatchEffectsOptions,
): BatchEffects {
  const counts = createLedgerCounts();
  const facts: EntityFact[] = [];
  const deadLetters: BatchReport['deadLetters'][number][] = [];
  const ineligible = new Map<string, number>();
  const totals = { enriched: 0, duplicates: 0, knownFacts: 0, sessionRows: 0, mergedSessions: 0 };

  const emitEvent = (event: Enriched) => {
    transaction.emit(topicName('enriched'), event.enriched);
    for (const record of event.factRecords) transaction.emit(topicName('inlineFacts'), record);
    for (const fact of event.found.fresh) {
      state.toldFacts.add(fact);
      facts.push(fact);
    }
    rememberEvent(event, options.sourceGeneration);
    totals.enriched += 1;
    totals.knownFacts += event.found.known;
    for (const flag of event.eligibility.flags) ineligible.set(flag, (ineligible.get(flag) ?? 0) + 1);
  };

  const emitDeadLetter = ({ source }: Received, sensor: string, why: Parameters<typeof recordDeadLetter>[2]) => {
    const stage = { stage: 'enricher', ruleVersion: ENRICHMENT_RULE_VERSION, ...options } as const;
    const letter = { ...recordDeadLetter(stage, source, why), sensor };
    transaction.emit(topicName('enricherDeadLetters'), {
      key: Buffer.from(letter.tenant),
      value: options.deadLetterEncoder.encode(letter),
      timestampMs: source.record.timestampMs,
    });
    deadLetters.push({ step: why.step, reason: why.reason });
    return letter;
  };

  return {
    settle: (record, outcome) => {
      // null where nothing could be decoded.
      const { columns } = record as Received & { readonly columns: Accepted['columns'] | null };
      if (outcome.kind === 'deadLetter') {
        const { tenant, sensor, received_at } = emitDeadLetter(record, columns?.sensor ?? '', outcome);
        const receivedAt = columns?.received_at ?? received_at;
        const isConflict = outcome.reason === 'id_conflict';
        counts.count(columns?.tenant ?? tenant, sensor, receivedAt, isConflict ? CONFLICT : deadBy(outcome.reason));
        return;
      }
      if (outcome.kind === 'ok') emitEvent(outcome.value);
      else totals.duplicates += 1;
      counts.count(columns!.tenant, columns!.sensor, columns!.received_at, outcome.kind === 'ok' ? OUT : DUPLICATE);
    },
    finish: () => {
      const timestampMs = transaction.streamTimeMs;
      state.flush((row, value) => {
        if (row.merged_into === '') totals.sessionRows += 1;
        else totals.mergedSessions += 1;
        const { tenant, kind, session_id, source_partition, segment_day } = row;
        const key = Buffer.from(sessionKey(tenant, kind, session_id, source_partition, segment_day));
        transaction.emit(topicName('sessions'), { key, value, timestampMs });
      });
      return { counts: counts.all(), deadLetters, ineligible, facts, ...totals };
    },
  };
}

const OUT = { kind: 'out' } as const;
const DUPLICATE = { kind: 'duplicate' } as const;
const CONFLICT = { kind: 'conflict' } as const;
const deadBy = (reason: string) => ({ kind: 'dead', reason }) as const;
