import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createBackOff } from './back-off.ts';

const GUARDIAN = fileURLToPath(new URL('guardian.sh', import.meta.url));
const READY_POLL_MS = 50;
const LAST_LINES = 5;
const LAST_LINE_CHARS = 500;
/** What is read of a log for that: it may have grown for months. */
const LAST_BYTES = 16 * 1024;

/** How to run one part and how to tell that it is ready. */
export interface PartDefinition {
  readonly name: string;
  /** Asked before each start: it may prepare files and depend on what has changed meanwhile. */
  readonly command: () => Promise<PartCommand>;
  /** Resolves to true when the part serves; asked again and again. */
  readonly isReady: () => Promise<boolean>;
  readonly logFile: string;
  /** Where a service of ours tells its health and metrics. */
  readonly adminUrl?: string;
  /** Told to stop by closing its standard input, which it reads itself, and not by a signal. */
  readonly stopsByStdin?: boolean;
  readonly stopGraceMs?: number;
  readonly startTimeoutMs?: number;
}

export interface PartCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export type PartEvent =
  | { readonly kind: 'ready'; readonly part: string; readonly pid: number; readonly seconds: number }
  | { readonly kind: 'died'; readonly part: string; readonly how: string; readonly restartInMs: number }
  | { readonly kind: 'stopped'; readonly part: string };

export interface PartHandle {
  readonly name: string;
  readonly adminUrl: string | null;
  readonly pid: () => number;
  readonly restarts: () => number;
  /** Starts it and resolves when it is ready. */
  readonly start: () => Promise<void>;
  /** Ends it in order, then by force. It is not started again until `start`. */
  readonly stop: () => Promise<void>;
  /** @returns false when there is no process to be told */
  readonly kill: (signal: NodeJS.Signals) => boolean;
}

interface Running {
  readonly process: ChildProcess;
  readonly startedAtMs: number;
  readonly ended: Promise<string>;
  pid: number;
}

/** Keeps one process running as a container runtime would: what dies is started again, with growing pauses. */
export function supervise(definition: PartDefinition, onEvent: (event: PartEvent) => void): PartHandle {
  const backOff = createBackOff();
  let wanted = false;
  let running: Running | null = null;
  let restarts = 0;
  let lastPid = 0;

  const launch = async (): Promise<Running> => {
    const command = await definition.command();
    const launched = await spawnGuarded(definition, command);
    running = launched;
    lastPid = launched.pid;
    void launched.ended.then((how) => {
      if (running === launched) running = null;
      if (wanted) restart(how, Date.now() - launched.startedAtMs);
    });
    return launched;
  };

  const restart = (how: string, livedMs: number) => {
    const restartInMs = backOff.nextMs(livedMs);
    onEvent({ kind: 'died', part: definition.name, how, restartInMs });
    setTimeout(() => {
      if (!wanted || running !== null) return;
      restarts += 1;
      launch()
        .then((launched) => untilReady(launched))
        .catch(() => {}); // its end, or its next one, is seen above
    }, restartInMs);
  };

  const untilReady = async (launched: Running): Promise<void> => {
    let how: string | null = null;
    void launched.ended.then((end) => {
      how = end;
    });
    const deadline = Date.now() + (definition.startTimeoutMs ?? 120_000);
    while (!(await definition.isReady().catch(() => false))) {
      if (how !== null)
        throw new Error(`${definition.name} ended while it started (${how}). ${await lastWords(definition.logFile)}`);
      if (!wanted) throw new Error(`${definition.name} was stopped while it started`);
      if (Date.now() > deadline)
        throw new Error(`${definition.name} is not ready in time. ${await lastWords(definition.logFile)}`);
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    }
    onEvent({
      kind: 'ready',
      part: definition.name,
      pid: launched.pid,
      seconds: (Date.now() - launched.startedAtMs) / 1000,
    });
  };

  return {
    name: definition.name,
    adminUrl: definition.adminUrl ?? null,
    pid: () => running?.pid ?? lastPid,
    restarts: () => restarts,
    start: async () => {
      wanted = true;
      if (running === null) await untilReady(await launch());
    },
    stop: async () => {
      wanted = false;
      const current = running;
      if (current === null) return;
      if (definition.stopsByStdin === true) current.process.stdin?.end();
      else signal(current.pid, 'SIGTERM');
      const force = setTimeout(() => signal(current.pid, 'SIGKILL'), definition.stopGraceMs ?? 10_000);
      await current.ended;
      clearTimeout(force);
      onEvent({ kind: 'stopped', part: definition.name });
    },
    kill: (which) => signal(running?.pid ?? 0, which),
  };
}

/** The end of a log, in the message itself: a stack of a test or a proof takes its folder away when it does not start. */
async function lastWords(logFile: string): Promise<string> {
  const lines = (await endOf(logFile).catch(() => '')).trimEnd().split('\n').slice(-LAST_LINES);
  return `The end of ${logFile}:\n${lines.map((line) => `  ${line.slice(0, LAST_LINE_CHARS)}`).join('\n')}`;
}

async function endOf(file: string): Promise<string> {
  await using log = await open(file);
  const { size } = await log.stat();
  const { buffer, bytesRead } = await log.read({
    buffer: Buffer.alloc(LAST_BYTES),
    position: Math.max(0, size - LAST_BYTES),
  });
  return buffer.toString('utf8', 0, bytesRead);
}

async function spawnGuarded(definition: PartDefinition, { file, args, env }: PartCommand): Promise<Running> {
  const log = createWriteStream(definition.logFile, { flags: 'a', mode: 0o600 });
  await new Promise((resolve, reject) => log.once('open', resolve).once('error', reject));
  const guarded = definition.stopsByStdin !== true;
  const child = spawn(guarded ? 'sh' : file, guarded ? [GUARDIAN, file, ...args] : [...args], {
    // A group of its own: Ctrl-C in the terminal reaches the launcher alone, which then stops everything in order.
    detached: true,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['pipe', log, log, 'pipe'],
  });
  // The pipe of a part that was killed breaks; its end is told by 'close'.
  child.stdin?.on('error', () => {});
  log.close();
  const startedAtMs = Date.now();
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signalName) => {
      child.stdin?.destroy();
      resolve(howItEnded(code, signalName));
    });
  });
  const pid = guarded ? await toldPid(child, ended) : (child.pid ?? 0);
  return { process: child, startedAtMs, ended, pid };
}

function toldPid(child: ChildProcess, ended: Promise<string>): Promise<number> {
  const told = new Promise<number>((resolve) => {
    let text = '';
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(Number.parseInt(text, 10));
    });
  });
  return Promise.race([told, ended.then(() => 0)]);
}

function howItEnded(code: number | null, signalName: NodeJS.Signals | null): string {
  if (signalName !== null) return signalName;
  // A shell tells of a signal as 128 and its number.
  return code !== null && code > 128 ? `signal ${code - 128}` : `exit code ${code}`;
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  if (pid <= 0) return false;
  try {
    return process.kill(pid, name);
  } catch {
    return false; // it is gone already
  }
}
