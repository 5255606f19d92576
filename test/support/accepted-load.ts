import { type AcceptedEvent, acceptedEventSchema, subjectOf, topicName } from '@caliper-pipeline/contracts';
import type { Stack } from '@caliper-pipeline/infra';
import {
  createKafka,
  createRecordEncoder,
  createRegistry,
  type OutputRecord,
  silentLogger,
} from '@caliper-pipeline/kafka';
import { type Random, seededRandom, uuidFrom } from '../../tools/random.ts';
import { type SteadyLoad, startSteadyLoad } from './steady-load.ts';
import { acceptedEventOf, keyOf, type PlannedEvent, partitionOfEvent } from './streams/stream-events.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LEARNERS = 150;
const TENANTS = ['north', 'south', 'elsewhere'];
const APPS = ['https://lms.example.edu', 'https://video.example.edu', ''];
/** From one event to the next in stream time: a learner has one about every five minutes, so that runs and sessions part. */
const STEP_MS = 2_000;

/** When the events of a load are received, in stream time. */
interface StreamClock {
  readonly startMs: number;
  readonly stepMs: number;
}
const DELAYS_MS = [400, 2_000, 30_000, 5 * MINUTE_MS, 40 * MINUTE_MS];
const ODD_DELAYS_MS = [3 * HOUR_MS, 20 * HOUR_MS, 47 * HOUR_MS, 80 * HOUR_MS, -5 * MINUTE_MS, -24 * HOUR_MS];

/**
 * The planned event of a number: three tenants, inferred, reported and federated sessions, late and future ones. Chains say
 * everything of themselves, so that nothing depends on when the directory of facts learns of them.
 */
function plannedOf(index: number, clock: StreamClock): PlannedEvent {
  const random = seededRandom(`event ${index}`);
  const tenant = random.pick(TENANTS);
  const learnerNumber = random.between(0, LEARNERS - 1);
  const actorId = `https://example.edu/users/${learnerNumber}`;
  const delayMs = random.next() < 0.03 ? random.pick(ODD_DELAYS_MS) : random.pick(DELAYS_MS);
  const atMs = receivedAt(index, clock) - delayMs - random.between(0, 999);
  return {
    tenant,
    sensor: 'https://example.edu/sensors/1',
    id: random.next() < 0.85 ? `urn:uuid:${uuidFrom(`event ${index}`)}` : '',
    atMs,
    actorId,
    edAppId: APPS[learnerNumber % APPS.length]!,
    note: String(index),
    isLearnerActivity: random.next() < 0.95,
    ...sessionOf(random, learnerNumber, atMs),
    ...courseOf(random, actorId),
  };
}

const receivedAt = (index: number, { startMs, stepMs }: StreamClock): number => startMs + index * stepMs;

function sessionOf(random: Random, learnerNumber: number, atMs: number): Partial<PlannedEvent> {
  const kind = learnerNumber % 3;
  if (kind === 0) return {};
  // Two hours of one learner; every tenth learner shares the id with all others of its kind.
  const owner = learnerNumber % 10 === 1 ? 'shared' : learnerNumber;
  const id = `https://example.edu/sessions/${owner}/${Math.floor(atMs / (2 * HOUR_MS))}`;
  const isEnd = random.next() < 0.05;
  return {
    ...(kind === 1 ? { reportedSessionId: id } : { federatedSessionId: id }),
    ...(isEnd ? { marker: 'end' as const, endReason: random.pick(['logged_out', 'timed_out']), endedAt: atMs } : {}),
  };
}

function courseOf(random: Random, actorId: string): Partial<PlannedEvent> {
  if (random.next() < 0.2) return {};
  const number = random.between(0, 39);
  const section = `https://example.edu/courses/${number}/sections/${number % 3}`;
  const offering = `https://example.edu/courses/${number}`;
  const link = (id: string, type: string) => ({
    id,
    type,
    name: `${type} ${number}`,
    external_id: '',
    academic_session: '',
  });
  return {
    chain: [link(section, 'CourseSection'), link(offering, 'CourseOffering')],
    ...(random.next() < 0.5
      ? {
          member: actorId,
          organization: section,
          roles: random.pick([['Learner'], ['Learner', 'Mentor']]),
          status: 'Active',
        }
      : {}),
  };
}

/** The event that is sent as number `index`: now and then one of the last four hundred again, or again with other content. */
function eventOf(index: number, clock: StreamClock): AcceptedEvent {
  const random = seededRandom(`delivery ${index}`);
  const chance = random.next();
  const earlier = index - random.between(1, 400);
  if (earlier >= 0 && chance < 0.03) return acceptedEventOf(plannedOf(earlier, clock), receivedAt(index, clock));
  if (earlier >= 0 && chance < 0.033) {
    const planned = { ...plannedOf(earlier, clock), note: 'changed' };
    return acceptedEventOf(planned, receivedAt(index, clock));
  }
  return acceptedEventOf(plannedOf(index, clock), receivedAt(index, clock));
}

export interface AcceptedLoadOptions {
  readonly partitions: number;
  readonly perSecond: number;
  readonly stepMs?: number;
}

/** Writes accepted events as the gateway does, at a steady rate, and each batch again until the broker has it. */
export async function startAcceptedLoad(
  { endpoints }: Pick<Stack, 'endpoints'>,
  { partitions, perSecond, stepMs = STEP_MS }: AcceptedLoadOptions,
): Promise<SteadyLoad> {
  const logger = silentLogger;
  const brokers = endpoints.kafka.bootstrapServers.split(',');
  const producer = createKafka({ brokers, clientId: 'accepted-load', logger }).recordProducer({ sendTimeoutMs: 5_000 });
  const registry = createRegistry({ url: endpoints.registry.url, logger });
  const encoder = await createRecordEncoder(registry, subjectOf('events', acceptedEventSchema), acceptedEventSchema);
  // Stream time ends before now, as the broker takes no record of the future, and begins within the retention of every topic.
  const clock = { startMs: Date.now() - 3.5 * 24 * HOUR_MS, stepMs };
  const recordOf = (index: number): OutputRecord => {
    const event = eventOf(index, clock);
    return {
      partition: partitionOfEvent(event, partitions),
      key: Buffer.from(keyOf(event)),
      value: encoder.encode(event),
      timestampMs: event.received_at,
    };
  };
  return startSteadyLoad({ producer, topic: topicName('events'), perSecond, recordOf });
}
