// The first step of every command of the README: plain JavaScript, because a fresh clone has only the Node that is on the
// machine (18 or later). It checks what must be there, installs what is missing, and hands over to Node 24.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LOCK_FILE = `${ROOT}package-lock.json`;
const MARKER = `${ROOT}node_modules/.caliper-lock`;
/** Holds the process id of the command that installs. */
const INSTALLING = `${ROOT}.cache/installing`;
const NODE_24 = `${ROOT}node_modules/.bin/node`;
const JVM_PARTS = `${ROOT}.cache/jvm`;

const [command = '', ...options] = process.argv.slice(2);
const startsStack = {
  start: 'infra/local/start.ts',
  test: 'infra/local/test.ts',
  faults: 'tools/faults/main.ts',
  bench: 'tools/bench/main.ts',
  'bench:stage': 'tools/bench/stage.ts',
};
const usesStack = {
  load: 'tools/load/main.ts',
  verify: 'tools/verify/main.ts',
  query: 'infra/clickhouse/src/query-command.ts',
  caliper: 'shared/caliper/src/command/main.ts',
  keys: 'tools/keys/main.ts',
};
const targets = { ...startsStack, ...usesStack };
if (!Object.hasOwn(targets, command))
  fail(`Unknown command "${command}". There are: ${Object.keys(targets).join(', ')}.`);

checkNode();
if (Object.hasOwn(startsStack, command) && !options.includes('--help')) checkJava();
await installPackages();
await handOver();

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 18) fail(`Node ${process.versions.node} is too old: install Node 18 or later.`);
}

function checkJava() {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (java.error) fail('Java is missing: install Java 17 or later (apt-get install openjdk-17-jre-headless).');
  const [, version] = /version "(\d+)/.exec(java.stderr) ?? [];
  if (Number(version) < 17)
    fail(`Java ${version} is too old: install Java 17 or later (apt-get install openjdk-17-jre-headless).`);
  const needsMaven = !existsSync(JVM_PARTS);
  if (needsMaven && spawnSync('mvn', ['-v']).error) {
    fail('Maven is missing, and Kafka and the registry are not fetched yet: install Maven (apt-get install maven).');
  }
}

async function installPackages() {
  await untilNobodyInstalls();
  // npm ci takes away what is there first: never under a stack that may run on it.
  if (existsSync(NODE_24) && Object.hasOwn(usesStack, command)) return;
  const lock = createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex');
  if (existsSync(NODE_24) && existsSync(MARKER) && readFileSync(MARKER, 'utf8') === lock) return;
  if (!claimInstalling()) return installPackages();
  console.log('↓ npm packages, about 570 MB (once)');
  const startedAt = Date.now();
  const ticker = setInterval(() => console.log(`↓ npm packages … ${seconds(startedAt)}`), 10_000);
  const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  clearInterval(ticker);
  if (code === 0) writeFileSync(MARKER, lock);
  rmSync(INSTALLING, { force: true });
  if (code !== 0) fail('npm ci failed: its words stand above. Is the package registry reachable?');
  console.log(`✔ npm packages installed in ${seconds(startedAt)}`);
}

/** Two commands at once in a fresh clone: two npm ci in one folder spoil each other. */
async function untilNobodyInstalls() {
  for (let said = false; isAlive(installer()); said = true) {
    if (!said) console.log(`↓ npm packages: another command installs them, waiting for it (${INSTALLING})`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** @returns false when another command was quicker */
function claimInstalling() {
  mkdirSync(dirname(INSTALLING), { recursive: true });
  const gone = installer();
  if (isAlive(gone)) return false;
  if (gone > 0 && !takeAway(gone)) return false;
  try {
    writeFileSync(INSTALLING, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * What a killed command left. Of several that find it one takes it; who comes a moment later has the claim of that one in hand
 * instead, and puts it back.
 */
function takeAway(gone) {
  const aside = `${INSTALLING}.${process.pid}`;
  try {
    renameSync(INSTALLING, aside);
  } catch {
    return true; // somebody else took it
  }
  const isGone = Number(readFileSync(aside, 'utf8')) === gone;
  if (isGone) rmSync(aside);
  else renameSync(aside, INSTALLING);
  return isGone;
}

/** The process that installs; 0 = nobody, NaN = it is writing who it is. */
function installer() {
  try {
    return Number(readFileSync(INSTALLING, 'utf8') || Number.NaN);
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  if (Number.isNaN(pid)) return true;
  if (pid === 0 || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function handOver() {
  const child = spawn(NODE_24, ['--disable-warning=ExperimentalWarning', `${ROOT}${targets[command]}`, ...options], {
    stdio: 'inherit',
    cwd: process.cwd(),
  });
  // Ctrl-C in a terminal reaches both; what is sent to this process alone is passed on. The child ends in order by itself.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.exitCode = await new Promise((resolve) => {
    child.on('error', (error) => fail(`Node 24 does not start: ${error.message}. Delete node_modules and try again.`));
    child.on('close', (code, signal) => resolve(signal === null ? code : 1));
  });
}

function run(file, args, settings) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: ROOT, ...settings });
    child.on('error', () => resolve(-1));
    child.on('close', resolve);
  });
}

function seconds(startedAtMs) {
  return `${Math.round((Date.now() - startedAtMs) / 1000)} s`;
}

function fail(sentence) {
  console.error(`✘ ${sentence}`);
  process.exit(1);
}
