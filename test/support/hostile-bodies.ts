import { deflateSync, gzipSync } from 'node:zlib';
import { createEvents } from '../../tools/bench/events.ts';
import { type Random, seededRandom } from '../../tools/random.ts';

/** A body that no honest sensor sends, and the statuses that are right for it. */
export interface HostileBody {
  readonly kind: string;
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly statuses: readonly number[];
}

type Made = Omit<HostileBody, 'kind' | 'headers'> & { readonly headers?: Readonly<Record<string, string>> };
type Maker = (random: Random, event: () => JsonObject) => Made;
type JsonObject = Record<string, unknown>;

const V1P1 = 'http://purl.imsglobal.org/ctx/caliper/v1p1';
const ANY_4XX = [400, 413, 415, 422];

const envelopeOf = (data: unknown, over: JsonObject = {}): JsonObject => ({
  sensor: 'https://hostile.example.org/',
  sendTime: '2026-11-25T12:00:00.000Z',
  dataVersion: V1P1,
  data,
  ...over,
});
const text = (value: unknown) => Buffer.from(JSON.stringify(value));
const made = (value: unknown, ...statuses: number[]): Made => ({
  bytes: Buffer.isBuffer(value) ? value : typeof value === 'string' ? Buffer.from(value) : text(value),
  statuses,
});

const WRONG: readonly unknown[] = [
  null,
  true,
  0,
  -1.5,
  1e308,
  '',
  ' ',
  '0',
  'x',
  '2026',
  [],
  [null],
  [[[]]],
  {},
  { id: {} },
  { '@id': ['x'] },
  '\u0000',
  '\ud800',
  'urn:uuid:',
  ['a', 1, null, {}],
  { type: { type: { type: 'x' } } },
];
const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'];

/** Puts `value` somewhere into a copy of the document: at a random path, in place of what is there. */
function mutated(random: Random, document: unknown, value: unknown): unknown {
  const copy = structuredClone(document);
  let at = copy as JsonObject;
  for (;;) {
    const key = random.pick(Object.keys(at));
    const below = at[key];
    const isContainer = typeof below === 'object' && below !== null && Object.keys(below).length > 0;
    if (isContainer && random.next() < 0.7) at = below as JsonObject;
    else {
      at[key] = value;
      return copy;
    }
  }
}

/** JSON text with a key that an object literal would not keep. */
const withRawKey = (document: unknown, key: string, value: string): string => {
  const json = JSON.stringify(document);
  const at = json.indexOf('"actor":{') + '"actor":{'.length;
  return `${json.slice(0, at)}${JSON.stringify(key)}:${value},${json.slice(at)}`;
};

const spliced = (bytes: Buffer, at: number, what: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);

const makers: Readonly<Record<string, Maker>> = {
  'JSON that is cut': (random, event) => {
    const bytes = text(envelopeOf([event()]));
    return made(bytes.subarray(0, random.between(1, bytes.length - 1)), 400);
  },
  'JSON with something in it': (random, event) => {
    const json = JSON.stringify(envelopeOf([event()]), null, 1);
    const what = random.pick([
      ',,',
      '//x\n',
      "'",
      'undefined',
      'NaN',
      '\u0000',
      '}',
      '\\',
      '0x1',
      '\u2028',
      '+1',
      '1.',
    ]);
    // Behind the first bracket nothing of this can stand but in a string, and there is none.
    return made(`${json.slice(0, 1)}${what}${json.slice(1)}`, 400);
  },
  'raw control characters in a string': (random, event) =>
    made(
      JSON.stringify(envelopeOf([event()])).replace('"Person"', `"a${random.pick(['\n', '\t', '\u0001', '\u0000'])}b"`),
      400,
    ),
  'more than one document': (random, event) =>
    made([event(), event()].map((item) => JSON.stringify(item)).join(random.pick(['\n', '\n---\n', ' ', ','])), 400),
  'random bytes': (random) =>
    made(Buffer.from(Array.from({ length: random.between(1, 5_000) }, () => random.between(0, 255))), 400),
  'a scalar or nothing': (random) =>
    made(
      random.pick(['', ' ', '\ufeff', 'null', 'true', '1', '"x"', '[]', '[[]]', '{}', '[null]', '[1]', '""', '-']),
      400,
    ),
  'deep brackets': (random) => {
    const [open, close] = random.pick([
      ['[', ']'],
      ['{"a":', '}'],
      ['[{"b":', '}]'],
    ] as const);
    const depth = random.pick([65, 100, 1_000, 50_000, 500_000]);
    const isClosed = random.next() < 0.5;
    return made(`${open.repeat(depth)}1${isClosed ? close.repeat(depth) : ''}`, 400);
  },
  'a deep extension': (random, event) => {
    const depth = random.pick([10, 50, 57, 70, 5_000]);
    const json = JSON.stringify(envelopeOf([{ ...event(), extensions: 'HERE' }]));
    const deep = `${'{"a":['.repeat(depth / 2)}1${']}'.repeat(depth / 2)}`;
    return made(json.replace('"HERE"', deep), depth > 60 ? 400 : 200);
  },
  'a huge string': (random, event) => {
    const size = random.pick([100_000, 300_000, 700_000, 1_100_000, 2_500_000]);
    const value = random
      .pick(['x', '"', '\\', 'é', '=', 'a=', '{"a":', '&x=', '\u{1f600}', 'bearer '])
      .repeat(size)
      .slice(0, size);
    const field = random.pick(['id', 'type', 'action', 'eventTime', 'name', 'extra']);
    const where = random.pick(['event', 'actor', 'object', 'group', 'federatedSession', 'extensions']);
    const hostile = event();
    if (where === 'event') hostile[field] = value;
    else hostile[where] = { ...(hostile[where] as JsonObject), [field]: value };
    return made(envelopeOf([hostile]), 200);
  },
  'a huge envelope field': (random, event) => {
    const value = 'v'.repeat(random.pick([10_000, 900_000]));
    return made(
      envelopeOf([event()], { [random.pick(['sensor', 'sendTime', 'dataVersion', 'other'])]: value }),
      200,
      422,
    );
  },
  'very many or very long keys': (random, event) => {
    const many = Object.fromEntries(
      Array.from({ length: random.pick([1_000, 30_000]) }, (_, index) => [`k${index}`, index]),
    );
    const long = { ['k'.repeat(random.pick([10_000, 500_000]))]: 1 };
    const extensions = random.next() < 0.5 ? many : long;
    return made(envelopeOf([{ ...event(), extensions }]), 200);
  },
  'bytes that are no UTF-8': (random, event) => {
    const bytes = text(envelopeOf([event()]));
    const bad = random.pick([
      [0xff],
      [0xc0, 0xaf],
      [0xed, 0xa0, 0x80],
      [0xf8, 0x88, 0x80, 0x80, 0x80],
      [0xe2, 0x82],
      [0x80],
    ]);
    return made(spliced(bytes, random.between(1, bytes.length - 1), Buffer.from(bad)), 400);
  },
  'another encoding of characters': (random, event) => {
    const utf16 = Buffer.from(JSON.stringify(envelopeOf([event()])), 'utf16le');
    return made(random.next() < 0.5 ? utf16 : utf16.swap16(), 400);
  },
  'lone surrogates': (random, event) => {
    const half = random.pick(['\\ud800', '\\udc00', '\\ud800\\ud800']);
    return made(JSON.stringify(envelopeOf([event()])).replace('"Person"', `"${half}"`), 200);
  },
  'keys of prototypes': (random, event) => {
    const key = random.pick(PROTOTYPE_KEYS);
    const value = random.pick(['{"isAdmin":true}', 'null', '"x"', '[1]', '{"toString":1}']);
    return made(withRawKey(envelopeOf([event()]), key, value), 200);
  },
  'an envelope of prototype keys': (random, event) => {
    const json = JSON.stringify(envelopeOf([event()]));
    return made(`{${JSON.stringify(random.pick(PROTOTYPE_KEYS))}:{"data":[],"sensor":"x"},${json.slice(1)}`, 200);
  },
  'duplicate keys': (random, event) => {
    const json = JSON.stringify(envelopeOf([event()]));
    return made(`{${random.pick(['"data":1,', '"sensor":null,', '"data":[],"data":{},'])}${json.slice(1)}`, 200);
  },
  'a bomb': (random) => {
    const bytes = random.pick([7, 22, 60]) * 1_000_000;
    const inner = Buffer.alloc(bytes, random.pick(['[', ' ', '"']));
    const [encoding, encode] = random.pick([
      ['gzip', gzipSync],
      ['deflate', deflateSync],
    ] as const);
    return { ...made(encode(inner), 413), headers: { 'content-encoding': encoding } };
  },
  'a broken compression': (random, event) => {
    const whole = gzipSync(text(envelopeOf([event()])));
    const bytes =
      random.next() < 0.5
        ? whole.subarray(0, random.between(0, whole.length - 1))
        : spliced(whole, 12, Buffer.from('x'));
    return { ...made(bytes, 400), headers: { 'content-encoding': random.pick(['gzip', 'deflate']) } };
  },
  'an encoding that is none': (random, event) => ({
    ...made(envelopeOf([event()]), 415),
    headers: {
      'content-encoding': random.pick(['br', 'zstd', 'gzip, gzip', 'compress', '__proto__', 'x'.repeat(5_000)]),
    },
  }),
  'a media type that is none': (random, event) => ({
    ...made(envelopeOf([event()]), 415),
    headers: {
      'content-type': random.pick([
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/json; charset=utf-16',
        `application/${'x'.repeat(8_000)}`,
        'json',
        'application/jsonp',
      ]),
    },
  }),
  'a wrong type somewhere': (random, event) =>
    made(mutated(random, envelopeOf([event()]), random.pick(WRONG)), 200, ...ANY_4XX),
  'wrong types everywhere': (random, event) => {
    let document: unknown = envelopeOf([event(), event()]);
    for (let times = random.between(2, 30); times > 0; times -= 1)
      document = mutated(random, document, random.pick(WRONG));
    return made(document, 200, ...ANY_4XX);
  },
  'items that are none': (random, event) =>
    made(envelopeOf([...Array.from({ length: random.between(1, 40) }, () => random.pick(WRONG)), event()]), 200),
  'too many items': (random) => made(envelopeOf(Array.from({ length: random.between(10_001, 30_000) }, () => 0)), 413),
  'numbers that no double holds': (random, event) => {
    const number = random.pick([
      '1e999',
      '-1e999',
      '12345678901234567890',
      '1E400',
      '0.1e-400',
      '123456789012345678901234567890.5',
    ]);
    return made(JSON.stringify(envelopeOf([{ ...event(), count: 'HERE' }])).replace('"HERE"', number), 200);
  },
  'times that are none': (random, event) => {
    const time = random.pick<unknown>([
      '9999-12-31T23:59:59Z',
      '0000-01-01',
      '2026-13-45T99:99:99Z',
      '+275760-09-13T00:00:00.001Z',
      '-271821-04-20',
      1e15,
      '2026-02-30T00:00:00Z',
      '20261125T120000Z',
      'now',
      ['2026-11-25T12:00:00Z'],
      `2026-11-25T12:00:00.${'0'.repeat(50_000)}Z`,
    ]);
    return made(envelopeOf([{ ...event(), eventTime: time }, event()], { sendTime: time }), 200);
  },
  'a version that is none': (random, event) =>
    made(
      envelopeOf([event()], {
        dataVersion: random.pick(['http://example.org/v1', '2.0', 'v9', 'caliper', '../..', '\u0000']),
      }),
      422,
    ),
  'JSON in strings in JSON': (random, event) => {
    let value = JSON.stringify({ password: 'x', a: [1] });
    for (let times = random.between(1, 12); times > 0; times -= 1) value = JSON.stringify({ inner: value });
    return made(envelopeOf([{ ...event(), extensions: { value } }]), 200);
  },
  'groups without end': (random, event) => {
    const depth = random.pick([5, 15, 16, 17, 29]);
    let group: JsonObject = { id: 'urn:org:0', type: 'Organization' };
    for (let level = 1; level < depth; level += 1) {
      const id = `urn:org:${random.next() < 0.2 ? 0 : level}`;
      group = { id, type: 'Group', subOrganizationOf: group };
    }
    return made(envelopeOf([{ ...event(), group }]), 200);
  },
  'a token instead of a document': (random) =>
    made(
      `ey${'A'.repeat(random.between(10, 5_000))}.ey${'B'.repeat(random.between(10, 5_000))}.${'C'.repeat(300)}`,
      400,
    ),
};

/** The same bodies for the same seed, each kind as often as the others. */
export function hostileBodies(seed: string, count: number): HostileBody[] {
  const random = seededRandom(seed);
  const events = createEvents(seed, Date.parse('2026-11-25T12:00:00Z'));
  const event = () => structuredClone(events.next(random.pick(['learn', 'canvas']))) as JsonObject;
  const kinds = Object.entries(makers);
  return Array.from({ length: count }, (_, index) => {
    const [kind, make] = kinds[index % kinds.length]!;
    const body = make(random, event);
    return { ...body, kind, headers: { 'content-type': 'application/json', ...body.headers } };
  });
}
