import { NAMESPACE, type RecordOf, timestampMs } from '../avro.ts';

/** What became of the records of one tenant's sensor that were received in one hour. */
const ledgerCount = {
  type: 'record',
  name: 'LedgerCount',
  fields: [
    { name: 'tenant', type: 'string' },
    { name: 'sensor', type: 'string' },
    { name: 'received_hour', type: timestampMs },
    { name: 'records_in', type: 'long' },
    { name: 'records_out', type: 'long' },
    { name: 'duplicates', type: 'long' },
    { name: 'conflicts', type: 'long' },
    { name: 'dead', type: { type: 'map', values: 'long' }, doc: 'By reason.' },
  ],
} as const;

/** Value of `caliper.ledger`: one committed step of one partition of one stage. Continuous: before = the previous after. */
export const ledgerRecordSchema = {
  type: 'record',
  name: 'LedgerRecord',
  namespace: NAMESPACE,
  fields: [
    { name: 'stage', type: 'string', doc: 'enricher, or sink.<table>.' },
    { name: 'topic', type: 'string' },
    { name: 'generation', type: 'int' },
    { name: 'partition', type: 'int' },
    { name: 'position_before', type: 'long' },
    { name: 'position_after', type: 'long' },
    { name: 'log_end', type: 'long', doc: 'High watermark when known, else -1.' },
    { name: 'run_id', type: 'string', doc: 'live, or the name of a rewind.' },
    { name: 'recorded_at', type: timestampMs },
    { name: 'counts', type: { type: 'array', items: ledgerCount } },
  ],
} as const;

export type LedgerRecord = RecordOf<typeof ledgerRecordSchema>;
