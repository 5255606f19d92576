import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLagReader } from '../lag.ts';
import { holdRate } from './hold.ts';
import { type Cost, type CpuProfile, profileCosts } from './profile-costs.ts';
import { runScenario } from './scenario.ts';
import { withStack } from './with-stack.ts';

export interface ProfileOptions {
  readonly seed: string;
  readonly rate: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly partitions: number;
  readonly batch: number;
  readonly connections: number;
}

/** What one event costs a service, and where. */
export interface ServiceProfile {
  readonly service: string;
  readonly microsPerEvent: number;
  /** Of the main thread alone. */
  readonly mainMicrosPerEvent: number;
  /** All parts of the code, threads beside the main one among them, dearest first; shares are of the whole process. */
  readonly costs: readonly Cost[];
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SERVICES = ['gateway', 'enricher', 'sink'] as const;
const OTHER_THREADS = 'threads beside the main one (compression, garbage)';

const monotonicMicros = (): number => Number(process.hrtime.bigint() / 1_000n);

/** Profiles every service at a fixed rate; start and warm-up are cut off. Profiling itself costs some per cent. */
export async function profileServices(options: ProfileOptions, signal: AbortSignal): Promise<ServiceProfile[]> {
  const folder = await mkdtemp(join(tmpdir(), 'caliper-profiles-'));
  const { seed, rate, seconds, batch, connections, warmUp, partitions } = options;
  try {
    const env = { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` };
    const measured = await withStack({ partitions, env }, async (stack) => {
      await using lag = createLagReader(stack.endpoints.kafka.bootstrapServers);
      const warm = { name: 'warm-up', seed: `${seed} warm-up`, events: warmUp, batch, concurrency: connections };
      await runScenario(stack, warm, signal);
      const fromMicros = monotonicMicros();
      const held = await holdRate(stack, lag, { seed, rate, seconds, batch, connections, probe: false }, signal);
      const window = { fromMicros, toMicros: monotonicMicros() };
      const pids = new Map(SERVICES.map((service) => [service, stack.part(service).pid()] as const));
      return { held, window, pids };
    });
    // Written as the services ended.
    const profiles: ServiceProfile[] = [];
    for (const [service, pid] of measured.pids) {
      const { held, window } = measured;
      const { busyMicros, costs } = profileCosts(await profileOf(folder, pid), ROOT, window);
      const microsPerEvent = held.cpuMicrosPerEvent[service] ?? 0;
      const mainMicrosPerEvent = busyMicros / held.events;
      profiles.push({
        service,
        microsPerEvent,
        mainMicrosPerEvent,
        costs: ofProcess(costs, microsPerEvent, mainMicrosPerEvent, held.events),
      });
    }
    return profiles;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The main thread's costs as shares of the process, and the other threads as one more cost. */
function ofProcess(costs: readonly Cost[], microsPerEvent: number, mainMicrosPerEvent: number, events: number): Cost[] {
  const mainShare = Math.min(1, mainMicrosPerEvent / microsPerEvent);
  const others = Math.max(0, microsPerEvent - mainMicrosPerEvent);
  return [
    ...costs.map((cost) => ({
      ...cost,
      share: cost.share * mainShare,
      functions: cost.functions.map(({ name, share }) => ({ name, share: share * mainShare })),
    })),
    { name: OTHER_THREADS, selfMicros: others * events, share: 1 - mainShare, functions: [] },
  ].toSorted((a, b) => b.share - a.share);
}

/** Node names a profile by its process and thread: CPU.DATE.TIME.PID.THREAD.NUMBER.cpuprofile; 0 is the main thread. */
async function profileOf(folder: string, pid: number): Promise<CpuProfile> {
  const files = await readdir(folder);
  const file = files.find(
    (name) => name.endsWith('.cpuprofile') && name.split('.').slice(3, 5).join('.') === `${pid}.0`,
  );
  if (file === undefined) throw new Error(`process ${pid} wrote no profile; there are ${files.join(', ') || 'none'}`);
  return JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
}
