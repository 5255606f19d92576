import { randomFillSync } from 'node:crypto';
import { ENTRY_BYTES } from '../src/stage/seen/seen-entry.ts';
import { createSeenOverlay } from '../src/stage/seen/seen-overlay.ts';
import { createSeenTable } from '../src/stage/seen/seen-table.ts';

/** Memory and time per remembered id of one partition: `node shared/kafka/bench/seen.ts [millions]`. */
const MILLIONS = Number(process.argv[2] ?? 8);
const CHUNK = 100_000;

const table = createSeenTable();
const HOUR = 490_000;
const overlay = createSeenOverlay(table, () => HOUR * 3_600_000);
const chunk = Buffer.alloc(CHUNK * ENTRY_BYTES);
const usPer = (from: NodeJS.CpuUsage, count: number): string => {
  const { user, system } = process.cpuUsage(from);
  return ((user + system) / count).toFixed(3);
};

let cpu = process.cpuUsage();
let longestMs = 0;
for (let index = 0; index < MILLIONS * 10; index += 1) {
  randomFillSync(chunk);
  const start = performance.now();
  for (let at = 0; at < chunk.length; at += 1_000 * ENTRY_BYTES) {
    table.addAll({ hour: HOUR, entries: chunk.subarray(at, at + 1_000 * ENTRY_BYTES) }, HOUR);
  }
  longestMs = Math.max(longestMs, performance.now() - start);
}
const ids = table.size();
console.log(
  `restore: ${usPer(cpu, ids)} us per id (random bytes included), longest 100,000: ${longestMs.toFixed(0)} ms`,
);
console.log(
  `memory: ${(table.bytes() / ids).toFixed(1)} bytes per id, ${(table.bytes() / 1e6).toFixed(0)} MB for ${ids}`,
);

randomFillSync(chunk);
const note = Buffer.alloc(8);
const idAt = (index: number) => chunk.subarray(index * ENTRY_BYTES, index * ENTRY_BYTES + 16);
cpu = process.cpuUsage();
for (let index = 0; index < CHUNK; index += 1) {
  const id = idAt(index);
  if (overlay.view.find(id) === null) overlay.view.add(id, note);
  if (index % 500 === 499) {
    for (const group of overlay.groups()) table.addAll(group, HOUR);
    overlay.clear();
  }
}
console.log(`a new id: ${usPer(cpu, CHUNK)} us (find, add, commit)`);
cpu = process.cpuUsage();
let found = 0;
for (let index = 0; index < CHUNK; index += 1) if (overlay.view.find(idAt(index)) !== null) found += 1;
console.log(`a duplicate: ${usPer(cpu, CHUNK)} us (${found} found)`);
