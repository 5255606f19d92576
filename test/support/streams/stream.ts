import type { EntityFact } from '@caliper-pipeline/contracts';
import { type Random, seededRandom, uuidFrom } from '../../../tools/random.ts';
import { DAY_MS, HOUR_MS, type LogRecord, type ReferenceTenant } from '../reference/log.ts';
import { chainFrom, deepChain, describedFacts, fact, type GroupTree, groupTree, ladderFacts } from './group-trees.ts';
import { acceptedEventOf, keyOf, type PlannedEvent, partitionOfEvent } from './stream-events.ts';

/** A stream of events with everything that goes wrong in life, the same for the same seed. */
export interface Stream {
  readonly seed: string;
  readonly partitions: number;
  readonly log: readonly LogRecord[];
  /** Facts of describes with the epoch from which on they are known; epoch e is `moment` e of the log. */
  readonly described: readonly { readonly fact: EntityFact; readonly knownAt: number }[];
  readonly epochs: number;
  readonly tenants: ReadonlyMap<string, ReferenceTenant>;
}

const MINUTE_MS = 60_000;
const APPS = ['https://lms.example.edu', 'https://video.example.edu', ''];
const SENSORS = ['https://example.edu/sensors/1', 'https://example.edu/sensors/2'];
/** The week of a change to summer time, of the end of a year with 53 weeks, and a leap day. */
const STARTS = [Date.UTC(2026, 2, 27, 9), Date.UTC(2026, 11, 30, 20, 30), Date.UTC(2028, 1, 28, 22)];
/** Silences: within a run, exactly and just beyond its end, and the same for a session. */
const GAPS_MS = [
  20_000, 95_000, 299_999, 300_000, 300_001, 420_000, 1_799_999, 1_800_000, 1_800_001, 2_400_000, 3_300_000, 0,
];
const DELAYS_MS = [400, 2_000, 30_000, 5 * MINUTE_MS, 40 * MINUTE_MS, 3 * HOUR_MS, 20 * HOUR_MS];
/** Edges of what may count in sessions, and far beyond them. */
const ODD_DELAYS_MS = [
  -10 * MINUTE_MS,
  -10 * MINUTE_MS - 1,
  -5 * MINUTE_MS,
  -DAY_MS,
  47 * HOUR_MS,
  47 * HOUR_MS + 1,
  3 * DAY_MS,
  540 * DAY_MS,
  -120 * 365 * DAY_MS,
];

export interface StreamOptions {
  readonly learners?: number;
  readonly partitions?: number;
}

export function streamOf(seed: string, { learners = 6, partitions = 3 }: StreamOptions = {}): Stream {
  const random = seededRandom(seed);
  const startMs = random.pick(STARTS) + random.between(0, HOUR_MS);
  const tenants = new Map<string, ReferenceTenant>([
    ['north', { timeZone: 'Europe/Amsterdam', sessionGapMs: 1_800_000 }],
    ['south', { timeZone: 'Asia/Kathmandu', sessionGapMs: random.pick([900_000, 1_800_000]) }],
  ]);
  // The third is in no file.
  const names = ['north', 'south', 'elsewhere'];
  const trees = new Map(names.map((tenant) => [tenant, groupTree(random, tenant)]));

  const arrivals: Arrival[] = [];
  for (let index = 0; index < learners * names.length; index += 1) {
    const tenant = names[index % names.length]!;
    const learner = `https://example.edu/users/${Math.floor(index / names.length)}`;
    arrivals.push(...lifeOf(random, { tenant, learner, tree: trees.get(tenant)!, startMs }));
  }
  const sent = [...arrivals, ...repeats(random, arrivals)];
  const epochs = random.between(3, 8);
  const log = logOf(random, sent, partitions, epochs);
  const described = names.flatMap((tenant) => {
    const facts = [
      ...describedFacts(random, tenant, trees.get(tenant)!, startMs + random.between(0, 3 * DAY_MS)),
      ...(random.next() < 0.3 ? ladderFacts(tenant, startMs) : []),
      ...rosterFacts(random, tenant, trees.get(tenant)!, startMs),
    ];
    // Before the first event, somewhere in between, or never.
    return facts.map((one) => ({ fact: one, knownAt: random.pick([0, 0, random.between(1, epochs), epochs + 1]) }));
  });
  return { seed, partitions, log, described, epochs, tenants };
}

interface Arrival {
  readonly planned: PlannedEvent | null;
  readonly tenant: string;
  readonly receivedAtMs: number;
}

interface Life {
  readonly tenant: string;
  readonly learner: string;
  readonly tree: GroupTree;
  readonly startMs: number;
}

/** Some sittings of one learner over one or several days, in applications with and without sessions. */
function lifeOf(random: Random, life: Life): Arrival[] {
  const arrivals: Arrival[] = [];
  let atMs = life.startMs + random.between(0, 6 * HOUR_MS);
  const sittings = random.between(1, 4);
  for (let sitting = 0; sitting < sittings; sitting += 1) {
    const kind = random.pick(['inferred', 'inferred', 'reported', 'federated', 'shared', 'app']);
    const events = random.between(1, 9);
    const edAppId = random.pick(APPS);
    const session = sessionFields(random, kind, `${life.learner}/sessions/${sitting}`);
    for (let count = 0; count < events; count += 1) {
      atMs += random.pick(GAPS_MS);
      const isLast = count === events - 1;
      arrivals.push(arrivalOf(random, plannedEvent(random, life, { atMs, edAppId, ...session, isLast }), atMs));
    }
    atMs += random.pick([35 * MINUTE_MS, 50 * MINUTE_MS, 4 * HOUR_MS, 11 * HOUR_MS, 26 * HOUR_MS, 52 * HOUR_MS]);
  }
  return arrivals;
}

type SessionFields = Pick<PlannedEvent, 'reportedSessionId' | 'federatedSessionId' | 'isLearnerActivity'>;

function sessionFields(random: Random, kind: string, id: string): SessionFields {
  if (kind === 'reported') return { reportedSessionId: id, federatedSessionId: random.pick(['', 'https://f/1']) };
  if (kind === 'federated') return { federatedSessionId: id };
  // One browser, several people; and one id that is reported here and federated there.
  if (kind === 'shared')
    return random.pick([{ reportedSessionId: 'https://lab/1' }, { federatedSessionId: 'https://lab/1' }]);
  return kind === 'app' ? { isLearnerActivity: false } : {};
}

function plannedEvent(
  random: Random,
  { tenant, learner, tree, startMs }: Life,
  { isLast, ...fields }: SessionFields & { atMs: number; edAppId: string; isLast: boolean },
): PlannedEvent {
  const isNamed = (fields.reportedSessionId ?? fields.federatedSessionId) !== undefined;
  const chance = random.next();
  const chain =
    chance < 0.1
      ? []
      : chance < 0.13
        ? deepChain()
        : chance < 0.16
          ? [{ id: 'https://example.edu/ladder/2', type: '', name: '', external_id: '', academic_session: '' }]
          : chainFrom(random, tree, random.between(0, tree.organizations.length - 1));
  return {
    tenant,
    sensor: random.pick(SENSORS),
    id: random.next() < 0.8 ? `urn:uuid:${uuidFrom(`${random.next()}`)}` : '',
    actorId: learner,
    note: String(random.between(0, 1_000_000)),
    flags: random.pick([[], [], ['action_unknown'], ['group_cycle']]),
    chain,
    chainSource: random.pick(['group', 'membership', 'object']),
    ...fields,
    ...membershipFields(random, learner, tree),
    ...(isNamed && isLast && random.next() < 0.6 ? endFields(random, fields.atMs) : {}),
    ...(isNamed && random.next() < 0.3 ? { startedAt: startMs - random.between(0, HOUR_MS) } : {}),
  };
}

function endFields(random: Random, atMs: number) {
  return {
    marker: 'end' as const,
    endReason: random.pick(['logged_out', 'timed_out']),
    endedAt: random.pick([null, atMs, atMs + 1000, atMs - 60_000]),
  };
}

/** The learner's own, somebody else's, or one that cannot be used. Roles change from event to event. */
function membershipFields(random: Random, learner: string, tree: GroupTree) {
  if (random.next() < 0.5) return {};
  return {
    member: random.pick([learner, learner, '', 'https://example.edu/users/1', '_:b1']),
    organization: random.pick([...tree.organizations.map(({ id }) => id), '_:b2']),
    roles: random.pick([['Learner'], ['Instructor'], ['Instructor#TeachingAssistant', 'Instructor'], ['Mentor']]),
    status: random.pick(['Active', 'Inactive', '']),
  };
}

function rosterFacts(random: Random, tenant: string, tree: GroupTree, startMs: number): EntityFact[] {
  return Array.from({ length: random.between(0, 6) }, () => {
    const memberId = `https://example.edu/users/${random.between(0, 5)}`;
    const atMs = startMs + random.between(-5 * DAY_MS, 2 * DAY_MS);
    return fact(tenant, atMs, {
      kind: 'membership',
      member_id: memberId,
      organization_id: random.pick(tree.organizations).id,
      roles: random.pick([['Learner'], ['Instructor']]),
      status: 'Active',
    });
  });
}

function arrivalOf(random: Random, planned: PlannedEvent, atMs: number): Arrival {
  const delayMs = random.next() < 0.12 ? random.pick(ODD_DELAYS_MS) : random.pick(DELAYS_MS);
  // What arrives at a sane time may speak of another: the event moves, not its receipt.
  const isFar = Math.abs(delayMs) > 4 * DAY_MS;
  const moved = isFar ? { ...planned, atMs: atMs - delayMs } : planned;
  return { planned: moved, tenant: planned.tenant, receivedAtMs: isFar ? atMs : atMs + delayMs };
}

/** Re-sends soon, days later, exactly at the edge of the horizon; changed content under one key; one id for two acts. */
function repeats(random: Random, arrivals: readonly Arrival[]): Arrival[] {
  return arrivals.flatMap((arrival): Arrival[] => {
    const { planned, tenant, receivedAtMs } = arrival;
    if (planned === null) return [];
    const later = (receivedAt: number, changed: Partial<PlannedEvent> = {}): Arrival[] => {
      return [{ planned: { ...planned, ...changed }, tenant, receivedAtMs: receivedAt }];
    };
    const chance = random.next();
    if (chance < 0.08) return later(receivedAtMs + random.pick([1, 500, 90_000, 7 * HOUR_MS]));
    if (chance < 0.1) {
      const hour = Math.floor(receivedAtMs / HOUR_MS) * HOUR_MS;
      return later(hour + random.pick([49, 50]) * HOUR_MS + random.pick([0, HOUR_MS - 1]));
    }
    if (chance < 0.12) return later(receivedAtMs + 60_000, { note: 'changed' });
    if (chance < 0.14) return later(receivedAtMs + 60_000, { atMs: planned.atMs + 1000 });
    // A whole school sends its feed to two tenants.
    if (chance < 0.16) return later(receivedAtMs + 10, { tenant: tenant === 'north' ? 'south' : 'north' });
    if (chance < 0.17) return [{ planned: null, tenant, receivedAtMs: receivedAtMs + 5 }];
    return [];
  });
}

/** By time of receipt, a few of them out of order, as several gateways and the ingress write. */
function logOf(random: Random, arrivals: readonly Arrival[], partitions: number, epochs: number): LogRecord[] {
  const jitter = () => (random.next() < 0.1 ? random.pick([-2_000, 3_000, 61 * MINUTE_MS, 90 * MINUTE_MS]) : 0);
  const ordered = arrivals
    .map((arrival) => ({ arrival, at: arrival.receivedAtMs + jitter() }))
    .sort((a, b) => a.at - b.at);
  const next = Array.from({ length: partitions }, () => random.between(0, 1000));
  return ordered.map(({ arrival: { planned, tenant, receivedAtMs } }, index): LogRecord => {
    const event = planned === null ? null : acceptedEventOf(planned, receivedAtMs);
    const partition = event === null ? random.between(0, partitions - 1) : partitionOfEvent(event, partitions);
    // Offsets have gaps: aborted records and markers.
    const offset = next[partition]!;
    next[partition] = offset + random.pick([1, 1, 1, 2, 5]);
    return {
      partition,
      offset,
      timeMs: receivedAtMs,
      key: event === null ? `${tenant}\u0000nobody` : keyOf(event),
      event,
      moment: Math.floor((index / ordered.length) * epochs),
    };
  });
}
