import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What becomes of one produce request on its way. */
export type ProduceFate =
  /** The broker stores it and answers; the answer never arrives. */
  | 'cut the answer'
  /** The broker never hears of it. */
  | 'cut the request'
  | 'pass';

export interface KafkaProxy extends AsyncDisposable {
  readonly port: number;
  /** The port of the broker's listener behind it; set before the first connection. */
  target: number;
  /** Asked for every produce request. */
  fateOf: () => ProduceFate;
  readonly counts: () => Readonly<Record<ProduceFate, number>>;
}

/** API keys of the Kafka protocol. */
const PRODUCE = 0;
const LENGTH_BYTES = 4;

/**
 * A proxy before a broker that looks at frames (length, API key, version, correlation id) and breaks connections around
 * produce requests when told to. Everything else passes as it is.
 */
export async function startKafkaProxy(): Promise<KafkaProxy> {
  const counts: Record<ProduceFate, number> = { pass: 0, 'cut the answer': 0, 'cut the request': 0 };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const broker = connect({ port: proxy.target, host: '127.0.0.1' });
    const breakBoth = () => {
      client.destroy();
      broker.destroy();
    };
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.on('error', breakBoth);
      socket.on('close', () => {
        sockets.delete(socket);
        breakBoth();
      });
    }
    /** Correlation ids of produce requests whose answer is not to arrive. */
    const lost = new Set<number>();
    onFrames(client, (frame) => {
      if (frame.readInt16BE(LENGTH_BYTES) === PRODUCE) {
        const fate = proxy.fateOf();
        counts[fate] += 1;
        if (fate === 'cut the request') return breakBoth();
        if (fate === 'cut the answer') lost.add(frame.readInt32BE(LENGTH_BYTES + 4));
      }
      broker.write(frame);
    });
    onFrames(broker, (frame) => {
      if (lost.has(frame.readInt32BE(LENGTH_BYTES))) return breakBoth();
      client.write(frame);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: KafkaProxy = {
    port: (server.address() as AddressInfo).port,
    target: 0,
    fateOf: () => 'pass',
    counts: () => ({ ...counts }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

function onFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= LENGTH_BYTES && rest.length >= LENGTH_BYTES + rest.readInt32BE(0)) {
      const length = LENGTH_BYTES + rest.readInt32BE(0);
      take(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  });
}
