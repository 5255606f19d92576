import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { acceptedEventSchema, schemaText } from '@caliper-pipeline/contracts';
import { expect, inject, test } from 'vitest';
import { randomName } from '../../test/real-kafka.ts';
import { silentLogger } from '../logger.ts';
import { createRegistry } from './registry.ts';

const TIMEOUT_MS = 300;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function httpServer(
  answer: Answer,
): Promise<AsyncDisposable & { readonly url: string; readonly hits: string[] }> {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    hits,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const registryAt = (url: string) => createRegistry({ url, logger: silentLogger, timeoutMs: TIMEOUT_MS });
const json =
  (status: number, body: unknown): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };

async function took(work: () => Promise<unknown>): Promise<{ readonly error: unknown; readonly ms: number }> {
  const startedAt = performance.now();
  const error = await work().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { error, ms: performance.now() - startedAt };
}

const away = { code: 'registry_unavailable', retriable: true };

test('a registry that accepts and never answers is away, soon', async () => {
  await using server = await httpServer(() => {});
  const registry = registryAt(server.url);
  for (const work of [() => registry.schemaById(1), () => registry.idOf('s', acceptedEventSchema)]) {
    const { error, ms } = await took(work);
    expect(error).toMatchObject(away);
    expect(ms).toBeLessThan(TIMEOUT_MS * 4);
  }
  expect(await registry.check()).toMatchObject({ kind: 'down' });
});

test('a registry that begins to answer and stops is away, soon', async () => {
  await using server = await httpServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"schema":');
  });
  const { error, ms } = await took(() => registryAt(server.url).schemaById(1));
  expect(error).toMatchObject(away);
  expect(ms).toBeLessThan(TIMEOUT_MS * 4);
});

test('a registry that is not there is away', async () => {
  const registry = registryAt('http://127.0.0.1:1');
  expect((await took(() => registry.schemaById(1))).error).toMatchObject(away);
  expect((await took(() => registry.idOf('s', acceptedEventSchema))).error).toMatchObject(away);
  expect(await registry.check()).toMatchObject({ kind: 'down' });
});

test.each([500, 503, 401])('an answer of %d is no answer', async (status) => {
  await using server = await httpServer(json(status, { message: 'no' }));
  expect((await took(() => registryAt(server.url).schemaById(1))).error).toMatchObject(away);
});

test('a 404 is an answer: there is no such schema', async () => {
  await using server = await httpServer(json(404, { error_code: 40403, message: 'Schema not found' }));
  const registry = registryAt(server.url);
  expect(await registry.schemaById(1)).toBeNull();
  expect((await took(() => registry.idOf('s', acceptedEventSchema))).error).toMatchObject({
    code: 'schema_not_registered',
  });
});

test('the text is given as it is registered, logical types included, and asked for once', async () => {
  const text =
    '{"type":"record","name":"R","fields":[{"name":"t","type":{"type":"long","logicalType":"timestamp-millis"}}]}';
  await using server = await httpServer(json(200, { schema: text }));
  const registry = registryAt(server.url);
  expect(await registry.schemaById(7)).toBe(text);
  expect(await registry.schemaById(7)).toBe(text);
  expect(server.hits).toEqual(['GET /schemas/ids/7']);
});

test('the real registry: id by exact text, text by id, unknown id, unknown text', async () => {
  const url = inject('registryUrl');
  const registry = createRegistry({ url, logger: silentLogger, timeoutMs: 5_000 });
  const subject = randomName('subject');
  const response = await fetch(`${url}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: schemaText(acceptedEventSchema) }),
  });
  const { id } = (await response.json()) as { id: number };
  expect(await registry.idOf(subject, acceptedEventSchema)).toBe(id);
  expect(await registry.schemaById(id)).toBe(schemaText(acceptedEventSchema));
  expect(await registry.schemaById(999_999)).toBeNull();
  await expect(registry.idOf(subject, { ...acceptedEventSchema, name: 'Other' })).rejects.toMatchObject({
    code: 'schema_not_registered',
  });
  await expect(registry.idOf(randomName('subject'), acceptedEventSchema)).rejects.toMatchObject({
    code: 'schema_not_registered',
  });
  expect(await registry.check()).toEqual({ kind: 'up' });
});
