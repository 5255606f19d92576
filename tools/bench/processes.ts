import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** What a process has used so far. */
export interface Usage {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** What everything has used so far. */
export interface Usages {
  /** Every process that the benchmark looks at, by its part of the stack. */
  readonly parts: ReadonlyMap<string, Usage>;
  /** Busy time of all cores of the machine, whoever made it. */
  readonly machineMs: number;
}

const clock = (name: string): number => Number(execFileSync('getconf', [name], { encoding: 'utf8' }));

/** Fields 14, 15 and 24 of proc_pid_stat(5): user and system time in ticks, resident pages. The name may hold spaces and brackets. */
export function parseStat(text: string): { readonly ticks: number; readonly pages: number } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { ticks: Number(fields[11]) + Number(fields[12]), pages: Number(fields[21]) };
}

/** Fields 2 and 3 of proc_pid_statm(5): resident pages without those of files, which the system may take back at any time. */
export function parseOwnPages(text: string): number {
  const [, resident = 0, ofFiles = 0] = text.split(' ').map(Number);
  return resident - ofFiles;
}

/** Memory of a process that is its own: heaps, buffers and stacks, and not the mapped files of an LMDB. */
export function ownMemoryReader() {
  const pageBytes = clock('PAGESIZE');
  return async (pid: number): Promise<number> =>
    parseOwnPages(await readFile(`/proc/${pid}/statm`, 'utf8')) * pageBytes;
}

/** Ticks of all cores that were neither idle nor waiting for a disk: the first line of proc_stat(5). */
export function parseBusyTicks(text: string): number {
  const [, user, nice, system, , , irq, softIrq, steal] = (text.split('\n')[0] ?? '').split(/\s+/).map(Number);
  return [user, nice, system, irq, softIrq, steal].reduce((sum: number, ticks) => sum + (ticks ?? 0), 0);
}

/** Reads all given processes, and this one as `client`: it makes the load, and keeps the stack running. */
export function processReader() {
  const tickMs = 1_000 / clock('CLK_TCK');
  const pageBytes = clock('PAGESIZE');
  const read = async (pid: number): Promise<Usage> => {
    const { ticks, pages } = parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
    return { cpuMs: ticks * tickMs, rssBytes: pages * pageBytes };
  };
  return async (pids: ReadonlyMap<string, number>): Promise<Usages> => {
    const all = [...pids, ['client', process.pid] as const];
    const parts = new Map(await Promise.all(all.map(async ([name, pid]) => [name, await read(pid)] as const)));
    return { parts, machineMs: parseBusyTicks(await readFile('/proc/stat', 'utf8')) * tickMs };
  };
}
