import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultRedactionRules, interpret, parseJson, readEnvelopes } from '@caliper-pipeline/caliper';
import {
  type AcceptedEvent,
  type EntityFact,
  hash128,
  type ResolvedColumns,
  topicName,
} from '@caliper-pipeline/contracts';
import type { InputBatch, InputRecord } from '@caliper-pipeline/kafka';
import { createFakeTransaction } from '@caliper-pipeline/kafka/testing';
import type { FactsDirectory } from '../src/domain/facts-directory.ts';
import { saidBy } from '../src/domain/known-facts.ts';
import { createStoredFacts } from '../src/io/stored-facts.ts';
import { acceptedEvent } from '../src/testing/accepted-events.ts';
import { factWith } from '../src/testing/memory-directory.ts';
import { createTestEnricher } from '../src/testing/test-enricher.ts';

/**
 * CPU microseconds per event of the enricher's own part: no Kafka, state and topics in memory.
 * `node services/enricher/bench/enrichment.ts [FOLDER] [learn|generated]`. FOLDER holds JSON documents of events or envelopes,
 * whose people and courses are replaced by those of the population; without one, examples/ is taken.
 */
const [folder = new URL('../../../examples/', import.meta.url).pathname, only = ''] = process.argv.slice(2);
const LEARNERS = 1_000_000;
const GROUPS = 100_000;
const BATCH = 2_000;
const BATCHES = 10;
const ROUNDS = 12;
const SECOND_MS = 1_000;

let seed = 1;
/** A small generator with a state of its own: the same events in every run. */
function random(below: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}

/** Few courses are large and few learners busy: squaring gives the first quarter half of everything. */
function skewed(below: number): number {
  const uniform = random(2 ** 30) / 2 ** 30;
  return Math.floor(uniform * uniform * below);
}

/** Of a million learners so many are at work at a time, each for some twenty events. */
const ACTIVE = 20_000;
const EVENTS_EACH = 20;
const active = Array.from({ length: ACTIVE }, () => random(LEARNERS));
function someLearner(): number {
  const at = random(ACTIVE);
  if (random(EVENTS_EACH) === 0) active[at] = random(LEARNERS);
  return active[at]!;
}

let now = Date.UTC(2026, 10, 24, 8);
let made = 0;

function templatesOf(path: string): readonly AcceptedEvent[] {
  const files = readdirSync(path).filter((name) => name.endsWith('.json'));
  return files.flatMap((name) => {
    const parsed = parseJson(readFileSync(join(path, name), 'utf8'));
    const read = parsed.ok ? readEnvelopes(parsed.value) : null;
    if (read?.kind !== 'deliveries') return [];
    return read.deliveries.flatMap(({ sensor, items, sendTimeMs, dataVersion, reasons }) =>
      items.flatMap((item) => {
        const found = interpret(item, {
          tenant: 'uni',
          sensor,
          dataVersion,
          receivedAtMs: now,
          sendTimeMs,
          envelopeReasons: reasons,
          identitySecret: '',
          redaction: defaultRedactionRules,
        });
        return found.kind === 'event' ? [acceptedEvent({ ...found.fields, sensor } as Partial<AcceptedEvent>)] : [];
      }),
    );
  });
}

/** One of the templates, of another learner, in another course, now. */
function fromTemplate(template: AcceptedEvent): AcceptedEvent {
  made += 1;
  now += 5;
  const learner = `https://learn.example.edu/sites/1/users/${someLearner()}`;
  const group = skewed(GROUPS);
  const key = String(made);
  const isMember = template.membership_organization_id !== '';
  const session = template.reported_session_id + template.federated_session_id === '' ? '' : `${learner}/session`;
  return {
    ...template,
    event_key: hash128('event', [key]),
    content_hash: hash128('content', [key]),
    event_id: hash128('id', [key]),
    event_time: now - random(60 * SECOND_MS),
    event_date: Math.floor(now / 86_400_000),
    received_at: now,
    chain: template.chain.map((link, index) => ({ ...link, id: groupId(group, template.chain.length - 1 - index) })),
    membership_member_id: isMember ? learner : '',
    membership_organization_id: isMember ? groupId(group, 0) : '',
    actor_id: template.actor_id === template.learner_id ? learner : template.actor_id,
    learner_id: template.learner_id === '' ? '' : learner,
    reported_session_id: template.reported_session_id === '' ? '' : session,
    federated_session_id: template.federated_session_id === '' ? '' : session,
  };
}

/** Level 0 is the course offering of a group, 1 a section in it, 2 a group in that. */
const groupId = (group: number, level: number): string =>
  `https://learn.example.edu/sites/1/${['courses', 'sections', 'groups'][level]}/${group}`;

/** A page view in a section of which only the IRI is said, without session and membership. */
function generated(): AcceptedEvent {
  const bare = { type: '', name: '', external_id: '', academic_session: '' };
  return fromTemplate(
    acceptedEvent({
      event_id: 'x',
      chain: [
        { id: 'x', ...bare },
        { id: 'x', ...bare },
      ].slice(0, 1),
      chain_source: 'group',
      raw: 'x'.repeat(1_500),
    }),
  );
}

function directory() {
  const facts = createStoredFacts({ get: () => undefined });
  const keep = (over: Parameters<typeof factWith>[0]) => {
    const said = saidBy(factWith({ tenant: 'uni', ...over }));
    if (said !== null) facts.keep('uni', said);
  };
  for (let group = 0; group < GROUPS; group += 1) {
    keep({ entity_id: groupId(group, 0), entity_type: 'CourseSection', name: `Section ${group}` });
    keep({
      kind: 'nesting',
      entity_id: groupId(group, 0),
      parent_id: `https://learn.example.edu/offerings/${group >> 2}`,
      parent_type: 'CourseOffering',
      observed_day: 20_000 + (group % 300),
    });
  }
  const learn = (learnt: readonly EntityFact[]) => {
    for (const fact of learnt) {
      const said = saidBy(fact);
      if (said !== null) facts.keep('uni', said);
    }
  };
  return { ...facts, learn };
}

const RESOLVED: ResolvedColumns = {
  flags: [],
  local_date: 20_000,
  utc_offset_minutes: 60,
  roles: ['Learner'],
  membership_status: 'Active',
  course_id: groupId(1, 1),
  course_section_id: groupId(1, 1),
  course_offering_id: groupId(1, 0),
  course_external_id: 'BIO-101',
  academic_session: '',
  group_path: [groupId(1, 1), groupId(1, 0)],
  group_path_types: ['CourseSection', 'CourseOffering'],
  course_source: 'group',
  session_id: hash128('session', []),
  session_kind: 'inferred',
  source_generation: 1,
  source_partition: 0,
  source_offset: 1,
  rule_version: 1,
  version: 1,
  is_deleted: 0,
};

/** State in a Map; ids are always new here, and remembering them is the stage's work, measured there. */
function transactionInMaps() {
  const fake = createFakeTransaction();
  const transaction = {
    ...fake,
    seen: { find: () => null, add: () => {} },
    emit: (topic: string) => void emitted.set(topic, (emitted.get(topic) ?? 0) + 1),
  };
  const emitted = new Map<string, number>();
  Object.defineProperty(transaction, 'streamTimeMs', { get: () => fake.streamTimeMs });
  return { transaction, emitted };
}

async function measure(
  name: string,
  next: () => AcceptedEvent,
  facts: FactsDirectory & { learn: (facts: readonly EntityFact[]) => void },
) {
  const enricher = await createTestEnricher({ directory: facts });
  const { transaction, emitted } = transactionInMaps();
  let offset = 0n;
  const batchOf = () => {
    const records: InputRecord[] = Array.from({ length: BATCH }, () => {
      const event = next();
      offset += 1n;
      return {
        offset,
        timestampMs: event.received_at,
        key: Buffer.from(`uni\0${event.actor_id}`),
        value: enricher.encode(event),
        headers: { 'caliper-request-id': Buffer.from('0d2a5d6e-0000-0000-0000-000000000000') },
      };
    });
    const firstOffset = records[0]!.offset;
    const range = { position: firstOffset, firstOffset, lastOffset: offset, highWatermark: offset + 1n };
    return { topic: topicName('events'), partition: 0, ...range, records };
  };
  const codecOnly = (batch: InputBatch) => {
    for (const { value } of batch.records) {
      const decoded = enricher.ports.decodeBlocks(value!);
      if (decoded.kind === 'ok') enricher.ports.spliceBlocks(RESOLVED, decoded.unread);
    }
  };
  let best = Number.POSITIVE_INFINITY;
  let worst = 0;
  let codec = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const batches = Array.from({ length: BATCHES }, batchOf);
    globalThis.gc?.();
    emitted.clear();
    const before = process.cpuUsage();
    for (const batch of batches) await enricher.handler(batch, transaction);
    const { user, system } = process.cpuUsage(before);
    const each = (user + system) / (BATCH * BATCHES);
    const codecBefore = process.cpuUsage();
    for (const batch of batches) codecOnly(batch);
    const codecUsed = process.cpuUsage(codecBefore);
    codec = Math.min(codec, (codecUsed.user + codecUsed.system) / (BATCH * BATCHES));
    best = Math.min(best, each);
    worst = Math.max(worst, each);
  }
  console.log(
    `${best.toFixed(2).padStart(7)} us  ${name} (worst round ${worst.toFixed(2)}), ${transaction.entries.size} entries of state`,
  );
  console.log(`${codec.toFixed(2).padStart(7)} us  of that to decode and to splice alone`);
  for (const [topic, count] of emitted) {
    console.log(`           ${(count / (BATCH * BATCHES)).toFixed(2)} per event to ${topic}`);
  }
}

const facts = directory();
if (only !== 'generated' && existsSync(folder)) {
  const templates = templatesOf(folder);
  let turn = 0;
  const nextOf = () => {
    turn += 1;
    return fromTemplate(templates[turn % templates.length]!);
  };
  await measure(`${templates.length} events of ${folder}`, nextOf, facts);
}
if (only !== 'learn') await measure('generated page views, inferred sessions', generated, facts);
