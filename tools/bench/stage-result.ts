import type { Usages } from './processes.ts';
import type { Latencies } from './scenario.ts';

export interface StageOptions {
  readonly events: number;
  readonly warmUp: number;
  readonly instances: number;
  /** Of the gateway only this shape: so many events a request. */
  readonly batch?: number;
}

/** What one stage does when nothing else runs but the stores. */
export interface StageResult {
  /** `sink`, or `gateway, 100 a request on 8 connections`. */
  readonly name: string;
  readonly events: number;
  readonly eventsPerSecond: number;
  /** Of the stage and of the stores that it uses. */
  readonly cpuMicrosPerEvent: Readonly<Record<string, number>>;
  readonly rssMb: Readonly<Record<string, number>>;
  /** Where there is somebody who waits for an answer. */
  readonly postMs?: Latencies;
}

/** The load generator's own cost is left out. */
export function costs(before: Usages, after: Usages, events: number) {
  const parts = [...after.parts].filter(([part]) => part !== 'client');
  const micros = (part: string, cpuMs: number) => ((cpuMs - (before.parts.get(part)?.cpuMs ?? 0)) * 1_000) / events;
  return {
    cpuMicrosPerEvent: Object.fromEntries(parts.map(([part, { cpuMs }]) => [part, micros(part, cpuMs)])),
    rssMb: Object.fromEntries(parts.map(([part, { rssBytes }]) => [part, rssBytes / 2 ** 20])),
  };
}
