import { createServer, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ProblemCode, problemDocument, problems } from '../domain/problems.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { RequestHandler } from './handle-request.ts';
import { requestIdOf } from './request-id.ts';

export interface SenderServerOptions {
  readonly host: string;
  readonly port: number;
  readonly handle: RequestHandler;
  readonly maxConnections: number;
  /** For the whole of a request; a sender that needs longer is cut off. */
  readonly requestTimeoutMs: number;
  /** From a body being there to its answer. */
  readonly answerBudgetMs: number;
  readonly metrics: Pick<GatewayMetrics, 'observeRequest'>;
}

export interface SenderServer {
  readonly port: number;
  /** Takes no new connection, and returns when everything that was accepted is answered. */
  readonly close: () => Promise<void>;
}

/** Longer than load balancers keep an idle connection (60 s): else one is closed just as a request comes. */
const KEEP_ALIVE_MS = 75_000;
const MOST_HEADERS_TIMEOUT_MS = 10_000;
/** While stopping, a body that is still on its way this long is cut off: nothing of it was accepted. */
const STOPPING_BODY_MS = 3_000;

/**
 * The server for senders. Node's own, without a framework: there are two paths, and what must be bounded (bytes before
 * they are kept, answers before a body was read, bodies that are discarded) lies below what frameworks show.
 */
export async function startSenderServer(options: SenderServerOptions): Promise<SenderServer> {
  const { handle, requestTimeoutMs, answerBudgetMs, metrics } = options;
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(requestTimeoutMs, MOST_HEADERS_TIMEOUT_MS),
      // How exactly the two are kept.
      connectionsCheckingInterval: Math.min(1_000, Math.ceil(requestTimeoutMs / 4)),
    },
    (request, response) => handle(request, response, false),
  );
  server.maxConnections = options.maxConnections;
  server.on('checkContinue', (request, response) => handle(request, response, true));
  // An expectation that nobody knows, or an empty one: Node would say 417, and the events would be lost over a header.
  server.on('checkExpectation', (request, response) => handle(request, response, false));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const code = codeOf(error);
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    metrics.observeRequest(problems[code].status, 0);
    socket.end(rawAnswer(code), () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => closeInOrder(server, answerBudgetMs + STOPPING_BODY_MS),
  };
}

/** Idle connections end at once, the others with their next answer; what is not done by then was never accepted. */
async function closeInOrder(server: Server, mostMs: number): Promise<void> {
  const cutOff = setTimeout(() => server.closeAllConnections(), mostMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearTimeout(cutOff);
}

function codeOf(error: NodeJS.ErrnoException): ProblemCode {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  return error.code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'malformed_request';
}

/** Where there is no request to answer, the answer is written by hand. */
function rawAnswer(code: ProblemCode): string {
  const { status } = problems[code];
  const id = requestIdOf(undefined);
  const text = JSON.stringify(problemDocument(code, '', id));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `x-request-id: ${id}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${text}`;
}
