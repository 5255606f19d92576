import { readdirSync } from 'node:fs';
import type { DecodeFailure } from '@caliper-pipeline/kafka';
import { errorCodes } from '@caliper-pipeline/runtime';
import { expect, test } from 'vitest';
import { problems } from '../../services/gateway/src/domain/problems.ts';
import { ROOT, readDocument, section, tableRows } from './documents.ts';

const document = readDocument('docs/errors.md');
const rowsOf = (heading: string) => tableRows(section(document, heading));
const codesOf = (heading: string) => rowsOf(heading).map(([code]) => code!);

/** Every word that stands where a reason is given in the sources of a folder. Reasons are literals, so that they can be found. */
function reasonsIn(folder: string, pattern: RegExp): readonly string[] {
  const sources = readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readDocument(`${folder}/${name}`))
    .join('\n');
  return [...new Set([...sources.matchAll(pattern)].map(([, reason]) => reason!))].toSorted();
}

/** As `reasonsIn`, for flags: words of both branches of a condition, and of several ways to give one. */
function flagsIn(folder: string): readonly string[] {
  const either = /\bcode:[^,]*?'(\w+)'/g;
  const or = /\bcode:[^,]*?'\w+'\s*:\s*'(\w+)'/g;
  const listed = /(?:flags\.push\(|flags: \[|return \[)'(\w+)'/g;
  return [...new Set([either, or, listed].flatMap((pattern) => reasonsIn(folder, pattern)))].toSorted();
}

/** Given by shared/pipeline, for a step that threw. */
const STEP_FAILED = 'step_failed';
/** What shared/kafka says of bytes that it cannot decode; the steps pass it on. The type holds the list, both ways. */
const undecodable = Object.keys({ undecodable: true, unknown_schema: true } satisfies Record<
  DecodeFailure['kind'],
  true
>);

test('docs/errors.md lists every problem code with its status, and no other', () => {
  const listed = rowsOf('## Problem documents').map(([code, status]) => [code, Number(status)]);
  const known = Object.entries(problems).map(([code, { status }]) => [code, status]);
  expect(listed.toSorted()).toEqual(known.toSorted());
});

test('every problem code has the anchor that its problem document names', () => {
  for (const code of Object.keys(problems)) expect(document).toContain(`<a id="${code}"></a>`);
});

test('docs/errors.md lists every error code, whether it is retriable, and no other', () => {
  const listed = rowsOf('## Error codes').map(([code, retriable]) => [code, retriable]);
  const known = Object.entries(errorCodes).map(([code, { retriable }]) => [code, retriable ? 'yes' : 'no']);
  expect(listed.toSorted()).toEqual(known.toSorted());
});

test('docs/errors.md lists every reason for which the gateway refuses a body, and no other', () => {
  const steps = reasonsIn('services/gateway/src/steps', /deadLetter\(\s*'(\w+)'/g);
  const chosen = reasonsIn('services/gateway/src/steps', /'(\w+_envelope)'/g);
  const before = reasonsIn(
    'services/gateway/src',
    /(?:refuse\(body, |reason: )'(\w+)', (?:`at most|detail, step: 'verify)/g,
  );
  const known = [...new Set([...steps, ...chosen, ...before, STEP_FAILED])];
  expect(codesOf('### Gateway, bodies').toSorted()).toEqual(known.toSorted());
});

test('docs/errors.md lists every reason for which an item is rejected, and no other', () => {
  const language = reasonsIn('shared/caliper/src', /kind: 'rejected',\s*reason: '(\w+)'/g);
  const gateway = reasonsIn('services/gateway/src/steps', /kind: 'rejected',\s*reason: '(\w+)'/g);
  const known = [...new Set([...language, ...gateway, STEP_FAILED])];
  expect(codesOf('### Gateway, items').toSorted()).toEqual(known.toSorted());
});

for (const [heading, folder] of [
  ['### Enricher', 'services/enricher/src/steps'],
  ['### Sink', 'services/sink/src/steps'],
] as const) {
  test(`docs/errors.md lists every reason of a dead letter of the ${heading.slice(4).toLowerCase()}, and no other`, () => {
    const steps = reasonsIn(folder, /deadLetter\(\s*'(\w+)'/g);
    const known = [...new Set([...steps, ...undecodable, STEP_FAILED])];
    expect(codesOf(heading).toSorted()).toEqual(known.toSorted());
  });
}

test('docs/conformance.md lists every flag of the enricher, and no other', () => {
  const listed = tableRows(section(readDocument('docs/conformance.md'), '## Enricher')).map(([code]) => code!);
  expect(listed.toSorted()).toEqual(flagsIn('services/enricher/src/domain'));
});

test('every line of docs/errors.md says what it means and what to do', () => {
  for (const row of tableRows(document)) for (const cell of row) expect(cell, row[0]).not.toBe('');
});
