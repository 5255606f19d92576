import { expect, test } from 'vitest';
import { type AvroType, nullableTimestampMs, stringMap, strings, timestampMs } from './avro.ts';
import { avroColumnMismatches } from './avro-columns.ts';

const run = {
  type: 'record',
  name: 'Run',
  fields: [
    { name: 'at', type: timestampMs },
    { name: 'dead', type: { type: 'map', values: 'long' } },
  ],
} as const;
const runs: AvroType = { type: 'array', items: run };

const fits = (type: AvroType, column: string, defaultKind = '') =>
  avroColumnMismatches({ type: 'record', name: 'R', fields: [{ name: 'a', type }] }, [
    { name: 'a', type: column, defaultKind },
  ]).length === 0;

test.each<[AvroType, string]>([
  ['string', 'UUID'],
  ['string', 'LowCardinality(String)'],
  [nullableTimestampMs, "Nullable(DateTime64(3, 'UTC'))"],
  [strings, 'Array(LowCardinality(String))'],
  [stringMap, 'Map(LowCardinality(String), String)'],
  [runs, "Array(Tuple(at DateTime64(3, 'UTC'), dead Map(String, UInt64)))"],
])('%j is read into %s', (type, column) => {
  expect(fits(type, column)).toBe(true);
});

test.each<[AvroType, string]>([
  ['bytes', 'UUID'],
  [['null', 'double'], 'Float64'],
  ['double', 'Nullable(Float64)'],
  ['long', 'Int32'],
  [strings, 'String'],
  [stringMap, 'Map(String, UInt64)'],
  [runs, "Array(Tuple(dead Map(String, UInt64), at DateTime64(3, 'UTC')))"],
  [runs, "Array(Tuple(at DateTime64(3, 'UTC')))"],
  [runs, "Array(Tuple(at DateTime64(6, 'UTC'), dead Map(String, UInt64)))"],
])('%j is not read into %s', (type, column) => {
  expect(fits(type, column)).toBe(false);
});

test('a column that computes itself takes no field', () => {
  expect(fits('string', 'String', 'MATERIALIZED')).toBe(false);
});
