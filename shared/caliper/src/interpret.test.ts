import { expect, test } from 'vitest';
import { defaultRedactionRules, type InterpretContext, interpret } from './index.ts';

const context: InterpretContext = {
  tenant: 't',
  sensor: 's',
  dataVersion: '',
  receivedAtMs: Date.UTC(2026, 0, 2),
  sendTimeMs: Date.UTC(2026, 0, 1),
  envelopeReasons: [],
  identitySecret: '',
  redaction: defaultRedactionRules,
};
const event = {
  '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
  id: 'urn:uuid:0b8a4b3e-3c1f-4a2d-9c6e-8f1d2e3a4b5c',
  type: 'ViewEvent',
  actor: { id: 'https://example.org/users/1', type: 'Person' },
  action: 'Viewed',
  object: { id: 'https://example.org/pages/1', type: 'Page' },
  eventTime: '2026-01-01T10:00:00.000Z',
};
const read = (over: object) => interpret({ ...event, ...over }, context);
const fieldsOf = (over: object) => {
  const found = read(over);
  if (found.kind !== 'event') throw new Error(found.kind);
  return found.fields;
};

test.each([
  ['not an object', 7, 'not_an_object'],
  ['an unreadable time', { ...event, eventTime: 'yesterday' }, 'event_time_unreadable'],
  ['no action', { ...event, action: undefined }, 'action_missing'],
  ['neither actor nor object', { ...event, actor: null, object: '' }, 'actor_and_object_missing'],
])('%s is rejected', (_, item, reason) => {
  expect(interpret(item, context)).toMatchObject({ kind: 'rejected', reason });
});

test.each([
  ['no actor', { actor: '' }, ['actor_missing']],
  ['no object', { object: null }, ['object_missing']],
  ['an action of another event', { action: 'LoggedIn' }, ['action_outside_event_type']],
  ['a misspelt action', { action: 'Veiwed' }, ['action_unknown']],
  ['an object of another event', { object: { id: 'urn:s', type: 'Session' } }, ['object_type_unexpected']],
  ['a time without a zone letter', { eventTime: '2026-01-01T10:00:00+00:00' }, ['time_spelling']],
  ['a property of its own', { mood: 'good' }, ['event_property_unknown']],
  ['nothing wrong', {}, []],
])('%s is kept and flagged', (_, over, flags) => {
  const found = read(over);
  if (found.kind !== 'event') throw new Error(found.kind);
  expect(found.reasons.filter(({ severity }) => severity === 'warn').map(({ code }) => code)).toEqual(flags);
  expect(found.verdict).toBe(flags.length === 0 ? 'ok' : 'accepted_with_flags');
});

test('every shape of a time is the same moment', () => {
  for (const eventTime of [
    '2026-01-01T10:00:00.000Z',
    '2026-01-01T11:00:00+01:00',
    '2026-01-01T11:00:00+0100',
    '2026-01-01 10:00:00Z',
    '2026-01-01T10:00Z',
    '2026-01-01T10:00:00.000000Z',
  ]) {
    expect(fieldsOf({ eventTime }).event_time, eventTime).toBe(Date.UTC(2026, 0, 1, 10));
  }
});

test.each([
  ['2026-06-30T23:59:59.999Z', 20_634],
  ['1999-12-31T23:59:59.999Z', 0],
  ['2100-01-01T00:00:00.000Z', 0],
  ['0001-01-01T00:00:00.000Z', 0],
])('%s is day %d', (eventTime, day) => {
  expect(fieldsOf({ eventTime }).event_date).toBe(day);
});

test('an application that acts for itself is no learner, and its own events route by what they name next', () => {
  const app = { id: 'https://example.org', type: 'SoftwareApplication' };
  const found = read({
    actor: app,
    edApp: app,
    object: { id: 'urn:s', type: 'Session', user: 'https://example.org/users/2' },
    type: 'SessionEvent',
    action: 'TimedOut',
  });
  expect(found).toMatchObject({
    kind: 'event',
    fields: { learner_id: 'https://example.org/users/2', is_learner_activity: false },
    route: { kind: 'object_user', id: 'https://example.org/users/2' },
  });
});

test('blank and anonymous ids are nobody, and share neither a learner nor a route', () => {
  for (const id of ['_:b1', 'http://purl.imsglobal.org/caliper/Person']) {
    expect(read({ actor: { id, type: 'Person' } })).toMatchObject({
      fields: { learner_id: '', actor_id: id },
      route: { kind: 'event', id: '' },
    });
  }
});

test('a describe is facts: itself, its place, and its removal; without an id it is kept as it came', () => {
  const section = {
    id: 'urn:section',
    type: 'CourseSection',
    name: 'A',
    subOrganizationOf: { id: 'urn:offering', type: 'CourseOffering', subOrganizationOf: 'urn:org' },
  };
  const facts = (item: object) => {
    const found = interpret(item, context);
    if (found.kind !== 'describe') throw new Error(found.kind);
    return found.facts.map(({ kind, entity_id, parent_id, flags }) => [kind, entity_id, parent_id, ...flags]);
  };
  expect(facts(section)).toEqual([
    ['entity', 'urn:section', ''],
    ['nesting', 'urn:section', 'urn:offering'],
    ['nesting', 'urn:offering', 'urn:org'],
  ]);
  expect(facts({ ...section, subOrganizationOf: null })).toEqual([
    ['entity', 'urn:section', ''],
    ['nesting', 'urn:section', ''],
  ]);
  expect(facts({ type: 'Person', name: 'Nobody' })).toEqual([['entity', '', '', 'entity_id_missing']]);
});
