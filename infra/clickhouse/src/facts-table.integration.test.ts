import { type EntityFact, entityFactSchema, factKey } from '@caliper-pipeline/contracts';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { expectedRow } from './testing/expected-row.ts';
import { fullFact } from './testing/full-records.ts';
import { type RandomDatabase, randomDatabase } from './testing/random-database.ts';

let database: RandomDatabase;
beforeAll(async () => {
  database = await randomDatabase(inject('clickhouse'));
});
afterAll(async () => database[Symbol.asyncDispose]());

const insert = (...facts: readonly EntityFact[]) => database.insert('facts', entityFactSchema, facts);
const current = (columns: string, tenant: string) =>
  database.rows<Record<string, unknown>>(
    `SELECT ${columns} FROM ${database.connection.database}.facts_current WHERE tenant = {tenant:String}`,
    { tenant },
  );

it('comes back equal in every column through Avro, and a repeat is the same row', async () => {
  await insert(fullFact);
  await insert(fullFact);
  const { version, ...rest } = expectedRow(entityFactSchema, fullFact);
  expect(await current('* EXCEPT inserted_at', fullFact.tenant)).toEqual([rest]);
});

/** Of an entity with which of its properties it says: here all four, 1 + 2 + 4 + 8. */
it.each([
  ['nesting', ''],
  ['entity', '\0' + '15'],
  ['membership', ''],
])('a %s has the key of its record in Kafka', async (kind, said) => {
  const fact = { ...fullFact, tenant: kind, kind };
  await insert(fact);
  const [row] = await database.rows<{ fact_key: string }>(
    `SELECT fact_key FROM ${database.connection.database}.facts WHERE tenant = {kind:String}`,
    { kind },
  );
  expect([kind, kind, row?.fact_key].join('\0')).toBe(factKey(fact) + said);
});

it('the last word by event time holds, and the greater event key between equal times, in whatever order they come', async () => {
  const key = (digit: string) => `${digit}0000000-0000-0000-0000-000000000000`;
  const fact = (name: string, at: number, digit: string): EntityFact => ({
    ...fullFact,
    tenant: 'words',
    kind: 'entity',
    name,
    event_time: at,
    event_key: key(digit),
  });
  await insert(fact('last', 2_000, 'b'));
  await insert(fact('smaller key', 2_000, 'a'));
  await insert(fact('earlier', 1_000, 'f'));
  expect(await current('name', 'words')).toEqual([{ name: 'last' }]);
});

/** Every order of four words about one course, none of which says everything. */
it('of an entity the last word on each property holds, in whatever order the words come', async () => {
  const word = (digit: string, at: number, over: Partial<EntityFact>): EntityFact => ({
    ...fullFact,
    ...{ kind: 'entity', entity_type: '', name: '', external_id: '', academic_session: '' },
    ...{ event_time: at, event_key: `${digit}0000000-0000-0000-0000-000000000000` },
    ...over,
  });
  const words = [
    word('a', 1_000, {
      entity_type: 'CourseOffering',
      name: 'of old',
      external_id: 'BIO-100',
      academic_session: 'F26',
    }),
    word('b', 2_000, { entity_type: 'CourseOffering', name: 'that holds', external_id: 'BIO-101' }),
    word('c', 3_000, { entity_type: 'CourseSection' }),
    word('d', 500, { name: 'before all' }),
  ];
  const held = { entity_type: 'CourseSection', name: 'that holds', external_id: 'BIO-101', academic_session: 'F26' };
  const orders = permutations(words);
  for (const [index, order] of orders.entries())
    for (const fact of order) await insert({ ...fact, tenant: `order ${index}` });
  const expectHeld = async (when: string) => {
    for (const index of orders.keys())
      expect(await current(Object.keys(held).join(), `order ${index}`), `${when}, order ${index}`).toEqual([held]);
  };
  await expectHeld('before merging');
  await database.client.command({ query: `OPTIMIZE TABLE ${database.connection.database}.facts FINAL` });
  await expectHeld('merged');
});

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

it('nesting is kept day by day', async () => {
  await insert(
    { ...fullFact, tenant: 'days', observed_day: 20_000 },
    { ...fullFact, tenant: 'days', observed_day: 20_001 },
  );
  expect(await current('observed_day', 'days')).toHaveLength(2);
});
