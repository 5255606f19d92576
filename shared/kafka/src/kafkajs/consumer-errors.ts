import { messageOf } from '../dependency-error.ts';

/** What the runner of kafkajs answers with a rejoin, if it sees the error's own type. */
const REJOIN = new Set([
  'REBALANCE_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
]);
/** Of these, the ones after which the partition is somebody else's. */
const LOST = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);

const typeOf = (error: unknown): string =>
  error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : '';

/** The group is forming anew, or this member is out of it. */
export const asksForRejoin = (error: unknown): boolean => REJOIN.has(typeOf(error));

export const saysPartitionLost = (error: unknown): boolean => LOST.has(typeOf(error));

/**
 * What may leave a handler: errors that make kafkajs rejoin keep their type, anything else becomes a plain Error. Seen:
 * a TypeError, or an error that says `retriable: false`, ends the consumer for good while the process stays alive.
 */
export function errorForRunner(error: unknown): Error {
  if (error instanceof Error && asksForRejoin(error)) return error;
  return new Error(`batch handler failed: ${messageOf(error)}`, { cause: error });
}

const AWAY = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSLockTimeout',
]);

/**
 * Whether a crash comes from a broker that is away: the names of the whole chain count, because kafkajs wraps connection
 * errors in ones that say `retriable: false`.
 */
export function comesFromOutage(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (AWAY.has(at.name)) return true;
    if (at.name === 'KafkaJSProtocolError' && 'retriable' in at && at.retriable === true) return true;
  }
  return false;
}
