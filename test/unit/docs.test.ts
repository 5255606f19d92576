import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { generatedBlock, ROOT, readDocument } from './documents.ts';
import { generatedBlocks } from './generated-blocks.ts';

const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

for (const { path, name, content } of generatedBlocks) {
  test(`the block "${name}" of ${path} is what the code says (else: node test/unit/write-docs.ts)`, async () => {
    expect(generatedBlock(readDocument(path), name)).toBe(await content());
  });
}

/** As GitHub makes anchors: lower case, without punctuation, spaces as hyphens. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id!)]);
}

for (const path of documents) {
  test(`every link of ${path} leads somewhere`, () => {
    const broken = [...readDocument(path).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => {
        const [file, anchor] = target.split('#');
        const found = file === '' ? path : normalize(join(dirname(path), file!));
        if (!existsSync(`${ROOT}${found}`)) return true;
        return anchor !== undefined && !anchorsOf(readDocument(found)).has(anchor);
      });
    expect(broken).toEqual([]);
  });
}

test('every npm script that a document names exists', () => {
  const { scripts } = JSON.parse(readDocument('package.json')) as { scripts: Readonly<Record<string, string>> };
  const named = documents.flatMap((path) =>
    [...readDocument(path).matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!),
  );
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('every test file and tool that a document names exists', () => {
  const named = documents.flatMap((path) =>
    [...readDocument(path).matchAll(/(?<![\w./-])(?:test|infra|shared|services|tools|examples)\/[\w./-]+\.\w+/g)].map(
      ([file]) => `${file}`,
    ),
  );
  const written = named.filter((file) => !file.includes('VERSION'));
  expect([...new Set(written)].filter((file) => !existsSync(`${ROOT}${file}`))).toEqual([]);
});

test('the index of decision records names every record with its title, in order', () => {
  const files = readdirSync(`${ROOT}docs/decisions`).filter(
    (name) => /^\d{4}-.*\.md$/.test(name) && !name.includes('reproduction'),
  );
  const records = files.toSorted().map((name) => {
    const title = /^# (.+)$/m.exec(readDocument(`docs/decisions/${name}`))?.[1];
    return { name, title };
  });
  const listed = [...readDocument('docs/decisions/README.md').matchAll(/^\| \[(.+)\]\((\d{4}-[\w-]+\.md)\)/gm)];
  expect(listed.map(([, title, name]) => ({ name, title }))).toEqual(records);
  for (const { name } of records) {
    const headings = [...readDocument(`docs/decisions/${name}`).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings, name).toEqual(expect.arrayContaining(['Context', 'Decision', 'Consequences']));
  }
});
