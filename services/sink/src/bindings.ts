import { type AvroRecord, deadLetterSchema, enrichedEventSchema, type TopicName } from '@caliper-pipeline/contracts';

export interface Binding {
  readonly table: string;
  readonly topics: readonly TopicName[];
  /** The value schema of all its topics: every field must have a column of its name. */
  readonly schema: AvroRecord;
}

/** What is loaded where. Each binding has a consumer group of its own, so that a slow table stops no other. */
export const bindings: readonly Binding[] = [
  { table: 'events', topics: ['enriched'], schema: enrichedEventSchema },
  {
    table: 'dead_letters',
    topics: ['gatewayDeadLetters', 'enricherDeadLetters', 'sinkDeadLetters'],
    schema: deadLetterSchema,
  },
];

/** The consumer group of a binding: it keeps the offsets, so its name is part of the contract. */
export const groupOf = ({ table }: Binding): string => `caliper-sink-${table.replaceAll('_', '-')}`;
