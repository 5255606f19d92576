import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const BOOTSTRAP = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));
let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'caliper-bin-'));
  symlinkSync(process.execPath, join(bin, 'node'));
  symlinkSync('/bin/sh', join(bin, 'sh'));
});
afterEach(() => rmSync(bin, { recursive: true }));

/** Runs the bootstrap on a machine that has Node and what is in `bin`, and nothing else. */
function bootstrap(...args: string[]) {
  const { status, stderr } = spawnSync(join(bin, 'node'), [BOOTSTRAP, ...args], {
    env: { PATH: bin },
    encoding: 'utf8',
  });
  return { status, stderr };
}

function install(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

test('a missing Java is said in one sentence with the remedy', () => {
  expect(bootstrap('start')).toEqual({
    status: 1,
    stderr: '✘ Java is missing: install Java 17 or later (apt-get install openjdk-17-jre-headless).\n',
  });
});

test('a Java that is too old is said with its version', () => {
  install('java', `echo 'openjdk version "11.0.2" 2019-01-15' >&2`);
  expect(bootstrap('start').stderr).toBe(
    '✘ Java 11 is too old: install Java 17 or later (apt-get install openjdk-17-jre-headless).\n',
  );
});

test('an unknown command is refused', () => {
  expect(bootstrap('strat')).toEqual({
    status: 1,
    stderr:
      '✘ Unknown command "strat". There are: start, test, faults, bench, bench:stage, load, verify, query, caliper, keys.\n',
  });
});

test('what starts a stack asks for Java first, what uses one does not', () => {
  expect(bootstrap('faults').stderr).toContain('Java is missing');
  expect(bootstrap('verify', '--help')).toEqual({ status: 0, stderr: '' });
});

test('two commands at once in a fresh clone install the packages once, and one that was killed does not stop the next', async () => {
  const clone = join(bin, 'clone');
  mkdirSync(join(clone, 'infra/local'), { recursive: true });
  mkdirSync(join(clone, '.cache'));
  copyFileSync(BOOTSTRAP, join(clone, 'infra/local/bootstrap.mjs'));
  writeFileSync(join(clone, 'package-lock.json'), '{}');
  writeFileSync(join(clone, '.cache/installing'), String(spawnSync('true').pid));
  const installs = join(bin, 'installs');
  // Ends half a second after Node is there: that a command finds Node does not mean that all is installed.
  install(
    'npm',
    `echo began >> ${installs}; PATH=/bin:/usr/bin; mkdir -p node_modules/.bin; ln -s /bin/true node_modules/.bin/node; sleep 0.5; echo ended >> ${installs}`,
  );
  const commands = ['verify', 'load', 'query'].map((name) =>
    spawn(join(bin, 'node'), [join(clone, 'infra/local/bootstrap.mjs'), name], { env: { PATH: bin }, stdio: 'ignore' }),
  );
  expect((await Promise.all(commands.map((command) => once(command, 'close')))).map(([code]) => code)).toEqual([
    0, 0, 0,
  ]);
  expect(readFileSync(installs, 'utf8')).toBe('began\nended\n');
});

test('every script that runs TypeScript goes through the bootstrap: a fresh clone has no Node that reads it', () => {
  const { scripts } = JSON.parse(readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'));
  expect(Object.values<string>(scripts).filter((script) => /\bnode\b.*\.ts\b/.test(script))).toEqual([]);
});
