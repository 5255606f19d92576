import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { runTool } from '../support/tool-run.ts';

/** With this seed a description came to the enricher after an event had named what it describes. */
const SEED = 'ci';
/** No claim about speed: two busy cores take their time, and a run waits for what does not come. */
const BOUND_MS = 600_000;
const isUnderLoad = (said: string) => /[1-9]\d* items answered/.test(said);
const KINDS = 'kill,freeze-long,cut,full-disk,clock';

test(
  'npm run faults: what was done is told, and every promise is kept',
  async () => {
    await using tool = await runTool('faults', (folder) => [
      ...['--minutes', '0.7', '--rate', '60', '--spacing-ms', '5000', '--only', KINDS, '--seed', SEED],
      ...['--logs', join(folder, 'logs')],
    ]);
    const { code, stdout, stderr } = await tool.ended;
    console.log(stdout);
    expect(stdout, `${stderr}\n${await complaints(join(tool.folder, 'logs'))}`).toContain('✔ every promise was kept');
    expect(code).toBe(0);
    const [, events] = /events +([\d,]+) accepted and compared: lost 0, doubled 0, wrong 0/.exec(stdout) ?? [];
    expect(Number(events?.replaceAll(',', ''))).toBeGreaterThan(1_000);
    expect(stdout).toMatch(/^\d+ faults:$/m);
    expect(await tool.left()).toEqual({ files: ['logs'], processes: [] });
  },
  BOUND_MS,
);

test(
  'Ctrl-C under load ends a run in order: it says that nothing was verified, and leaves nothing behind',
  async () => {
    await using tool = await runTool('faults', [
      ...['--minutes', '10', '--rate', '20', '--instances', '1', '--only', 'clock', '--spacing-ms', '600000'],
    ]);
    await eventually('items answered', async () => tool.said(), isUnderLoad, BOUND_MS);
    tool.signal('SIGINT');
    const { code, stdout } = await tool.ended;
    expect(stdout).toContain('✘ nothing was verified\n✘ the run was cut off');
    expect(code).toBe(130);
    expect(await tool.left()).toEqual({ files: [], processes: [] });
  },
  BOUND_MS,
);

/** What the services warned of last: why something did not arrive is known to nobody else once the stack is gone. */
async function complaints(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /^(gateway|enricher|sink)/.test(name));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .map((text, index) => {
      const warnings = text.split('\n').filter((line) => /"level":"?(?:warn|error|fatal|[4-6]0)\b/.test(line));
      return `${names[index]}\n${warnings.slice(-10).join('\n')}`;
    })
    .join('\n');
}
