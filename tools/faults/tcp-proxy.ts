import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createLane, type Lane, type Way } from './tcp-lane.ts';

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections go to the targets in turn; one that refuses is passed over. */
  readonly addTarget: (port: number) => void;
  readonly set: (way: Way) => void;
}

/** A proxy on a random port of this machine. It knows no protocol: bytes go in, the same bytes come out. */
export async function startTcpProxy(): Promise<TcpProxy> {
  const targets: number[] = [];
  const open = new Set<Connection>();
  let way: Way = { kind: 'open' };
  let turn = 0;

  const server = createServer({ noDelay: true }, (client) => {
    client.on('error', () => {});
    if (way.kind === 'cut') return void client.resetAndDestroy();
    turn += 1;
    const inTurn = targets.map((_, index) => targets[(turn + index) % targets.length]!);
    connectToFirst(inTurn, (upstream) => {
      if (upstream === null || way.kind === 'cut') {
        upstream?.destroy();
        return void client.resetAndDestroy();
      }
      const connection = joined(client, upstream);
      open.add(connection);
      connection.lanes.forEach((lane) => void lane.set(way));
      client.once('close', () => open.delete(connection));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    addTarget: (port) => void targets.push(port),
    set: (next) => {
      way = next;
      for (const { lanes, reset } of [...open]) {
        if (next.kind === 'cut') reset();
        else lanes.forEach((lane) => void lane.set(next));
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const { reset } of [...open]) reset();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Connection {
  readonly lanes: readonly Lane[];
  readonly reset: () => void;
}

function joined(client: Socket, upstream: Socket): Connection {
  upstream.on('error', () => client.resetAndDestroy());
  client.once('error', () => upstream.resetAndDestroy());
  upstream.once('close', () => client.destroy());
  client.once('close', () => upstream.destroy());
  const reset = () => {
    client.resetAndDestroy();
    upstream.resetAndDestroy();
  };
  return { lanes: [createLane(client, upstream), createLane(upstream, client)], reset };
}

function connectToFirst([first, ...others]: readonly number[], found: (upstream: Socket | null) => void): void {
  if (first === undefined) {
    found(null);
    return;
  }
  const upstream = connect({ host: '127.0.0.1', port: first, noDelay: true });
  const refused = () => connectToFirst(others, found);
  upstream.once('error', refused);
  upstream.once('connect', () => {
    upstream.off('error', refused);
    found(upstream);
  });
}
