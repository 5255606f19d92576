import { expect, test } from 'vitest';
import { createFakeRegistry } from '../testing/fake-registry.ts';
import { createWriterSchemas } from './writer-schemas.ts';

const schema = { type: 'record', name: 'R', fields: [{ name: 'a', type: 'string' }] } as const;

function setUp() {
  const registry = createFakeRegistry();
  const id = registry.register('r', schema);
  const clock = { ms: 0 };
  const schemas = createWriterSchemas(registry, { unknownTtlMs: 1_000, now: () => clock.ms });
  return { registry, id, clock, schemas };
}

test('an id is asked for once, also by partitions that ask at the same time', async () => {
  const { registry, id, schemas } = setUp();
  await Promise.all([schemas.ensure([id, id]), schemas.ensure([id])]);
  await schemas.ensure([id]);
  expect(registry.asked).toEqual([id]);
  expect(schemas.find(id)).toEqual({ kind: 'known', id, text: JSON.stringify(schema) });
});

test('an unknown id is a result, and the registry is not asked again until its time is over', async () => {
  const { registry, clock, schemas } = setUp();
  await schemas.ensure([99]);
  clock.ms = 999;
  await schemas.ensure([99]);
  expect(registry.asked).toEqual([99]);
  expect(schemas.find(99)).toEqual({ kind: 'unknown_schema', id: 99, detail: 'the registry knows no schema 99' });
  clock.ms = 1_000;
  await schemas.ensure([99]);
  expect(registry.asked).toEqual([99, 99]);
});

test('an id that was unknown is found after its registration', async () => {
  const { registry, clock, schemas } = setUp();
  await schemas.ensure([2]);
  registry.register('r', { ...schema, name: 'Other' });
  clock.ms = 1_000;
  await schemas.ensure([2]);
  expect(schemas.find(2).kind).toBe('known');
});

test('while the registry is away known ids go on, and a new one says so', async () => {
  const { registry, id, schemas } = setUp();
  await schemas.ensure([id]);
  registry.setAway(true);
  await schemas.ensure([id]);
  await expect(schemas.ensure([id, 5])).rejects.toMatchObject({ code: 'registry_unavailable', retriable: true });
  registry.setAway(false);
  await schemas.ensure([5]);
  expect(schemas.find(5).kind).toBe('unknown_schema');
});

test('an id that nobody asked for is a defect', () => {
  expect(() => setUp().schemas.find(1)).toThrow('not loaded before decoding');
});
