import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  canonicalJson,
  defaultRedactionRules,
  type InterpretContext,
  interpret,
  parseJson,
  readEnvelopes,
  redactText,
  redactValue,
} from './index.ts';
import { actionTerm, profileTerm, roleTerm, statusTerm, typeTerm } from './terms/terms.ts';

const context: InterpretContext = {
  tenant: 't',
  sensor: 's',
  dataVersion: '',
  receivedAtMs: Date.UTC(2026, 0, 1),
  sendTimeMs: null,
  envelopeReasons: [],
  identitySecret: 'secret',
  redaction: defaultRedactionRules,
};
const eventOf = (item: unknown, over: Partial<InterpretContext> = {}) => {
  const found = interpret(item, { ...context, ...over });
  if (found.kind !== 'event') throw new Error(`${found.kind}: ${JSON.stringify(found)}`);
  return found;
};

/** Keys that break code which trusts objects. */
const weirdKey = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'id',
  'type',
  '@id',
  '',
  'extensions',
);
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('\ud800', '_:b', 'http://purl.imsglobal.org/caliper/Person', 1e308, -0, '9'.repeat(400)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(weirdKey, fc.string()), tie('value')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value;
const SLOTS = [
  'id',
  'type',
  '@context',
  'actor',
  'action',
  'object',
  'eventTime',
  'target',
  'generated',
  'edApp',
  'referrer',
  'group',
  'membership',
  'session',
  'federatedSession',
  'extensions',
  'profile',
  '@type',
  '@id',
];
const eventLike = fc
  .tuple(fc.record(Object.fromEntries(SLOTS.map((slot) => [slot, anything])), { requiredKeys: [] }), fc.boolean())
  .map(([event, readable]) =>
    readable
      ? { ...event, action: 'Viewed', eventTime: '2026-01-01T00:00:00.000Z', object: event['object'] ?? 'urn:o' }
      : event,
  );

test('nothing throws on any JSON value, and no prototype is touched', () => {
  const before = Object.getOwnPropertyNames(Object.prototype).toSorted();
  fc.assert(
    fc.property(fc.oneof(anything, eventLike), (value) => {
      interpret(value, context);
      readEnvelopes(value);
      readEnvelopes({ sensor: value, data: [value], sendTime: value, dataVersion: value });
      redactValue(value, defaultRedactionRules);
      redactText(JSON.stringify(value) ?? '', defaultRedactionRules);
      canonicalJson(value);
    }),
    { numRuns: 2_000 },
  );
  expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(before);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

function withTextOfLargeIntegers(value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) || !/^-?\d+$/.test(JSON.stringify(value)) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return value.map(withTextOfLargeIntegers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withTextOfLargeIntegers(entry)]));
}

test('no text makes the parser throw, and a value comes back as it was written', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, value) => {
      parseJson(text);
      expect(parseJson(JSON.stringify(value))).toEqual({
        ok: true,
        value: withTextOfLargeIntegers(JSON.parse(JSON.stringify(value))),
      });
    }),
  );
  expect(parseJson('\ufeff{"id":12345678901234567890,"a":1.5,"b":9007199254740991}')).toEqual({
    ok: true,
    value: { id: '12345678901234567890', a: 1.5, b: 9007199254740991 },
  });
});

test('a key __proto__ stays a key through redaction', () => {
  const event = JSON.parse('{"__proto__":{"password":"zq1"},"a":1}');
  expect(JSON.stringify(redactValue(event, defaultRedactionRules))).toBe(
    '{"__proto__":{"password":"[redacted]"},"a":1}',
  );
});

test('terms have one normal form: normalising it again changes nothing', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.constantFrom(
          'http://purl.imsglobal.org/caliper/v1/SessionEvent',
          'https://purl.imsglobal.org/caliper/Person',
          'http://caliper.blackboard.com/caliper/v1/ForumEvent',
          'MarkedAsUnRead',
        ),
      ),
      (sent) => {
        for (const term of [typeTerm, actionTerm, roleTerm, statusTerm, profileTerm])
          expect(term(term(sent))).toBe(term(sent));
      },
    ),
  );
});

test('what is stored of an event is its own normal form: reading it again gives the same columns', () => {
  fc.assert(
    fc.property(eventLike, (event) => {
      const first = interpret(JSON.parse(JSON.stringify(event)), context);
      if (first.kind !== 'event') return;
      const again = eventOf(JSON.parse(first.fields.raw));
      expect({ ...again.fields, identity_keys: [] }).toEqual({ ...first.fields, identity_keys: [] });
    }),
    { numRuns: 500 },
  );
});

/** One act, and its spellings in the three versions. */
const act = fc.record({
  user: fc.uuid(),
  action: fc.constantFrom('LoggedIn', 'NavigatedTo', 'Viewed', 'Started', 'Paused'),
  type: fc.constantFrom('SessionEvent', 'NavigationEvent', 'ViewEvent', 'AssessmentEvent', 'MediaEvent'),
  object: fc.constantFrom('SoftwareApplication', 'Assessment', 'VideoObject', 'DigitalResource'),
  role: fc.constantFrom('Learner', 'Instructor'),
  ms: fc.integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2030, 0, 1) }),
});
const lis = new Set(['CourseSection', 'Membership', 'Person']);

function spelled(
  version: '1.0' | '1.1' | '1.2',
  {
    user,
    action,
    type,
    object,
    role,
    ms,
  }: { user: string; action: string; type: string; object: string; role: string; ms: number },
) {
  const old = version === '1.0';
  const entity = (id: string, term: string, more: object = {}) =>
    old
      ? {
          '@id': id,
          '@type': `http://purl.imsglobal.org/caliper/v1/${lis.has(term) ? 'lis/' : ''}${term}`,
          name: null,
          ...more,
        }
      : { id, type: term, ...more };
  const person = `https://example.edu/users/${user}`;
  const section = entity('https://example.edu/sections/1', 'CourseSection');
  return {
    '@context': {
      '1.0': 'http://purl.imsglobal.org/ctx/caliper/v1/Context',
      '1.1': 'http://purl.imsglobal.org/ctx/caliper/v1p1',
      '1.2': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
    }[version],
    ...(old ? { '@type': `http://purl.imsglobal.org/caliper/v1/${type}` } : { id: `urn:uuid:${user}`, type }),
    actor: entity(person, 'Person'),
    action: old ? `http://purl.imsglobal.org/vocab/caliper/v1/action#${action}` : action,
    object: entity('https://example.edu/things/1', object),
    eventTime: new Date(ms).toISOString(),
    group: section,
    membership: entity('https://example.edu/memberships/1', 'Membership', {
      member: person,
      organization: section,
      roles: [old ? `http://purl.imsglobal.org/vocab/lis/v2/membership#${role}` : role],
      status: old ? 'http://purl.imsglobal.org/vocab/lis/v2/status#Active' : 'Active',
    }),
  };
}

test('equal acts in 1.0, 1.1 and 1.2 have equal normal forms', () => {
  const normalForm = (event: object) => {
    const { caliper_version, raw, event_id, received_flags, ...columns } = eventOf(event).fields;
    return columns;
  };
  fc.assert(
    fc.property(act, (one) => {
      const [old, middle, recent] = (['1.0', '1.1', '1.2'] as const).map((version) =>
        normalForm(spelled(version, one)),
      );
      expect(middle).toEqual(recent);
      expect(old).toEqual(recent);
    }),
  );
});

function shuffled(value: unknown, order: (keys: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((entry) => shuffled(entry, order));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    order(Object.keys(value)).map((key) => [key, shuffled((value as Record<string, unknown>)[key], order)]),
  );
}

test('what is hashed does not change under key order, nor with the rules of redaction', () => {
  fc.assert(
    fc.property(act, fc.jsonValue(), (one, extension) => {
      const event = { ...spelled('1.2', one), extensions: { password: 'zq1', extension } };
      const { identity } = eventOf(event);
      expect(eventOf(shuffled(event, (keys) => keys.toReversed())).identity).toEqual(identity);
      const redaction = { truncateIpAddresses: true, extraSecretKeys: ['extension', 'name', 'id'] };
      expect(eventOf(event, { redaction }).identity).toEqual(identity);
    }),
  );
});

const secretKey = fc.constantFrom(
  'oauth_signature',
  'OAUTH_NONCE',
  'access_token',
  'client-secret',
  'apiKey',
  'x-api-key',
  'password',
  'lis_person_contact_email_primary',
  'Authorization',
  'Cookie',
  'id_token',
);
const wrapping = fc.constantFrom<(value: unknown) => unknown>(
  (value) => ({ nested: value }),
  (value) => [value],
  (value) => JSON.stringify(value),
  (value) => ({ note: JSON.stringify({ deeper: JSON.stringify(value) }) }),
  (value) => ({ 'https://purl.imsglobal.org/spec/lti/claim/custom': value }),
);
const slot = fc.constantFrom(
  'extensions',
  'actor',
  'object',
  'target',
  'generated',
  'group',
  'session',
  'federatedSession',
  'membership',
  'edApp',
);

test('no secret planted anywhere in an event survives', () => {
  fc.assert(
    fc.property(act, slot, secretKey, fc.array(wrapping, { maxLength: 4 }), (one, where, key, wrappings) => {
      const planted = wrappings.reduce<unknown>((value, wrap) => wrap(value), { [key]: 'zq-planted-secret' });
      const event: Record<string, unknown> = spelled('1.2', one);
      event[where] = where === 'extensions' ? { planted } : { ...(event[where] as object), extensions: { planted } };
      const { fields } = eventOf(event);
      expect(JSON.stringify(fields)).not.toContain('zq-planted-secret');
    }),
    { numRuns: 1_000 },
  );
});

test('launch data keep what names things and lose what names people', () => {
  const launchParameters = {
    context_id: '_41_1',
    roles: 'urn:lti:role:ims/lis/Learner',
    lis_person_name_full: 'zq1',
    custom_anything: 'zq2',
    user_id: 'zq3',
  };
  const { fields } = eventOf({
    ...spelled('1.2', { user: 'u', action: 'Viewed', type: 'ViewEvent', object: 'Page', role: 'Learner', ms: 0 }),
    object: { id: 'urn:o', type: 'Page', launchParameters },
  });
  expect(JSON.parse(fields.raw).object.launchParameters).toEqual({
    context_id: '_41_1',
    roles: 'urn:lti:role:ims/lis/Learner',
    lis_person_name_full: '[redacted]',
    custom_anything: '[redacted]',
    user_id: '[redacted]',
  });
  expect(fields.identity_keys.map((key) => key.split(':')[0])).toEqual(['lti_user_id']);
});
