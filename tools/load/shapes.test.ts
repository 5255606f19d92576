import {
  defaultRedactionRules,
  type Interpretation,
  interpret,
  parseJson,
  readEnvelopes,
} from '@caliper-pipeline/caliper';
import { describe, expect, test } from 'vitest';
import type { Act } from './act.ts';
import { createCampus } from './campus.ts';
import { carriesMembership, expectedRow } from './expected.ts';
import { senders, shapes } from './senders/index.ts';
import type { Shape } from './shape.ts';

const campus = createCampus({ label: 'a1', seed: 's', learners: 1000, courses: 60 });
const NOON = Date.UTC(2026, 2, 10, 12);
const courses = Array.from({ length: 60 }, (_, course) => course);
const firstOf = (lms: string, isInline = true) =>
  courses.find((course) => campus.lmsOf(course) === lms && campus.isInline(course) === isInline)!;

function actFor({ sender }: Shape, isInline: boolean): Act {
  const lms = { Learn: 'learn', Canvas: 'canvas', Moodle: 'moodle' }[sender.name] ?? 'learn';
  const course = firstOf(lms, isInline);
  return { campus, serial: 7, person: 12, course, session: 3, atMs: NOON, variant: 5 };
}

function read(shape: Shape, act: Act): Interpretation & { kind: 'event' } {
  const sensor = shape.sender.sensor(campus);
  const body = shape.sender.body(sensor, new Date(NOON).toISOString(), [shape.render(act)]);
  const parsed = parseJson(body);
  if (!parsed.ok) throw new Error(parsed.detail);
  const envelopes = readEnvelopes(parsed.value);
  if (envelopes.kind !== 'deliveries') throw new Error(envelopes.kind);
  const [delivery] = envelopes.deliveries;
  expect(delivery!.sensor).toBe(sensor);
  const result = interpret(delivery!.items[0], {
    tenant: 'demo',
    sensor,
    dataVersion: delivery!.dataVersion,
    receivedAtMs: NOON,
    sendTimeMs: NOON,
    envelopeReasons: delivery!.reasons,
    identitySecret: 'x',
    redaction: defaultRedactionRules,
  });
  if (result.kind !== 'event') throw new Error(`${shape.name} is a ${result.kind}`);
  return result;
}

describe.each([true, false])('inline %s', (isInline) => {
  test.each(shapes.map((shape) => [`${shape.sender.name} ${shape.name}`, shape] as const))('%s', (_, shape) => {
    const act = actFor(shape, isInline);
    const { fields, identity } = read(shape, act);
    const row = expectedRow(shape, act);
    const { own, full: _full, placed: _placed, nested: _nested, told: _told, ...rest } = row;
    const { membership, course_source, flags, ...columns } = rest;
    expect(fields).toMatchObject(columns);
    expect([...fields.received_flags].sort()).toEqual(flags);
    expect(fields.chain_source).toBe(course_source);
    const byType = (type: string) => fields.chain.find((link) => link.type === type)?.id ?? '';
    expect([byType('CourseSection'), byType('CourseOffering')]).toEqual([
      own.course_section_id,
      own.course_offering_id,
    ]);
    expect(fields.session_marker).toBe(shape.expect.marker);
    expect(fields.session_end_reason).toBe(shape.expect.endReason);
    expect(fields.event_time).toBe(NOON);
    const isOwnMember = fields.membership_member_id === fields.learner_id && fields.membership_roles.length > 0;
    expect(isOwnMember).toBe(membership !== null);
    expect(carriesMembership(shape.sender.name, row.type, course_source)).toBe(isOwnMember);
    if (membership !== null) {
      expect(fields.membership_roles).toEqual(membership.roles);
      expect(fields.membership_status_sent).toBe(membership.membership_status);
    }
    const { canonical, ...sent } = identity;
    expect(shape.identity(act)).toEqual(sent);
    if (shape.canonical !== null) expect(shape.canonical(act)).toBe(canonical);
  });
});

test('every sender has a name, a sensor and shapes of its own', () => {
  expect(new Set(senders.map(({ name }) => name)).size).toBe(senders.length);
  expect(new Set(senders.map(({ sensor }) => sensor(campus))).size).toBe(senders.length);
});

test("a group of Learn's by its address: under its offering as soon as Learn's events say so, under its section when it is described", () => {
  const shape = shapes.find(({ sender, name }) => sender.name === 'E-reader' && name === 'page')!;
  const act = actFor(shape, false);
  const { campus } = act;
  const course = Array.from({ length: 1_000 }, (_, number) => number).find(
    (number) => campus.lmsOf(number) === 'learn' && campus.describedOf(number) === 'after',
  )!;
  const { own, placed, full, told } = expectedRow(shape, { ...act, course });
  expect(told).toBe('meanwhile');
  expect([own.course_id, placed.course_id, full.course_id]).toEqual([
    '',
    campus.offering(course),
    campus.section(course),
  ]);
});

test.each(['section address', 'group address'])(
  '%s in Canvas: under the offering before the section is known as one',
  (place) => {
    const shape = shapes.find(({ expect: { place: its } }) => its === place)!;
    const act = actFor(shape, false);
    const { campus } = act;
    const course = Array.from({ length: 1_000 }, (_, number) => number).find(
      (number) =>
        campus.lmsOf(number) === 'canvas' && campus.isInline(number) && campus.describedOf(number) === 'after',
    )!;
    const { own, nested, full } = expectedRow(shape, { ...act, course });
    expect([own.course_id, nested.course_id, full.course_id]).toEqual([
      '',
      campus.offering(course),
      campus.section(course),
    ]);
  },
);
