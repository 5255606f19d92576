import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ProblemCode, problemDocument, problems } from '../domain/problems.ts';

/** One request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** X-Request-Id: the sender's own where it is harmless, else a new one. It travels to the row. */
  readonly id: string;
  readonly receivedAtMs: number;
  /** The sender waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** Whether the connection is to end with the answer; asked when there is one. */
  readonly endsConnection: () => boolean;
  /** Further headers of the answer, names and values in turn. */
  readonly headers: string[];
}

export type Headers = readonly string[];

/** The whole answer to a good request: some fleets take anything but 200 for failure. */
export function answerAccepted(exchange: Exchange): void {
  answer(exchange, 200, ['content-length', '0'], '');
}

export function answerJson(exchange: Exchange, document: unknown): void {
  const text = exchange.request.method === 'HEAD' ? '' : JSON.stringify(document);
  answer(exchange, 200, ['content-type', 'application/json'], text);
}

export function answerEmpty(exchange: Exchange, headers: Headers): void {
  answer(exchange, 204, headers, '');
}

const RETRY_AFTER_MS = 2_000;

/** @param waitMs when sending again can help */
export function answerProblem(exchange: Exchange, code: ProblemCode, detail: string, waitMs = RETRY_AFTER_MS): void {
  const { status } = problems[code];
  const headers = ['content-type', 'application/problem+json'];
  if (status === 503 || status === 429) headers.push('retry-after', String(Math.max(1, Math.ceil(waitMs / 1_000))));
  answer(exchange, status, headers, JSON.stringify(problemDocument(code, detail, exchange.id)));
}

function answer(exchange: Exchange, status: number, headers: Headers, text: string): void {
  const { response, id } = exchange;
  if (response.headersSent || response.destroyed) return;
  const all = ['x-request-id', id, ...headers, ...exchange.headers];
  if (exchange.endsConnection()) all.push('connection', 'close');
  if (text !== '') all.push('content-length', String(Buffer.byteLength(text)));
  response.writeHead(status, all);
  response.end(text);
}
