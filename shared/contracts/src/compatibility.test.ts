import { readdirSync, readFileSync } from 'node:fs';
import avro from 'avsc';
import { expect, test } from 'vitest';
import { type AvroRecord, allSubjects, schemaText } from './index.ts';

/**
 * `released/` holds the schemas of every release as they were registered. What this release reads must read all of them
 * (BACKWARD_TRANSITIVE): topics and state outlive releases. A new release adds files; none is ever edited.
 */
const RELEASED = new URL('../released/', import.meta.url);
const released = readdirSync(RELEASED)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ release: name.replace('.json', ''), subjects: readReleased(name) }));

function readReleased(name: string): Readonly<Record<string, AvroRecord>> {
  return JSON.parse(readFileSync(new URL(name, RELEASED), 'utf8'));
}

/** A new options object each time: avsc keeps the names it has seen in it. */
const typeOf = (schema: AvroRecord) => avro.Type.forSchema(JSON.parse(schemaText(schema)), { wrapUnions: 'never' });

test('at least one release is held', () => {
  expect(released.length).toBeGreaterThan(0);
});

for (const { release, subjects } of released) {
  test(`every schema reads what release ${release} wrote`, () => {
    for (const [subject, writer] of Object.entries(subjects)) {
      const current = allSubjects.find((candidate) => candidate.subject === subject);
      expect(current, `${subject} is gone: a topic that was released stays readable`).toBeDefined();
      expect(() => typeOf(current!.schema).createResolver(typeOf(writer)), subject).not.toThrow();
    }
  });
}

test('the schemas in code are those of the newest release, or compatible newer ones that the next release will hold', () => {
  const newest = released.toSorted((a, b) => a.release.localeCompare(b.release, 'en', { numeric: true })).at(-1)!;
  for (const { subject, schema } of allSubjects) {
    const held = newest.subjects[subject];
    if (held === undefined) continue;
    const heldNames = held.fields.map(({ name }) => name);
    const removed = heldNames.filter((name) => !schema.fields.some((field) => field.name === name));
    expect(removed, `${subject} lost fields: state and rows still hold them`).toEqual([]);
  }
});

test('a field without a default that is added to a released schema is refused', () => {
  const writer = typeOf({ type: 'record', name: 'R', fields: [{ name: 'a', type: 'string' }] });
  const reader = typeOf({
    type: 'record',
    name: 'R',
    fields: [
      { name: 'a', type: 'string' },
      { name: 'b', type: 'string' },
    ],
  });
  expect(() => reader.createResolver(writer)).toThrow();
});
