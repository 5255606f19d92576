import { defineConfig } from 'vitest/config';

/**
 * Three kinds of tests, told apart by name and place (CONTRIBUTING.md):
 * `x.test.ts` beside its source does no IO, `x.integration.test.ts` talks to one real server, `test/e2e` runs the
 * whole stack. Unit and integration files run beside each other; the end-to-end files share two cores and run one by one.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{shared,services,infra,tools}/**/*.test.ts', 'test/{unit,compose}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.integration.test.ts', '**/.cache/**'],
          // No claim about speed: two busy cores take their time to start a process.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{shared,services,infra,tools}/**/*.integration.test.ts'],
          exclude: ['**/node_modules/**', '**/.cache/**'],
          globalSetup: ['test/support/integration-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/e2e-setup.ts'],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
