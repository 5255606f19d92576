import type { AvroRecord } from './avro.ts';
import { deadLetterSchema } from './schemas/dead-letter.ts';
import { entityFactSchema } from './schemas/entity-fact.ts';
import { enrichedEventSchema } from './schemas/events.ts';
import { ledgerRecordSchema } from './schemas/ledger-record.ts';
import { sessionUpdateSchema } from './schemas/session-update.ts';
import type { TopicName } from './topics.ts';

export interface TableBinding {
  readonly table: string;
  readonly topics: readonly TopicName[];
  /** The value schema of all its topics: every field must have a column of its name and type. */
  readonly schema: AvroRecord;
}

/**
 * Which topics the sink loads into which table. A new binding is one entry here, a migration, and a chapter of
 * docs/tables.md: the sink, the check of the migrations and the tests follow this list. Each table's key must be a function
 * of the record alone, so that repeats collapse.
 */
export const tableBindings: readonly TableBinding[] = [
  { table: 'events', topics: ['enriched'], schema: enrichedEventSchema },
  { table: 'sessions', topics: ['sessions'], schema: sessionUpdateSchema },
  { table: 'facts', topics: ['facts', 'inlineFacts'], schema: entityFactSchema },
  { table: 'ledger', topics: ['ledger', 'sinkLedger'], schema: ledgerRecordSchema },
  {
    table: 'dead_letters',
    topics: ['gatewayDeadLetters', 'enricherDeadLetters', 'sinkDeadLetters'],
    schema: deadLetterSchema,
  },
];
