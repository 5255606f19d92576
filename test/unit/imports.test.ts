import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, readDocument } from './documents.ts';

/**
 * The direction of imports (docs/architecture.md, "Rooms"), by the rules of .dependency-cruiser.cjs, read from the text of the
 * sources: dependency-cruiser itself parses TypeScript up to version 6 only and passes over every .ts file in silence.
 */
interface Rule {
  readonly name: string;
  readonly from: { readonly path?: string; readonly pathNot?: string };
  readonly to: { readonly path?: string; readonly pathNot?: string };
}

interface Import {
  readonly from: string;
  readonly to: string;
}

const config: { readonly forbidden: readonly Rule[] } = createRequire(import.meta.url)(
  `${ROOT}.dependency-cruiser.cjs`,
);
const rules = config.forbidden.filter(({ to }) => to.path !== undefined);

const sources = ['shared', 'services', 'infra', 'tools', 'test'].flatMap((room) =>
  readdirSync(`${ROOT}${room}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => join(room, name)),
);
const imports = sources.flatMap((from) => importsOf(from, readDocument(from)));

function importsOf(from: string, text: string): readonly Import[] {
  const specifiers = text.matchAll(
    /^(?:import|export)\b[^;'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...specifiers].map(([, named, bare, dynamic]) => ({
    from,
    to: resolved(from, named ?? bare ?? dynamic ?? ''),
  }));
}

/** As dependency-cruiser names it: a path in the repository, a module of Node, or a path below node_modules. */
function resolved(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return join(dirname(from), specifier);
  if (specifier.startsWith('node:')) return specifier;
  const [, own, part = ''] = /^@caliper-pipeline\/([^/]+)(\/.+)?$/.exec(specifier) ?? [];
  if (own === undefined) return `node_modules/${specifier}`;
  const folder = ['shared', 'services', '.']
    .map((room) => join(room, own))
    .find((path) => existsSync(`${ROOT}${path}`))!;
  const { exports } = JSON.parse(readDocument(`${folder}/package.json`)) as {
    readonly exports: Readonly<Record<string, string>>;
  };
  return join(folder, exports[`.${part}`] ?? 'not exported');
}

/** `$1` in a rule's target stands for what its source matched. */
function breaks({ from, to }: Rule, { from: source, to: target }: Import): boolean {
  const match = new RegExp(from.path ?? '').exec(source);
  if (match === null || (from.pathNot !== undefined && new RegExp(from.pathNot).test(source))) return false;
  const withGroups = (pattern: string) => new RegExp(pattern.replaceAll('$1', match[1] ?? '$1'));
  if (to.pathNot !== undefined && withGroups(to.pathNot).test(target)) return false;
  return withGroups(to.path ?? '').test(target);
}

for (const rule of rules) {
  test(`imports: ${rule.name}`, () => {
    const found = imports.filter((one) => breaks(rule, one)).map(({ from, to }) => `${from} → ${to}`);
    expect(found).toEqual([]);
  });
}

test('the rules see the sources, and would see what they forbid', () => {
  expect(sources.length).toBeGreaterThan(100);
  const forbidden: readonly Import[] = [
    { from: 'shared/caliper/src/interpret.ts', to: 'shared/contracts/src/index.ts' },
    { from: 'services/sink/src/start.ts', to: 'services/gateway/src/index.ts' },
    { from: 'services/sink/src/domain/row-batch.ts', to: 'node:fs' },
    { from: 'services/gateway/src/topology.ts', to: 'node_modules/fastify' },
    { from: 'services/gateway/src/io/ingress.ts', to: 'node_modules/kafkajs' },
  ];
  for (const one of forbidden)
    expect(
      rules.some((rule) => breaks(rule, one)),
      one.to,
    ).toBe(true);
});

test('imports: no-circular', () => {
  const targets = Map.groupBy(imports, ({ from }) => from);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (module: string, path: readonly string[]) => {
    if (path.includes(module)) cycles.push([...path.slice(path.indexOf(module)), module].join(' → '));
    if (path.includes(module) || done.has(module)) return;
    for (const { to } of targets.get(module) ?? []) visit(to, [...path, module]);
    done.add(module);
  };
  for (const source of sources) visit(source, []);
  expect(cycles).toEqual([]);
});
