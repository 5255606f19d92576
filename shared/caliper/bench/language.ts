import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { acceptedEventSchema, contentHash, eventKey } from '@caliper-pipeline/contracts';
import { recordEncoder } from '@caliper-pipeline/kafka';
import {
  canonicalJson,
  defaultRedactionRules,
  type InterpretContext,
  interpret,
  parseJson,
  redactValue,
} from '../src/index.ts';

/**
 * CPU microseconds per event of each part of the language: `node shared/caliper/bench/language.ts [FOLDER]`. FOLDER holds
 * JSON documents of events or envelopes; without one, examples/ is measured.
 */
const folder = process.argv[2] ?? new URL('../../../examples/', import.meta.url).pathname;
const ROUNDS = 5;
const EVENTS_PER_ROUND = 20_000;

const context: InterpretContext = {
  tenant: 't',
  sensor: 's',
  dataVersion: '',
  receivedAtMs: Date.now(),
  sendTimeMs: null,
  envelopeReasons: [],
  identitySecret: 'secret',
  redaction: defaultRedactionRules,
};

const texts = readEvents(folder);
const values = texts.map((text) => JSON.parse(text));
const bytes = Math.round(texts.reduce((sum, text) => sum + text.length, 0) / texts.length);
const at = (index: number) => index % texts.length;

const encoder = recordEncoder(acceptedEventSchema, 1);
const interpreted = values.map((value) => {
  const found = interpret(value, context);
  if (found.kind !== 'event') throw new Error(`${folder} holds more than events`);
  return found;
});
const hashes = ({ identity }: (typeof interpreted)[number]) => {
  const content = contentHash('t', 's', identity.canonical);
  return { content_hash: content, event_key: eventKey('s', identity, content) };
};
const receipt = { tenant: 't', sensor: 's', received_at: 0, send_time: null, request_id: 'r' };
const records = interpreted.map((found) => ({ ...found.fields, ...receipt, ...hashes(found) }));

const parts: [string, (index: number) => unknown][] = [
  ['parse', (index) => parseJson(texts[at(index)]!)],
  ['redact', (index) => redactValue(values[at(index)], defaultRedactionRules)],
  ['stringify', (index) => JSON.stringify(values[at(index)])],
  ['canonical text', (index) => canonicalJson(values[at(index)])],
  ['interpret (redact, stringify and canonical text included)', (index) => interpret(values[at(index)], context)],
  ['hash', (index) => hashes(interpreted[at(index)]!)],
  ['encode', (index) => encoder.encode(records[at(index)]!)],
  [
    'all: parse, interpret, hash, encode',
    (index) => {
      const found = interpret((parseJson(texts[at(index)]!) as { value: unknown }).value, context);
      if (found.kind === 'event') encoder.encode(Object.assign(found.fields, receipt, hashes(found)));
    },
  ],
];

console.log(`${texts.length} events of ${bytes} bytes on average, best of ${ROUNDS} rounds of ${EVENTS_PER_ROUND}`);
for (const [name, work] of parts) console.log(`${microseconds(work).toFixed(2).padStart(7)} us  ${name}`);

function microseconds(work: (index: number) => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    for (let index = 0; index < EVENTS_PER_ROUND; index += 1) work(index);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / EVENTS_PER_ROUND);
  }
  return best;
}

function readEvents(path: string): string[] {
  if (!existsSync(path)) throw new Error(`${path} does not exist`);
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const parsed = parseJson(readFileSync(`${path}/${name}`, 'utf8'));
      if (!parsed.ok) return [];
      const document = parsed.value as { data?: unknown[] };
      const items = document.data ?? [document];
      return items.filter((item) => interpret(item, context).kind === 'event').map((item) => JSON.stringify(item));
    });
}
