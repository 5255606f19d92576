import { expect, test } from 'vitest';
import { parseSenders } from '../../services/gateway/src/domain/senders.ts';
import { readDocument, section } from './documents.ts';

const example = /```json\n([\s\S]*?"sensors"[\s\S]*?)```/.exec(
  section(readDocument('docs/architecture.md'), '## How to add'),
)?.[1];

test('the sensors.json of docs/architecture.md is one that the gateway takes', () => {
  const filled = example!.replace('<64 hex digits>', 'a'.repeat(64)).replace(/<SHA-256 of [^>]*>/, 'b'.repeat(64));
  const { all, ofPath, ofTopic, keys } = parseSenders(filled);
  expect(all.map(({ label }) => label)).toEqual(['learn-production', 'canvas']);
  expect([[...ofPath.keys()], [...ofTopic.keys()], keys.size]).toEqual([['canvas'], ['caliper.envelopes'], 2]);
});
