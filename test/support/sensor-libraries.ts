import { connect, type Socket } from 'node:net';

/** What a library does with one body: the bytes it writes, and what it makes of the answer. */
export interface SensorLibrary {
  readonly name: string;
  readonly headers: (key: string) => readonly string[];
  /** From 1.0 KB (old curl) or never. */
  readonly expectsContinueFrom: number;
  readonly isSuccess: (status: number) => boolean;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * The libraries that send Caliper, as their sources and the HTTP clients below them behave: the key is raw but where
 * somebody configured otherwise, PHP takes nothing but 200 for success and its curl waits for 100 Continue, Java keeps its
 * connection and takes 200 to 202, Python takes 200 and 201.
 */
export const libraries = {
  php: {
    name: 'caliper-php (curl)',
    headers: (key) => [`Authorization: ${key}`, 'Content-Type: application/json', 'Accept: */*'],
    expectsContinueFrom: 1_024,
    isSuccess: (status) => status === 200,
  },
  java: {
    name: 'caliper-java (Apache HttpClient)',
    headers: (key) => [
      `Authorization: ${key}`,
      'Content-Type: application/json',
      'Connection: Keep-Alive',
      'User-Agent: Apache-HttpClient/4.5.14 (Java/17.0.9)',
      'Accept-Encoding: gzip,deflate',
    ],
    expectsContinueFrom: NEVER,
    isSuccess: (status) => status >= 200 && status <= 202,
  },
  python: {
    name: 'caliper-python (requests)',
    headers: (key) => [
      'User-Agent: python-requests/2.31.0',
      'Accept-Encoding: gzip, deflate',
      'Accept: */*',
      'Connection: keep-alive',
      `Authorization: Bearer ${key}`,
      'Content-Type: application/json',
    ],
    expectsContinueFrom: NEVER,
    isSuccess: (status) => status === 200 || status === 201,
  },
  moodle: {
    name: 'Moodle logstore_caliper (curl)',
    headers: (key) => [`Authorization: ${key}`, 'Content-type: application/json; charset=utf-8'],
    expectsContinueFrom: NEVER,
    isSuccess: (status) => status === 200,
  },
  edx: {
    name: 'Open edX (requests, Basic)',
    headers: (userAndPassword) => [
      `authorization: Basic ${Buffer.from(userAndPassword).toString('base64')}`,
      'content-type: application/json',
      'connection: keep-alive',
    ],
    expectsContinueFrom: NEVER,
    isSuccess: (status) => status >= 200 && status < 300,
  },
} as const satisfies Record<string, SensorLibrary>;

export interface Answered {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export interface SensorConnection {
  /** Sends a body and reads the whole answer; the connection stays. */
  readonly post: (body: string | Buffer) => Promise<Answered>;
  readonly close: () => void;
}

export interface SensorTarget {
  readonly port: number;
  readonly path: string;
  readonly key: string;
}

/** A connection of a library: bytes on a socket, because a library's habits are in its bytes. */
export function openSensor(library: SensorLibrary, { port, path, key }: SensorTarget): SensorConnection {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const post = async (body: string | Buffer): Promise<Answered> => {
    const bytes = Buffer.from(body);
    const waits = bytes.length >= library.expectsContinueFrom;
    const head = [
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      ...library.headers(key),
      `Content-Length: ${bytes.length}`,
      ...(waits ? ['Expect: 100-continue'] : []),
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    if (waits) {
      const first = await answerOn(socket);
      if (first.status !== 100) return first;
    }
    socket.write(bytes);
    return answerOn(socket);
  };
  return { post, close: () => void socket.destroy() };
}

/** Reads one answer; those of the gateway say how long they are. */
export function answerOn(socket: Socket): Promise<Answered> {
  return new Promise((resolve, reject) => {
    let text = '';
    const settle = () => {
      socket.off('data', onData).off('close', onClose).off('error', onClose);
    };
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = text.slice(0, end);
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
      const body = text.slice(end + 4);
      if (body.length < length) return;
      settle();
      resolve({ status: Number(head.split(' ', 2)[1]), head, body });
    };
    const onClose = () => {
      settle();
      reject(new Error(`the connection was closed after ${JSON.stringify(text.slice(0, 200))}`));
    };
    socket.on('data', onData).on('close', onClose).on('error', onClose);
  });
}
