import { gunzipSync } from 'node:zlib';
import {
  defaultRedactionRules,
  type Interpretation,
  interpret,
  parseJson,
  readEnvelopes,
} from '@caliper-pipeline/caliper';
import { contentHash, eventKey } from '@caliper-pipeline/contracts';
import { describe, expect, test } from 'vitest';
import { bodies } from './bodies.ts';
import type { Body } from './body.ts';
import { expectedItem } from './expected-item.ts';
import { faultNames } from './faults.ts';
import type { Item } from './item.ts';
import { planOf, usualLoad } from './run.ts';

const NOW = Date.UTC(2026, 10, 24, 20);
const load = (fields = {}) => ({
  ...usualLoad,
  gatewayUrl: '',
  bootstrapServers: '',
  key: 'k',
  ledgersDir: '',
  nowMs: NOW,
  items: 5_000,
  ...fields,
});
const made = (fields = {}): readonly Body[] => [...bodies(planOf(load(fields)))];
const { campus } = planOf(load());
const all = made();
const items = all.flatMap((body) => body.items);
const bytes = (list: readonly Body[]) => Buffer.concat(list.map(({ content }) => content));

test('the same seed and moment give the same bytes and the same ledger, another seed others', () => {
  const again = made();
  expect(bytes(again).equals(bytes(all))).toBe(true);
  expect(again.map((body) => body.items)).toEqual(all.map((body) => body.items));
  expect(bytes(made({ seed: 'other' })).equals(bytes(all))).toBe(false);
});

/** What the language makes of every item of a body, by its own words. */
function read(body: Body): readonly (Interpretation & { readonly sensor: string })[] | string {
  const raw = body.isGzip ? gunzipSync(body.content) : body.content;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return 'not_json';
  }
  const parsed = parseJson(text);
  if (!parsed.ok) return 'not_json';
  const envelopes = readEnvelopes(parsed.value);
  if (envelopes.kind !== 'deliveries') return envelopes.kind === 'malformed' ? envelopes.reason : envelopes.kind;
  return envelopes.deliveries.flatMap(({ sensor, dataVersion, sendTimeMs, reasons, items: list }) =>
    list.map((item) => ({
      sensor,
      ...interpret(item, {
        tenant: 'demo',
        sensor,
        dataVersion,
        sendTimeMs,
        receivedAtMs: NOW,
        envelopeReasons: reasons,
        identitySecret: 'x',
        redaction: defaultRedactionRules,
      }),
    })),
  );
}

interface ReadItem {
  readonly body: Body;
  readonly item: Item;
  readonly result: ReturnType<typeof read>[number] | string;
}

const perItem = all.flatMap((body): readonly ReadItem[] => {
  const results = read(body);
  if (typeof results === 'string') return [{ body, item: body.items[0]!, result: results }];
  expect(results.length).toBe(body.items.length);
  return body.items.map((item, index) => ({ body, item, result: results[index]! }));
});

test('the ledger is right about every item, as the language reads it', () => {
  for (const { item, result, body } of perItem) {
    const where = `${item.kind} ${item.fault} body ${body.index}`;
    if (typeof result === 'string') {
      expect([where, item.kind], where).toEqual([where, 'dead letter']);
      continue;
    }
    if (body.status === 415) continue;
    const wanted = { 'dead letter': 'rejected', describe: 'describe' }[item.kind as string] ?? 'event';
    expect([where, result.kind]).toEqual([where, wanted]);
    if (result.kind !== 'event') continue;
    const { identity, fields, sensor } = result;
    const content = contentHash('demo', sensor, identity.canonical);
    expect([where, eventKey(sensor, identity, content).replaceAll('-', '')]).toEqual([where, item.key]);
    if (item.kind === 'conflict') continue;
    const {
      shape: _shape,
      own: _own,
      full: _full,
      placed: _placed,
      nested: _nested,
      told: _told,
      membership: _m,
      course_source,
      flags,
      ...columns
    } = expectedItem(item, campus);
    expect({ ...fields, sensor }, where).toMatchObject(columns);
    // Too deep is said by the enricher.
    const flagsOfGateway = flags.filter((flag) => flag !== 'group_too_deep');
    expect([where, [...fields.received_flags].sort()]).toEqual([where, flagsOfGateway]);
    expect([where, fields.chain_source]).toEqual([where, course_source]);
  }
});

test('every fault happens, and is counted where it happens', () => {
  const seen = new Set(items.map(({ fault }) => fault));
  expect(faultNames.filter((name) => !seen.has(name))).toEqual([]);
});

test('keys: each row once, each duplicate and conflict behind its original', () => {
  const rows = new Map<string, Item>();
  for (const item of items) {
    if (item.kind === 'row') {
      expect(rows.has(item.key), JSON.stringify(item)).toBe(false);
      rows.set(item.key, item);
    }
    if (item.kind === 'duplicate' || item.kind === 'conflict') expect(rows.has(item.key)).toBe(true);
    if (item.kind === 'nothing') expect(rows.has(item.key)).toBe(false);
  }
  for (const { items: held, after } of all) {
    if (held.some(({ kind }) => kind === 'conflict')) expect(all[after]!.items).toEqual([rows.get(held[0]!.key)]);
  }
});

test('what was asked for is what is sent; no event is later than now, but for those that are meant to be', () => {
  expect(items.length).toBeGreaterThanOrEqual(5_000);
  expect(items.length).toBeLessThan(5_500);
  for (const { atMs, fault } of items) if (fault !== 'future') expect(atMs).toBeLessThanOrEqual(NOW + 300_000);
});

describe('ways of sending', () => {
  test('on a topic there is no key, no media type and no slow client to go wrong', () => {
    const onTopic = made({ via: 'kafka' }).flatMap((body) => body.items.map(({ fault }) => fault));
    for (const fault of ['wrong-key', 'wrong-media', 'slow', 'gzip', 'charset'] as const)
      expect(onTopic).not.toContain(fault);
    expect(onTopic).toContain('bad-utf8');
  });

  test('a batch size holds for all tools, Canvas too', () => {
    const sizes = made({ batch: 100, faults: 'none' }).map((body) => body.items.length);
    expect(sizes.filter((size) => size === 100).length).toBeGreaterThan(sizes.length * 0.6);
  });

  test('without faults nothing is a copy, a dead letter or refused', () => {
    const kinds = new Set(made({ faults: 'none' }).flatMap((body) => body.items.map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual(['describe', 'row']);
  });
});
