import { type FieldsOf, NAMESPACE, type RecordOf } from '../avro.ts';
import { carriedColumns, inlineFacts, keyColumns, resolvedColumns } from './event-fields.ts';

/** Value of `caliper.events`: an event the gateway accepted, interpreted once, redacted, with what it states of itself. */
export const acceptedEventSchema = {
  type: 'record',
  name: 'AcceptedEvent',
  namespace: NAMESPACE,
  fields: [...inlineFacts, ...keyColumns, ...carriedColumns],
} as const;

/** Value of `caliper.events.enriched`: exactly the columns of the table `events` that are not computed by ClickHouse. */
export const enrichedEventSchema = {
  type: 'record',
  name: 'EnrichedEvent',
  namespace: NAMESPACE,
  fields: [...resolvedColumns, ...keyColumns, ...carriedColumns],
} as const;

export type AcceptedEvent = RecordOf<typeof acceptedEventSchema>;
export type EnrichedEvent = RecordOf<typeof enrichedEventSchema>;
export type InlineFacts = FieldsOf<typeof inlineFacts>;
export type KeyColumns = FieldsOf<typeof keyColumns>;
export type CarriedColumns = FieldsOf<typeof carriedColumns>;
export type ResolvedColumns = FieldsOf<typeof resolvedColumns>;
export type ChainLink = InlineFacts['chain'][number];

/** The columns that only the receipt of a request knows; everything else in AcceptedEvent comes from the event itself. */
export type ReceiptColumns = Pick<
  AcceptedEvent,
  'tenant' | 'sensor' | 'event_key' | 'content_hash' | 'received_at' | 'send_time' | 'request_id'
>;
