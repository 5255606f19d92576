import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';

/** The ports of a stack. All listen on 127.0.0.1 only. */
export interface Ports {
  readonly gateway: number;
  readonly gatewayAdmin: number;
  readonly enricherAdmin: number;
  readonly sinkAdmin: number;
  readonly registry: number;
  readonly registryManagement: number;
  readonly clickhouseHttp: number;
  readonly clickhouseTcp: number;
  readonly kafka: number;
  readonly kafkaController: number;
}

export const DEFAULT_BASE_PORT = 18_080;

/** Distances from the base port: with the default base Kafka is at 19092 and ClickHouse at 18123, as people expect them. */
const OFFSETS: Ports = {
  gateway: 0,
  registry: 1,
  gatewayAdmin: 2,
  enricherAdmin: 3,
  sinkAdmin: 4,
  registryManagement: 5,
  clickhouseHttp: 43,
  clickhouseTcp: 920,
  kafka: 1012,
  kafkaController: 1013,
};

/** Above the default ports of `npm start`. */
const LOWEST_FREE = 20_000;
/** Up to what Linux connects from (32,768 on; others from 49,152). */
const FREE_PORTS = 12_768;
/** A stack of three brokers and two of each service takes some twenty. */
const PORTS_OF_A_PROCESS = 64;
let nextFree = (process.pid * PORTS_OF_A_PROCESS) % FREE_PORTS;

const names = Object.keys(OFFSETS) as (keyof Ports)[];

export function portsFrom(basePort: number): Ports {
  return Object.fromEntries(names.map((name) => [name, basePort + OFFSETS[name]])) as unknown as Ports;
}

/** Free ports, for stacks that nobody looks at: tests and benchmarks. */
export async function freePorts(): Promise<Ports> {
  const found = await Promise.all(names.map(() => freePort()));
  return Object.fromEntries(names.map((name, index) => [name, found[index]])) as unknown as Ports;
}

/**
 * A port to be listened on later, another at each call. Not one that the kernel gives: from those it also gives to whoever
 * connects, and until the last part of a stack listens (20 s), or while a broker is away (a minute), hundreds of connections are
 * made. Each process looks from a place of its own, because what two are given at once is free for both.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < FREE_PORTS; tries += 1) {
    const port = LOWEST_FREE + (nextFree % FREE_PORTS);
    nextFree += 1;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${LOWEST_FREE} to ${LOWEST_FREE + FREE_PORTS - 1} is free`);
}

/** @throws Error that names each taken port and who holds it */
export async function checkPortsFree(ports: readonly number[]): Promise<void> {
  const taken: string[] = [];
  for (const port of ports) if (!(await isFree(port))) taken.push(`${port} is in use by ${await ownerOf(port)}`);
  if (taken.length > 0) throw new Error(`Port ${taken.join(', port ')}. Stop it, or start with another --base-port.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Who listens on a port, from /proc: the socket's inode in the list of sockets, then the process that has it open. */
export async function ownerOf(port: number): Promise<string> {
  const inodes = await listeningInodes(port);
  try {
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
      for (const descriptor of descriptors) {
        const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
        if (!inodes.has(target)) continue;
        const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
        return `process ${pid} (${command.slice(0, 80)})`;
      }
    }
  } catch {
    // No /proc on this system: the number alone must do.
  }
  return 'another process';
}

async function listeningInodes(port: number): Promise<Set<string>> {
  const inodes = new Set<string>();
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(`:${wanted}`) && fields[3] === '0A') inodes.add(`socket:[${fields[9]}]`);
    }
  }
  return inodes;
}
