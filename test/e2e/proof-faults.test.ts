import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { runTool } from '../support/tool-run.ts';

/** With this seed a description came to the enricher after an event had named what it describes. */
const SEED = 'ci';
/** No claim about speed: two busy cores take their time, and a run waits for what does not come. */
const BOUND_MS = 600_000;
const KINDS = 'kill,freeze-long,cut,full-disk,clock';

test(
  'npm run faults: what was done is told, and every promise is kept',
  async () => {
    await using tool = await runTool('faults', [
      ...['--minutes', '0.7', '--rate', '60', '--spacing-ms', '5000', '--only', KINDS, '--seed', SEED],
    ]);
    const { code, stdout, stderr } = await tool.ended;
    console.log(stdout);
    expect(stdout, stderr).toContain('✔ every promise was kept');
    expect(code).toBe(0);
    const [, events] = /events +([\d,]+) accepted and compared: lost 0, doubled 0, wrong 0/.exec(stdout) ?? [];
    expect(Number(events?.replaceAll(',', ''))).toBeGreaterThan(1_000);
    expect(stdout).toMatch(/^\d+ faults:$/m);
    expect(await tool.left()).toEqual({ files: [], processes: [] });
  },
  BOUND_MS,
);

test(
  'Ctrl-C ends a run in order: it says that nothing was verified, and leaves nothing behind',
  async () => {
    await using tool = await runTool('faults', ['soak', '--minutes', '10', '--rate', '20', '--instances', '1']);
    await eventually('processes of its stack', tool.left, ({ processes }) => processes.length > 3);
    tool.signal('SIGINT');
    const { code } = await tool.ended;
    expect(code).toBe(130);
    expect(await tool.left()).toEqual({ files: [], processes: [] });
  },
  BOUND_MS,
);
