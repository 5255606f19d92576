import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { fetchJvmParts } from './index.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const REPORTS = `${ROOT}.reports`;

/** What `npm test` runs, in this order: what is cheap and often red comes first. */
const steps = [
  // Lint, types and unit tests touch nothing but files: turbo runs them beside each other and remembers their results.
  {
    name: 'lint, types, unit',
    command: ['turbo', 'run', 'lint', 'typecheck', 'test:unit', '--output-logs=new-only'],
    reports: ['unit'],
  },
  { name: 'integration', command: vitest('integration'), reports: ['integration'] },
  { name: 'end to end', command: vitest('e2e'), reports: ['e2e'] },
] as const;

function vitest(project: string): readonly string[] {
  return [
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile=.reports/${project}.json`,
  ];
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const only = new Set(process.argv.slice(2));
await rm(REPORTS, { recursive: true, force: true });
await mkdir(REPORTS, { recursive: true });
await fetchJvmParts({ report: (line) => console.log(line) });

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const { name, command, reports } of steps) {
  if (only.size > 0 && !reports.some((report) => only.has(report))) continue;
  console.log(`\n── ${name}`);
  const startedAt = performance.now();
  const ok = await run(command);
  for (const report of reports) add(total, await countsOf(report));
  // A linter, a type error or a set-up that failed has no test to count: it counts as one failure.
  if (!ok && total.failed === 0) total.failed += 1;
  console.log(`── ${name}: ${ok ? 'ok' : 'failed'} in ${Math.round((performance.now() - startedAt) / 1000)} s`);
}
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed === 0 ? 0 : 1;

function run([command, ...args]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(`${ROOT}node_modules/.bin/${command}`, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        PATH: `${ROOT}node_modules/.bin:${process.env.PATH ?? ''}`,
        TURBO_TELEMETRY_DISABLED: '1',
      },
    });
    child.on('close', (code) => resolve(code === 0));
  });
}

async function countsOf(report: string): Promise<Counts> {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      await readFile(`${REPORTS}/${report}.json`, 'utf8'),
    );
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function add(sum: Counts, counts: Counts): void {
  sum.passed += counts.passed;
  sum.failed += counts.failed;
  sum.skipped += counts.skipped;
}
