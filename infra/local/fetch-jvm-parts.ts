import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { CACHE, ROOT } from './paths.ts';
import { isSameProcessAlive, processIdentity } from './process-identity.ts';

const HOME = `${CACHE}jvm`;
const LOCK = `${CACHE}jvm.lock`;
const POLL_MS = 200;

export interface FetchOptions {
  readonly report: (line: string) => void;
}

/**
 * Broker and registry from Maven Central into the cache, once: 159 MB. What is fetched appears under its name only when it
 * is whole, so a fetch that was cut is done again; processes that start together wait for the one that fetches.
 *
 * @throws Error with Maven's own words when it fails
 */
export async function fetchJvmParts({ report }: FetchOptions): Promise<void> {
  if (existsSync(HOME)) return;
  await mkdir(CACHE, { recursive: true });
  await withLock(async () => {
    if (existsSync(HOME)) return;
    const startedAt = Date.now();
    const out = await mkdtemp(`${CACHE}fetching-`);
    const ticker = setInterval(() => report(`↓ Kafka 4.1.1, Apicurio 3.0.9 … ${elapsed(startedAt)}`), 5_000);
    try {
      report('↓ Kafka 4.1.1, Apicurio 3.0.9 from Maven Central, 159 MB (once)');
      await runMaven(out);
      await rename(out, HOME);
      report(`✔ Kafka 4.1.1, Apicurio 3.0.9 fetched in ${elapsed(startedAt)}`);
    } finally {
      clearInterval(ticker);
      await rm(out, { recursive: true, force: true });
    }
  });
}

const elapsed = (startedAtMs: number) => `${Math.round((Date.now() - startedAtMs) / 1000)} s`;

async function withLock(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      const lock = await open(LOCK, 'wx');
      await lock.writeFile(JSON.stringify(await processIdentity(process.pid)));
      await lock.close();
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      if (await isStale()) await rm(LOCK, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  try {
    await work();
  } finally {
    await rm(LOCK, { force: true });
  }
}

/** The holder died: by its identity, or, while it has not written that yet, by the age of the file. */
async function isStale(): Promise<boolean> {
  try {
    const text = await readFile(LOCK, 'utf8');
    if (text !== '') return !(await isSameProcessAlive(JSON.parse(text)));
    return Date.now() - (await stat(LOCK)).mtimeMs > 5_000;
  } catch {
    return false;
  }
}

function runMaven(out: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ['-q', '-B', '-ntp', '-f', `${ROOT}infra/local/pom.xml`, `-Dout=${out}`, 'initialize'];
    const maven = spawn('mvn', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let words = '';
    const keep = (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-4_000);
    };
    maven.stdout.on('data', keep);
    maven.stderr.on('data', keep);
    maven.on('error', (error) =>
      reject(
        new Error(
          `Maven is needed once to fetch Kafka and the registry: install it (apt-get install maven), then start again. (${error.message})`,
        ),
      ),
    );
    maven.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(
            new Error(`Maven could not fetch Kafka and the registry. Is Maven Central reachable?\n${words.trim()}`),
          ),
    );
  });
}
