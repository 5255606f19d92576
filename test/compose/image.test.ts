import { existsSync, lstatSync } from 'node:fs';
import { glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_FLAGS } from '../../infra/local/parts/service.ts';
import { type AssembledImage, assembleImage } from './assemble-image.ts';
import { acceptedCompose, type ComposeService, HOW_TO_INSTALL, ROOT, skipWithoutParser } from './compose-file.ts';
import { askHealth, runJob } from './start-from-image.ts';

const SERVICES = ['gateway', 'enricher', 'sink'];
const JOBS = ['migrations', 'topics-and-schemas'];

let folder: string;
let image: AssembledImage;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caliper-image-'));
  image = await assembleImage(folder);
}, 180_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function filesMatching(pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob(pattern, { cwd: image.directory })) found.push(file);
  return found;
}

describe('the image', () => {
  it('is a Node 24 that runs as another user than root', () => {
    expect(image).toMatchObject({ base: 'node:24-slim', user: 'node' });
  });

  it('runs services as the local stack does', () => {
    expect(image.entrypoint).toEqual(['node', ...NODE_FLAGS]);
  });

  it('links our packages, for Node strips no types from copied ones', () => {
    for (const name of [
      'caliper',
      'contracts',
      'kafka',
      'pipeline',
      'runtime',
      'gateway',
      'enricher',
      'sink',
      'infra',
    ]) {
      const link = join(image.directory, 'node_modules/@caliper-pipeline', name);
      expect(lstatSync(link).isSymbolicLink(), name).toBe(true);
      expect(existsSync(join(link, 'package.json')), name).toBe(true);
    }
  });

  it('holds production dependencies only, no test, no tool and no secret', async () => {
    for (const name of ['vitest', 'typescript', '@biomejs/biome', 'chdb', 'ffi-rs', 'turbo', 'node']) {
      expect(existsSync(join(image.directory, 'node_modules', name)), name).toBe(false);
    }
    expect(await filesMatching('{shared,services,infra}/**/*.test.ts')).toEqual([]);
    expect(await filesMatching('{tools,test,docs,.git,.env,.local,infra/local}')).toEqual([]);
  });
});

if (skipWithoutParser) console.warn(`${HOW_TO_INSTALL}; services are not started from the image's files`);

describe.skipIf(skipWithoutParser)('what docker-compose.yml starts from it', () => {
  let services: Readonly<Record<string, ComposeService>>;
  beforeAll(() => {
    services = acceptedCompose().services;
  });
  const service = (name: string): ComposeService => {
    const found = services[name];
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  };
  /** Files that the compose file mounts are read where they lie. */
  const environmentOf = (name: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(service(name).environment).map(([key, value]) => [
        key,
        String(value).replace(/^\/etc\/caliper\//, `${ROOT}infra/docker/config/`),
      ]),
    );

  it.each(SERVICES)(
    '%s: alive, not ready without its dependencies, ends when it is asked to',
    async (name) => {
      const answers = await askHealth(image, service(name).command ?? [], environmentOf(name));
      expect(answers.output).not.toMatch(/ERR_|config_invalid|Cannot find/);
      expect({ live: answers.live, ready: answers.ready, exitCode: answers.exitCode }).toEqual({
        live: 200,
        ready: 503,
        exitCode: 0,
      });
      expect(answers.metrics).toContain('process_cpu_seconds_total');
    },
    60_000,
  );

  it.each(JOBS)(
    '%s: accepts its settings and says who did not answer',
    (name) => {
      const { code, output } = runJob(image, service(name).command ?? [], environmentOf(name));
      expect(output).not.toMatch(/ERR_|config_invalid|Cannot find/);
      expect(output).toMatch(/ECONNREFUSED|unavailable/);
      expect(code).toBe(1);
    },
    90_000,
  );
});
