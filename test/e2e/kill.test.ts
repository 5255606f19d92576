import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack } from '@caliper-pipeline/infra';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { query } from '../support/clickhouse.ts';
import { eventually } from '../support/eventually.ts';
import { startPipeline } from '../support/pipeline.ts';
import { loginEnvelope, send } from '../support/sender.ts';

/** A stack of its own: its parts are killed. */
let stack: Stack;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'caliper-kill-'));
  stack = await startPipeline({ dataDir, partitions: 3, fastBrokerRestart: true });
});
afterAll(async () => {
  await stack?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const isReady = async (admin: string) => (await fetch(`${admin}/health/ready`)).status === 200;

/** Sends as a real sender does: until the answer is 200. */
async function sendUntilAccepted(id: string): Promise<void> {
  const { endpoint } = stack.endpoints.gateway;
  const body = loginEnvelope({ id });
  const authorization = stack.endpoints.sensors[0]!.key;
  await eventually(
    'an answer 200',
    () => send(endpoint, body, { authorization }),
    ({ status }) => status === 200,
  );
}

const parts = ['gateway', 'enricher', 'sink', 'kafka', 'registry', 'clickhouse'] as const;

for (const part of parts) {
  test(`after kill -9 of ${part} the stack heals, and an event sent after that arrives`, async () => {
    const before = stack.endpoints[part].pid;
    process.kill(before, 'SIGKILL');
    await eventually(
      `a new ${part}`,
      async () => stack.endpoints[part].pid,
      (pid) => pid !== before && pid > 0,
    );
    const id = `urn:uuid:${randomUUID()}`;
    await sendUntilAccepted(id);
    await eventually(
      'the row',
      () =>
        query(stack.endpoints.clickhouse, 'SELECT event_id FROM events_current WHERE event_id = {id:String}', { id }),
      (rows) => rows.length === 1,
    );
    for (const service of ['gateway', 'enricher', 'sink'] as const) {
      await eventually(
        `${service} ready`,
        () => isReady(stack.endpoints[service].admin),
        (ready) => ready,
      );
    }
  });
}

test('while the broker is away nobody hears yes and readiness says no; when it is back both recover without a restart', async () => {
  const { gateway, enricher, sink } = stack.endpoints;
  const pids = [gateway.pid, enricher.pid, sink.pid];
  await stack.part('kafka').stop();
  const id = `urn:uuid:${randomUUID()}`;
  const authorization = stack.endpoints.sensors[0]!.key;
  const answer = await send(gateway.endpoint, loginEnvelope({ id }), { authorization });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).not.toBeNull();
  for (const { admin } of [gateway, enricher, sink])
    await eventually(
      'not ready',
      () => isReady(admin),
      (ready) => !ready,
    );
  await stack.part('kafka').start();
  for (const { admin } of [gateway, enricher, sink])
    await eventually(
      'ready',
      () => isReady(admin),
      (ready) => ready,
    );
  await sendUntilAccepted(id);
  await eventually(
    'the row',
    () => query(stack.endpoints.clickhouse, 'SELECT event_id FROM events_current WHERE event_id = {id:String}', { id }),
    (rows) => rows.length === 1,
  );
  expect([stack.endpoints.gateway.pid, stack.endpoints.enricher.pid, stack.endpoints.sink.pid]).toEqual(pids);
});
