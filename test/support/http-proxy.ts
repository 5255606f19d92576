import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What a proxy in front of an HTTP server can do to one request. */
export type Interference =
  /** The connection breaks before the server has heard of the request. */
  | { readonly kind: 'cut before' }
  /** The server hears half of the body. */
  | { readonly kind: 'cut in the body' }
  /** The server has done it; its answer is lost. */
  | { readonly kind: 'drop the answer' }
  /** The server has done it; its answer comes later. */
  | { readonly kind: 'delay the answer'; readonly ms: number }
  /** The answer is the server's own, with these headers. */
  | { readonly kind: 'answer with'; readonly headers: Readonly<Record<string, string>> }
  /** The server gets these parameters too. */
  | { readonly kind: 'ask with'; readonly parameters: Readonly<Record<string, string>> };

export interface HttpProxy extends AsyncDisposable {
  readonly url: string;
  /** Where requests go; set before the first one. */
  target: string;
  /** Asked for every request; null = it passes. */
  interfere: (asked: { readonly url: URL; readonly body: Buffer }) => Interference | null;
}

/** A proxy of a random port of this machine that misbehaves when told to. Bodies are held in memory. */
export async function startHttpProxy(): Promise<HttpProxy> {
  const server = createServer((incoming, answer) => {
    pass(incoming, answer, proxy).catch(() => answer.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: HttpProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: '',
    interfere: () => null,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

async function pass(incoming: IncomingMessage, answer: ServerResponse, proxy: HttpProxy): Promise<void> {
  const body = await buffer(incoming);
  const url = new URL(incoming.url ?? '/', proxy.target);
  const what = proxy.interfere({ url, body });
  if (what?.kind === 'cut before') return void answer.destroy();
  if (what?.kind === 'ask with')
    for (const [name, value] of Object.entries(what.parameters)) url.searchParams.set(name, value);
  if (what?.kind === 'cut in the body') {
    await sendHalf(url, incoming, body);
    return void answer.destroy();
  }
  const { status, headers, text } = await forward(url, incoming, body);
  if (what?.kind === 'drop the answer') return void answer.destroy();
  if (what?.kind === 'delay the answer') await new Promise((resolve) => setTimeout(resolve, what.ms));
  answer.writeHead(status, { ...headers, ...(what?.kind === 'answer with' ? what.headers : {}) });
  answer.end(text);
}

function forward(url: URL, { method, headers }: IncomingMessage, body: Buffer) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; text: Buffer }>((resolve, reject) => {
    const { 'transfer-encoding': _, ...rest } = headers;
    const asked = request(url, { method, headers: { ...rest, 'content-length': body.length } }, (answer) => {
      const { 'transfer-encoding': __, ...answerHeaders } = answer.headers;
      buffer(answer).then(
        (text) => resolve({ status: answer.statusCode ?? 502, headers: answerHeaders, text }),
        reject,
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Promises the whole body, sends half of it and hangs up. */
function sendHalf(url: URL, { method, headers }: IncomingMessage, body: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const { 'transfer-encoding': _, ...rest } = headers;
    const asked = request(url, { method, headers: { ...rest, 'content-length': body.length } });
    asked.on('error', () => resolve());
    asked.on('close', () => resolve());
    asked.write(body.subarray(0, body.length / 2), () => asked.destroy());
  });
}
