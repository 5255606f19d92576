import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BenchReport } from '../../tools/bench/report.ts';
import { runTool } from '../support/tool-run.ts';

const REPORT = 'report.json';
/** No claim about speed: two busy cores take their time. */
const BOUND_MS = 600_000;
const SERVICES = ['gateway', 'enricher', 'sink'];

/** Whether it is measured at all: the figures of so short a look mean nothing. */
test(
  'npm run bench: rates, latencies and the price of an event, as Markdown and as JSON, and nothing is left behind',
  async () => {
    await using tool = await runTool('bench', (folder) => [
      ...['--quick', '--only', 'end-to-end,profiles', '--out', join(folder, REPORT)],
    ]);
    const { code, stdout, stderr } = await tool.ended;
    console.log(stdout);
    expect(code, stderr).toBe(0);
    const { endToEnd, profiles }: BenchReport = JSON.parse(await readFile(join(tool.folder, REPORT), 'utf8'));
    expect(endToEnd?.closedLoop.length).toBeGreaterThan(0);
    for (const { rows, events, cpuMicrosPerEvent } of endToEnd!.closedLoop) {
      expect([rows.rows, rows.distinct]).toEqual([events, events]);
      for (const service of [...SERVICES, 'kafka', 'clickhouse']) expect(cpuMicrosPerEvent[service]).toBeGreaterThan(0);
    }
    expect(profiles?.map(({ service }) => service).toSorted()).toEqual(SERVICES.toSorted());
    expect(await tool.left()).toEqual({ files: [REPORT], processes: [] });
  },
  BOUND_MS,
);
