import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { supervise } from './supervised-part.ts';

test('a part that ends while it starts is told with the last words of its log', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'caliper-part-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const part = supervise(
    {
      name: 'gateway-1',
      command: async () => ({ file: 'sh', args: ['-c', 'seq 1 9; echo the port is taken >&2; exit 3'] }),
      isReady: async () => false,
      logFile: join(folder, 'gateway-1.log'),
    },
    () => {},
  );
  onTestFinished(() => part.stop());
  await expect(part.start()).rejects.toThrow(
    `gateway-1 ended while it started (exit code 3). The end of ${join(folder, 'gateway-1.log')}:\n  6\n  7\n  8\n  9\n  the port is taken`,
  );
});
