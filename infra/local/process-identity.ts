import { readFile } from 'node:fs/promises';

/** A process, told apart from a later one with the same number by its start. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks after boot; '' where there is no /proc. */
  readonly startedAt: string;
}

export async function processIdentity(pid: number): Promise<ProcessIdentity> {
  return { pid, startedAt: await startOf(pid) };
}

export async function isSameProcessAlive({ pid, startedAt }: ProcessIdentity): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return startedAt === '' || (await startOf(pid)) === startedAt;
}

async function startOf(pid: number): Promise<string> {
  try {
    // The name of the command stands in brackets and may hold anything: fields are counted behind the last bracket.
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
