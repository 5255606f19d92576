import { canonicalJson } from '@caliper-pipeline/caliper';
import type { Act, Expectation } from './act.ts';
import { type Campus, GROUPS } from './campus.ts';
import { SESSION_START_MS } from './expected.ts';
import { compile, type Slots, type Template } from './template.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** An event in the words of one sender, with holes for what differs from act to act. */
export interface ShapeDefinition {
  readonly event: JsonObject;
  readonly expect: Expectation;
}

/** Who sends: a learning tool with its habits. */
export interface Sender {
  readonly name: string;
  readonly sensor: (campus: Campus) => string;
  readonly authorization: 'raw' | 'bearer';
  /** Events in one request, as the tool does it. */
  readonly batch: number;
  /** One request body from its events, each a JSON text. */
  readonly body: (sensor: string, sendTime: string, events: readonly string[]) => string;
  readonly shapes: Readonly<Record<string, ShapeDefinition>>;
}

/** What makes an act the same act: as sent. */
export interface Identity {
  readonly id: string;
  readonly type: string;
  readonly actorId: string;
  readonly action: string;
  readonly objectId: string;
  readonly eventTime: string;
  readonly generatedId: string;
}

/** A shape, ready to be filled. */
export interface Shape {
  /** Its place in the list of all shapes: what the ledger knows it by. */
  readonly index: number;
  readonly name: string;
  readonly sender: Sender;
  readonly expect: Expectation;
  readonly render: Template<Act>;
  /** RFC 8785 text of the same event; null where the event has an id and its content identifies nothing. */
  readonly canonical: Template<Act> | null;
  readonly identity: (act: Act) => Identity;
  readonly objectName: Template<Act>;
  readonly edAppId: Template<Act>;
}

let lastMs = Number.NaN;
let lastText = '';
/** The time of an act is written several times in one event: the last one is kept. */
function iso(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}

/** Deadlines of assignments: some weeks of a term, always at the end of a day. */
const DUE = Array.from({ length: 40 }, (_, week) => new Date(Date.UTC(2026, 8, 13 + week * 7, 21, 59)).toISOString());

/** What fills holes, in every sender's events. */
export const slots: Slots<Act> = {
  uuid: ({ campus, serial }) => campus.itemId(serial),
  time: ({ atMs }) => iso(atMs),
  dueTime: ({ course }) => DUE[course % DUE.length]!,
  beforeTime: ({ atMs, variant }) => new Date(atMs - 600_000 - variant * 1000).toISOString(),
  sessionStart: ({ atMs }) => new Date(atMs - SESSION_START_MS).toISOString(),
  siteId: ({ campus }) => campus.siteId,
  learn: ({ campus }) => campus.learnSite,
  canvas: ({ campus }) => campus.canvasSite,
  moodle: ({ campus }) => campus.moodleSite,
  label: ({ campus }) => campus.label,
  lmsPerson: ({ campus, course, person }) => campus.person(campus.lmsOf(course), person),
  toolPerson: ({ campus, person }) => campus.toolPerson(person),
  login: ({ campus, person }) => `s${person}+student.${campus.label}.example.edu`,
  personNumber: ({ person }) => String(person),
  externalId: ({ person }) => String(480_100 + person),
  offering: ({ campus, course }) => campus.offering(course),
  section: ({ campus, course }) => campus.section(course),
  group: ({ campus, course, person }) => campus.group(course, person % GROUPS),
  courseNumber: ({ campus, course }) => campus.courseNumber(course),
  courseIndex: ({ course }) => String(course),
  role: ({ campus, person }) => (campus.isTeacher(person) ? 'Instructor' : 'Learner'),
  lmsSession: ({ campus, course, session }) => campus.session(campus.lmsOf(course), session),
  toolSession: ({ campus, session }) => campus.toolSession(session),
  sessionNumber: ({ session }) => String(session),
  variant: ({ variant }) => String(variant),
  serial: ({ serial }) => String(serial),
  /** Canvas says of half of its courses which offering a section belongs to, and of the others only their address. */
  canvasGroup: ({ campus, course }) =>
    campus.isInline(course)
      ? `{"id":"${campus.section(course)}","type":"CourseSection","subOrganizationOf":{"id":"${campus.offering(course)}","type":"CourseOffering","courseNumber":"${campus.courseNumber(course)}","academicSession":"2026 Autumn"}}`
      : `"${campus.section(course)}"`,
};

/** Compiles the shapes of all senders, in their order: the numbers are part of the ledger. */
export function shapesOf(senders: readonly Sender[]): readonly Shape[] {
  return senders
    .flatMap((sender) =>
      Object.entries(sender.shapes).map(([name, shape]): Omit<Shape, 'index'> => {
        const { event, expect } = shape;
        const text = (value: Json | undefined) => compile(typeof value === 'string' ? value : '', slots);
        const idOf = (value: Json | undefined) => text(typeof value === 'string' ? value : keyOf(value, 'id'));
        const parts = {
          id: text(event['id']),
          type: text(event['type'] ?? event['@type']),
          actorId: idOf(event['actor']),
          action: text(event['action']),
          objectId: idOf(event['object']),
          eventTime: text(event['eventTime']),
          generatedId: idOf(event['generated']),
        };
        return {
          name,
          sender,
          expect,
          render: compile(JSON.stringify(event), slots),
          canonical: event['id'] === undefined ? compile(canonicalJson(event), slots) : null,
          identity: (act) => ({
            id: parts.id(act),
            type: parts.type(act),
            actorId: parts.actorId(act),
            action: parts.action(act),
            objectId: parts.objectId(act),
            eventTime: parts.eventTime(act),
            generatedId: parts.generatedId(act),
          }),
          objectName: text(keyOf(event['object'], 'name')),
          edAppId: idOf(event['edApp']),
        };
      }),
    )
    .map((shape, index) => ({ ...shape, index }));
}

/** 1.0 spells it `@id`. */
function keyOf(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const object = value as JsonObject;
  return object[key] ?? object[`@${key}`];
}
