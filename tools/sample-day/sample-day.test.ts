import { interpret, parseJson, readEnvelopes } from '@caliper-pipeline/caliper';
import { contentHash, eventKey } from '@caliper-pipeline/contracts';
import { expect, test } from 'vitest';
import { createDay } from './day.ts';
import { countItems, type Delivery, markOf } from './ledger.ts';
import { sampleDay } from './sample-day.ts';

const ANCHOR_MS = Date.UTC(2026, 10, 24, 15, 30, 12, 345);
const plan = (label = '2026-11-24', anchorMs = ANCHOR_MS) => sampleDay(createDay(label, anchorMs), 'demo-key');
const { deliveries, lastMark, sensors } = plan();
const counts = countItems(deliveries);

/** What the pipeline's own language makes of a delivery: an oracle that the ledger does not use. */
function interpreted({ body }: Delivery) {
  const parsed = parseJson(body);
  if (!parsed.ok) return [];
  const envelopes = readEnvelopes(parsed.value);
  if (envelopes.kind !== 'deliveries') throw new Error(envelopes.kind);
  return envelopes.deliveries.flatMap((delivery) =>
    delivery.items.map((item) => {
      const context = {
        tenant: 'demo',
        sensor: delivery.sensor,
        dataVersion: delivery.dataVersion,
        receivedAtMs: ANCHOR_MS,
        sendTimeMs: delivery.sendTimeMs,
        envelopeReasons: delivery.reasons,
        identitySecret: 'secret',
        redaction: { truncateIpAddresses: false, extraSecretKeys: [] },
      };
      return { sensor: delivery.sensor, result: interpret(item, context) };
    }),
  );
}

test('the same label and anchor give the same bytes; another label gives other ids', () => {
  expect(plan()).toEqual({ deliveries, lastMark, sensors });
  const others = new Set(plan('2026-11-25').deliveries.flatMap(({ items }) => items.map(({ mark }) => mark)));
  for (const { items } of deliveries)
    for (const { mark } of items) if (mark !== '') expect(others.has(mark), mark).toBe(false);
});

test('it has at least 300 items of all kinds, from all kinds of senders, and they add up', () => {
  for (const label of ['2026-11-24', '2026-01-01', '2027-02-28', '2030-12-31'])
    expect(countItems(plan(label).deliveries).items, label).toBeGreaterThanOrEqual(300);
  expect(counts.rows + counts.duplicates + counts.describes + counts.deadLetters).toBe(counts.items);
  expect(counts.duplicates).toBeGreaterThanOrEqual(10);
  expect(counts.describes).toBe(4);
  expect(counts.deadLetters).toBe(2);
  expect(new Set(deliveries.map(({ sender }) => sender))).toEqual(
    new Set(['Registry office', 'Kafka', 'Learn', 'Canvas', 'Moodle', 'Open edX']),
  );
});

test('marks are unique among rows, a duplicate repeats a row that was sent before, and the last item is a row', () => {
  const seen = new Set<string>();
  for (const { items } of deliveries) {
    for (const { expect: expected, mark } of items) {
      if (expected === 'row') expect(seen.has(mark), mark).toBe(false);
      if (expected === 'duplicate') expect(seen.has(mark), mark).toBe(true);
      seen.add(mark);
    }
  }
  expect(deliveries.at(-1)!.items.at(-1)).toEqual({ expect: 'row', mark: lastMark });
});

test('the language agrees with the ledger, item by item, and keys fall together exactly where it says so', () => {
  const keys = new Map<string, string>();
  for (const delivery of deliveries) {
    if (delivery.status === 400) continue;
    const found = interpreted(delivery);
    expect(found).toHaveLength(delivery.items.length);
    for (const [index, item] of delivery.items.entries()) {
      const { sensor, result } = found[index]!;
      if (item.expect === 'describe') expect(result.kind).toBe('describe');
      if (item.expect === 'dead letter') expect(result).toMatchObject({ reason: 'event_time_unreadable' });
      if (result.kind !== 'event') continue;
      expect(sensors).toContain(sensor);
      const { fields, identity } = result;
      const { event_id: eventId, actor_id: actorId, object_id: objectId, event_time: atMs } = fields;
      expect(markOf({ eventId, actorId, objectId, atMs })).toBe(item.mark);
      const key = eventKey(sensor, identity, contentHash('demo', sensor, identity.canonical));
      expect(keys.has(key), item.mark).toBe(item.expect === 'duplicate');
      keys.set(key, item.mark);
    }
  }
  expect(keys.size).toBe(counts.rows);
});

test('every time is within the last 47 hours and none is in the future', () => {
  for (const { result } of deliveries.flatMap(interpreted)) {
    if (result.kind !== 'event') continue;
    expect(result.fields.event_time).toBeLessThanOrEqual(ANCHOR_MS);
    expect(result.fields.event_time).toBeGreaterThan(ANCHOR_MS - 47 * 3_600_000);
  }
});

test('three courses, 25 learners, a group in a section, and three versions of Caliper', () => {
  const events = deliveries
    .flatMap(interpreted)
    .flatMap(({ result }) => (result.kind === 'event' ? [result.fields] : []));
  const courses = events.flatMap(({ chain }) => chain.map(({ external_id }) => external_id)).filter((id) => id !== '');
  expect([...new Set(courses)].sort()).toEqual(['BIO-101', 'HIS-205', 'MAT-310']);
  expect(new Set(events.map((event) => event.learner_id).filter((id) => id !== '')).size).toBe(26);
  expect(new Set(events.map(({ caliper_version }) => caliper_version))).toEqual(new Set(['1.0', '1.1', '1.2']));
  const deepest = events.find(({ chain }) => chain.length === 4);
  expect(deepest?.chain.map(({ type }) => type)).toEqual(['Group', 'CourseSection', 'CourseOffering', 'Organization']);
  expect(new Set(events.map(({ type }) => type))).toEqual(
    new Set([
      'AnnotationEvent',
      'AssessmentEvent',
      'AssessmentItemEvent',
      'AssignableEvent',
      'GradeEvent',
      'MediaEvent',
      'MessageEvent',
      'NavigationEvent',
      'OutcomeEvent',
      'SessionEvent',
      'ToolLaunchEvent',
      'ToolUseEvent',
      'ViewEvent',
      'bb:ContentEvent',
      'bb:CourseGroupEvent',
      'bb:ForumEvent',
      'bb:LTIEvent',
    ]),
  );
});

test('positions in a video never go back but by a jump', () => {
  const media = deliveries
    .flatMap(interpreted)
    .flatMap(({ result }) => (result.kind === 'event' && result.fields.type === 'MediaEvent' ? [result.fields] : []));
  const positions = new Map<string, number>();
  for (const { actor_id, action, media_position_seconds } of media.sort((a, b) => a.event_time - b.event_time)) {
    if (action !== 'JumpedTo') expect(media_position_seconds).toBeGreaterThanOrEqual(positions.get(actor_id) ?? 0);
    positions.set(actor_id, media_position_seconds!);
  }
  expect(media.filter(({ action }) => action === 'Ended').length).toBeGreaterThan(0);
});

test('the one secret of the sample is in a launch only', () => {
  const text = deliveries.map(({ body }) => body).join('\n');
  expect(text).toContain('oauth_signature');
  expect(text).not.toMatch(/[\w.]+@[\w-]+\.\w/);
});
