import { expect, test } from 'vitest';
import { enricherSettings, readEnricherConfig } from '../../services/enricher/src/config.ts';
import { gatewaySettings, readGatewayConfig } from '../../services/gateway/src/config.ts';
import { readSinkConfig, sinkSettings } from '../../services/sink/src/config.ts';
import { readDocument } from './documents.ts';

const lines = readDocument('.env.example').split('\n');
const assignments = lines.filter((line) => line !== '' && !line.startsWith('#'));
const example = Object.fromEntries(
  assignments.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);
const settings = { ...gatewaySettings.shape, ...enricherSettings.shape, ...sinkSettings.shape };

/** Variables that docker-compose.yml takes from the environment, with their defaults. */
const composeVariables = [
  ...readDocument('docker-compose.yml')
    .replaceAll('$$', '')
    .matchAll(/\$\{(\w+)(?::-([^}]*))?/g),
].map(([, name, fallback]) => ({ name: name!, fallback }));

/** Settings of the one-shot jobs, which are not exported as schemas. */
const jobVariables = ['infra/clickhouse/src/settings.ts', 'infra/kafka/main.ts'].flatMap((path) =>
  [...readDocument(path).matchAll(/^ +((?:CLICKHOUSE|CALIPER|KAFKA)_[A-Z_]+):/gm)].map(([, name]) => name!),
);

test('.env.example holds plain assignments, each name once', () => {
  for (const line of assignments) expect(line).toMatch(/^[A-Z][A-Z0-9_]*=\S*$/);
  expect(Object.keys(example)).toHaveLength(assignments.length);
});

test('.env.example names every setting of services, jobs and docker-compose.yml, and nothing else', () => {
  const compose = composeVariables.map(({ name }) => name);
  const known = new Set([...Object.keys(settings), ...jobVariables, ...compose]);
  expect(Object.keys(example).toSorted()).toEqual([...known].toSorted());
});

test('each service reads its settings from .env.example', () => {
  for (const read of [readGatewayConfig, readEnricherConfig, readSinkConfig]) expect(() => read(example)).not.toThrow();
});

test('a setting with a default shows its default', () => {
  for (const [name, schema] of Object.entries(settings)) {
    const byDefault = schema.safeParse(undefined);
    if (byDefault.success) expect(schema.parse(example[name]), name).toEqual(byDefault.data);
  }
});

test('a variable of docker-compose.yml shows its default', () => {
  for (const { name, fallback } of composeVariables) if (fallback !== undefined) expect(example[name]).toBe(fallback);
});

test('every setting has a comment above it or in its group', () => {
  for (const [index, line] of lines.entries()) {
    if (!assignments.includes(line)) continue;
    const above = lines.slice(0, index).findLast((before) => !assignments.includes(before));
    expect(above, line).toMatch(/^# \S/);
  }
});
