import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Lints one line as if it stood in a file of the project, by the project's own rules. */
function isRefused(path: string, specifier: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'caliper-imports-'));
  try {
    cpSync(`${ROOT}biome.json`, join(folder, 'biome.json'));
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), `import a from '${specifier}';\nvoid a;\n`);
    const { stdout, stderr } = spawnSync('biome', ['lint', '--vcs-enabled=false'], { cwd: folder, encoding: 'utf8' });
    return `${stdout}${stderr}`.includes('lint/style/noRestrictedImports');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([
  ['shared/caliper/src/x.ts', '@caliper-pipeline/contracts'],
  ['shared/caliper/src/x.ts', 'node:fs'],
  ['shared/contracts/src/x.ts', '@caliper-pipeline/runtime'],
  ['shared/runtime/src/x.ts', '@caliper-pipeline/contracts'],
  ['shared/pipeline/src/x.ts', '@caliper-pipeline/kafka'],
  ['shared/kafka/src/x.ts', '@caliper-pipeline/caliper'],
  ['services/gateway/src/x.ts', '@caliper-pipeline/sink'],
  ['services/gateway/src/x.ts', '@caliper-pipeline/infra'],
  ['services/gateway/src/io/x.ts', 'kafkajs'],
  ['services/gateway/src/domain/x.ts', 'node:fs/promises'],
  ['services/gateway/src/domain/x.ts', '../io/record-queue.ts'],
  ['services/enricher/src/topology.ts', 'kafkajs'],
  ['services/sink/src/topology.ts', '@clickhouse/client'],
  ['infra/kafka/x.ts', 'kafkajs'],
])('%s may not import %s', (path, specifier) => {
  expect(isRefused(path, specifier)).toBe(true);
});

test.each([
  ['shared/kafka/src/x.ts', 'kafkajs'],
  ['shared/kafka/src/x.ts', '@caliper-pipeline/contracts'],
  ['services/gateway/src/domain/x.ts', 'node:crypto'],
  ['services/gateway/src/domain/x.ts', '@caliper-pipeline/caliper'],
  ['services/sink/src/io/x.ts', '@clickhouse/client'],
  ['services/enricher/src/topology.ts', './steps/localise.ts'],
])('%s may import %s', (path, specifier) => {
  expect(isRefused(path, specifier)).toBe(false);
});
