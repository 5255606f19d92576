import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** Answers with what it is told, in its own name. */
async function echo(name: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => socket.write(`${name}:${chunk}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
const portOf = (server: Server) => (server.address() as AddressInfo).port;

let [a, b]: Server[] = [];
let proxy: TcpProxy;
const clients: Socket[] = [];

beforeAll(async () => {
  [a, b] = [await echo('a'), await echo('b')];
});
afterAll(() => {
  a?.close();
  b?.close();
});
beforeEach(async () => {
  proxy = await startTcpProxy();
  proxy.addTarget(portOf(a!));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy[Symbol.asyncDispose]();
});

function connecting(): Socket {
  const socket = connect({ host: '127.0.0.1', port: proxy.port });
  clients.push(socket);
  socket.on('error', () => {});
  return socket;
}
async function client(): Promise<Socket> {
  const socket = connecting();
  await once(socket, 'connect');
  return socket;
}
/** Not `once`, which takes the reset itself for its failure. */
const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [answer] = await once(socket, 'data');
  return String(answer);
}

test('passes bytes both ways, and an end', async () => {
  const socket = await client();
  expect(await ask(socket, 'one')).toBe('a:one');
  expect(await ask(socket, 'two')).toBe('a:two');
  socket.end();
  await closed(socket);
});

test('many megabytes arrive whole while the receiver reads slowly', async () => {
  const sink = createServer();
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  const large = await startTcpProxy();
  large.addTarget(portOf(sink));
  const accepted = once(sink, 'connection');
  const socket = connect({ host: '127.0.0.1', port: large.port });
  const bytes = 32 * 1024 * 1024;
  socket.end(Buffer.alloc(bytes, 7));
  const [server] = (await accepted) as [Socket];
  let seen = 0;
  for await (const chunk of server) seen += (chunk as Buffer).length;
  expect(seen).toBe(bytes);
  socket.destroy();
  await large[Symbol.asyncDispose]();
  sink.close();
});

test('cut: open connections are reset, new ones too; afterwards new ones pass', async () => {
  const socket = await client();
  await ask(socket, 'one');
  const reset = closed(socket);
  proxy.set({ kind: 'cut' });
  await reset;
  await closed(connecting());
  proxy.set({ kind: 'open' });
  expect(await ask(await client(), 'two')).toBe('a:two');
});

test('delay: bytes come in order, no sooner than it says', async () => {
  const socket = await client();
  await ask(socket, 'one');
  proxy.set({ kind: 'delay', ms: 60 });
  const startedAt = performance.now();
  expect(await ask(socket, 'two')).toBe('a:two');
  // There and back. Timers of Node may fire a millisecond early.
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(118);
  proxy.set({ kind: 'open' });
  expect(await ask(socket, 'three')).toBe('a:three');
});

test('hang: the connection stays open, and what was sent arrives once the way is open again', async () => {
  const socket = await client();
  await ask(socket, 'one');
  proxy.set({ kind: 'hang' });
  let answered = false;
  const answer = ask(socket, 'two').finally(() => {
    answered = true;
  });
  const fresh = ask(await client(), 'from a new connection');
  // Another way is no slower: whatever comes straight would have come through as well by now.
  const straight = connect({ host: '127.0.0.1', port: portOf(a!) });
  clients.push(straight);
  await ask(straight, 'straight');
  expect(answered).toBe(false);
  proxy.set({ kind: 'open' });
  expect(await answer).toBe('a:two');
  expect(await fresh).toBe('a:from a new connection');
});

test('several targets take turns, and one that refuses is passed over', async () => {
  proxy.addTarget(portOf(b!));
  const names = async () => new Set([await ask(await client(), 'x'), await ask(await client(), 'x')]);
  expect(await names()).toEqual(new Set(['a:x', 'b:x']));
  const gone = await echo('gone');
  const port = portOf(gone);
  await new Promise((resolve) => gone.close(resolve));
  proxy.addTarget(port);
  for (let round = 0; round < 3; round += 1) expect((await ask(await client(), 'x')).slice(1)).toBe(':x');
});
