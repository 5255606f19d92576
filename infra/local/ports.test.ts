import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { checkPortsFree, DEFAULT_BASE_PORT, freePort, freePorts, ownerOf, portsFrom } from './ports.ts';

test('the default ports are those of the README, and another base moves all of them', () => {
  expect(portsFrom(DEFAULT_BASE_PORT)).toMatchObject({
    gateway: 18080,
    registry: 18081,
    clickhouseHttp: 18123,
    kafka: 19092,
  });
  const first = Object.values(portsFrom(DEFAULT_BASE_PORT));
  const second = Object.values(portsFrom(28080));
  expect(second.map((port, index) => port - first[index]!)).toEqual(first.map(() => 10_000));
  expect(new Set([...first, ...second]).size).toBe(first.length * 2);
});

test('free ports differ from each other', async () => {
  const ports = Object.values(await freePorts());
  expect(new Set(ports).size).toBe(ports.length);
});

test('a free port is none that the kernel gives to whoever connects, and none that somebody has', async () => {
  const [port, next] = [await freePort(), (await freePort()) + 1];
  expect(port).toBeGreaterThan(Math.max(...Object.values(portsFrom(DEFAULT_BASE_PORT))));
  expect(port).toBeLessThan(32_768);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(next, '127.0.0.1', resolve));
  expect(await freePort()).not.toBe(next);
  await new Promise((resolve) => server.close(resolve));
});

test('a port in use is said by number and owner', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await expect(checkPortsFree([port])).rejects.toThrow(new RegExp(`Port ${port} is in use by process ${process.pid} `));
  await new Promise((resolve) => server.close(resolve));
  await expect(checkPortsFree([port])).resolves.toBeUndefined();
  expect(await ownerOf(port)).toBe('another process');
});
