import { hash128 } from '@caliper-pipeline/contracts';
import { expect, test } from 'vitest';
import { createSeenIds, verdictOf, writeUuid } from './duplicates.ts';

const bytes = (text: string) => Buffer.from(text);

test.each([
  [null, 'new'],
  ['contentA', 'duplicate'],
  ['contentB', 'conflict'],
])('remembered %j, sent "contentA" → %s', (remembered, verdict) => {
  expect(verdictOf(remembered === null ? null : bytes(remembered), bytes('contentA'))).toBe(verdict);
});

test('a UUID in 36 characters is its bytes, in either case', () => {
  const uuid = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
  for (const text of [uuid, uuid.toUpperCase()]) {
    const target = Buffer.alloc(16);
    expect(writeUuid(text, target, 16)).toBe(true);
    expect(target.toString('hex')).toBe(uuid.replaceAll('-', ''));
  }
  const short = Buffer.alloc(8);
  expect(writeUuid(uuid, short, 8)).toBe(true);
  expect(short.toString('hex')).toBe('0f1e2d3c4b5a6978');
});

test.each([
  '',
  '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f',
  '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1fg',
  '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1fé',
  '0f1e2d3c04b5a-6978-8796-a5b4c3d2e1f0',
])('%j is no UUID', (text) => {
  expect(writeUuid(text, Buffer.alloc(16), 16)).toBe(false);
});

const key = hash128('event', ['k']);
const content = hash128('content', ['c']);
/** What an event is remembered under, as text. */
const remembered = (tenant: string, sensor: string, id: string, eventKey = key) => {
  const ids = createSeenIds();
  expect(ids.setEvent(tenant, eventKey, content)).toBe(true);
  ids.setSentId(tenant, sensor, id);
  const [event, sent] = [ids.key, ids.sentId].map((buffer) => buffer.toString('hex'));
  return { event, sent, note: ids.keyNote.toString('hex'), content: ids.content.toString('hex') };
};

test('one key in two tenants is two events', () => {
  expect(remembered('a', 's', 'x').event).toBe(remembered('a', 's', 'y').event);
  expect(remembered('a', 's', 'x').event).not.toBe(remembered('b', 's', 'x').event);
});

test('an id as sent is one per tenant and sensor, in any spelling of a UUID', () => {
  const uuid = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
  const { sent } = remembered('a', 's', uuid);
  expect(remembered('a', 's', `urn:uuid:${uuid.toUpperCase()}`).sent).toBe(sent);
  expect(remembered('b', 's', uuid).sent).not.toBe(sent);
  expect(remembered('a', 't', uuid).sent).not.toBe(sent);
  expect(sent).not.toBe(remembered('a', 's', uuid).event);
});

test('the note of an id is the event key it came with, the note of a key its content', () => {
  const other = hash128('event', ['other']);
  expect(remembered('a', 's', 'x').note).toBe(key.replaceAll('-', '').slice(0, 16));
  expect(remembered('a', 's', 'x', other).note).toBe(other.replaceAll('-', '').slice(0, 16));
  expect(remembered('a', 's', 'x').content).toBe(content.replaceAll('-', '').slice(0, 16));
});

test('what is no UUID is said, and nothing is remembered under it', () => {
  const ids = createSeenIds();
  expect(ids.setEvent('a', 'nonsense', content)).toBe(false);
  expect(ids.setEvent('a', key, 'nonsense')).toBe(false);
});
