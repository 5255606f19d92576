import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../../', import.meta.url).pathname;

export interface ToolEnd {
  /** null = ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One of our tools as a process, as npm runs it, with a folder of its own for temporary files. */
export interface ToolRun extends AsyncDisposable {
  readonly folder: string;
  readonly signal: (name: NodeJS.Signals) => void;
  /** What it has said on stderr. */
  readonly said: () => string;
  readonly ended: Promise<ToolEnd>;
  /** Names in its folder, and command lines of processes that name the folder. Nothing of it may be left. */
  readonly left: () => Promise<{ readonly files: readonly string[]; readonly processes: readonly string[] }>;
}

/** Starts `tools/…/main.ts` with these arguments, which may name files in `folder`. */
export async function runTool(
  tool: string,
  given: readonly string[] | ((folder: string) => readonly string[]),
): Promise<ToolRun> {
  const folder = await mkdtemp(join(tmpdir(), 'caliper-tool-'));
  const args = typeof given === 'function' ? given(folder) : given;
  const child = spawn(process.execPath, [`tools/${tool}/main.ts`, ...args], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  }
  const ended = new Promise<ToolEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
  return {
    folder,
    signal: (name) => void child.kill(name),
    said: () => said.stderr,
    ended,
    left: async () => ({ files: await readdir(folder), processes: await processesNaming(folder) }),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function processesNaming(text: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  // A process may end while it is looked at.
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return commands.filter((command) => command.includes(text));
}
