import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_PAYLOAD_BYTES } from '@caliper-pipeline/contracts';
import type { Logger, Tenant } from '@caliper-pipeline/runtime';
import { toAppError } from '@caliper-pipeline/runtime';
import { configurationDocument } from '../domain/configuration-document.ts';
import { type BodyLimits, limitOf } from '../domain/limits.ts';
import type { Occupancy, Room } from '../domain/occupancy.ts';
import { isProblemCode, type ProblemCode } from '../domain/problems.ts';
import type { RateLimit } from '../domain/rate-limit.ts';
import type { ReceivedBody } from '../domain/received-body.ts';
import { authenticate, type Sender, type Senders } from '../domain/senders.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { Answer } from '../receive-body.ts';
import { allowOrigin, answerPreflight, isOriginAllowed } from './cors.ts';
import { answerAccepted, answerJson, answerProblem, type Exchange } from './exchange.ts';
import { discardRest, readBody } from './read-body.ts';
import { requestIdOf } from './request-id.ts';

export interface RequestHandlerOptions {
  /** Paths at which senders are served. */
  readonly paths: readonly string[];
  readonly senders: () => Senders;
  readonly tenants: () => ReadonlyMap<string, Tenant>;
  readonly receive: (body: ReceivedBody, hasKey: boolean) => Promise<Answer>;
  readonly refuse: (body: ReceivedBody, code: ProblemCode, detail: string) => Promise<void>;
  /** Why nothing can be made durable now; null = it can. */
  readonly closedWhy: () => string | null;
  readonly rate: Pick<RateLimit, 'waitMs'>;
  readonly occupancy: Occupancy;
  readonly limits: BodyLimits;
  readonly now: () => number;
  readonly metrics: Pick<GatewayMetrics, 'observeRequest' | 'countReceivedBytes' | 'countTurnedAway'>;
  readonly logger: Logger;
  readonly productVersion: string;
  readonly isStopping: () => boolean;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => void;

/** Not an HTTP status: the sender was gone before there was anything to answer. nginx counts it under the same number. */
const SENDER_GONE = 499;

/** Everything a sender can ask: to take a body, to say what is taken, and what a browser asks before it. */
export function requestHandler(options: RequestHandlerOptions): RequestHandler {
  const { metrics, logger } = options;
  const receive = receiveRequest(options);
  return function handleRequest(request, response, expectsContinue) {
    const startedAt = performance.now();
    const exchange: Exchange = {
      request,
      response,
      id: requestIdOf(request.headers['x-request-id']),
      receivedAtMs: options.now(),
      expectsContinue,
      endsConnection: options.isStopping,
      headers: [],
    };
    response.on('close', () => {
      const status = response.headersSent ? response.statusCode : SENDER_GONE;
      const seconds = (performance.now() - startedAt) / 1_000;
      metrics.observeRequest(status, seconds);
      logger.debug({ requestId: exchange.id, method: request.method, status, seconds }, 'request');
    });
    void receive(exchange).catch((error) => {
      logger.error({ err: error, requestId: exchange.id }, 'request failed');
      answerProblem(exchange, 'unexpected', '');
    });
  };
}

function receiveRequest(options: RequestHandlerOptions) {
  return async function receiveRequest(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    const senders = options.senders();
    allowOrigin(exchange, senders);
    const place = placeOf(request.url ?? '', options.paths, senders);
    if (place === null) return turnAway(exchange, 'not_found', 'envelopes are sent to /caliper');
    if (request.method === 'OPTIONS') return answerPreflight(exchange);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (request.method !== 'POST' && !isRead) {
      exchange.headers.push('allow', 'POST, GET, OPTIONS');
      return turnAway(exchange, 'method_not_allowed', '');
    }
    const byKey = authenticate(senders, request.headers.authorization, exchange.receivedAtMs);
    const sender = place.sender ?? byKey;
    if (sender === null) {
      exchange.headers.push('www-authenticate', 'Bearer realm="caliper"');
      return turnAway(exchange, 'unauthorized', 'give a known key as `Bearer <key>`, raw, or as Basic');
    }
    if (!isOriginAllowed(request.headers.origin, sender.origins)) return turnAway(exchange, 'origin_not_allowed', '');
    if (options.tenants().get(sender.tenant)?.status === 'suspended') return turnAway(exchange, 'tenant_suspended', '');
    if (isRead) return answerJson(exchange, documentFor(sender, options));
    await receiveFrom(exchange, sender, byKey === sender, options);
  };
}

async function receiveFrom(
  exchange: Exchange,
  sender: Sender,
  hasKey: boolean,
  options: RequestHandlerOptions,
): Promise<void> {
  const { occupancy, metrics } = options;
  const { tenant } = sender;
  const waitMs = options.rate.waitMs(sender, exchange.receivedAtMs);
  if (waitMs > 0) {
    metrics.countTurnedAway(tenant, 'rate_limited');
    return turnAway(exchange, 'rate_limited', '', waitMs);
  }
  const closedWhy = options.closedWhy();
  if (closedWhy !== null) return turnAway(exchange, 'not_durable', '');
  const entered = occupancy.enter(tenant);
  if (entered !== 'ok') return noRoom(exchange, tenant, entered, metrics);
  let held = 0;
  try {
    if (exchange.expectsContinue) exchange.response.writeContinue();
    const read = await readBody(exchange.request, {
      maxBytes: limitOf('maxBodyBytes', sender, options.limits),
      keepBytes: MAX_PAYLOAD_BYTES,
      hold: (bytes) => {
        const room = occupancy.hold(tenant, bytes);
        if (room === 'ok') held += bytes;
        return room;
      },
    });
    if (read.kind === 'gone') return;
    if (read.kind === 'no_room') return noRoom(exchange, tenant, read.room, metrics);
    metrics.countReceivedBytes(tenant, held);
    const isWhole = read.kind === 'whole';
    await answerTo(exchange, bodyOf(exchange, sender, isWhole ? read.bytes : read.beginning), isWhole, hasKey, options);
  } finally {
    occupancy.release(tenant, held);
    occupancy.leave(tenant);
  }
}

/** Makes durable what came and says so. If the process dies in here, the sender has no answer and sends again. */
async function answerTo(
  exchange: Exchange,
  body: ReceivedBody,
  isWhole: boolean,
  hasKey: boolean,
  options: RequestHandlerOptions,
): Promise<void> {
  try {
    if (!isWhole) {
      const most = limitOf('maxBodyBytes', body.sender, options.limits);
      // Without a key nothing says yet who it is from.
      if (hasKey) await options.refuse(body, 'body_too_large', `at most ${most} bytes`);
      return answerProblem(exchange, 'body_too_large', `at most ${most} bytes`);
    }
    const answer = await options.receive(body, hasKey);
    if (answer.kind === 'accepted') return answerAccepted(exchange);
    if (answer.kind === 'limited') {
      options.metrics.countTurnedAway(body.sender.tenant, 'rate_limited');
      return answerProblem(exchange, 'rate_limited', '', answer.waitMs);
    }
    return answerProblem(exchange, isProblemCode(answer.code) ? answer.code : 'unexpected', answer.detail);
  } catch (thrown) {
    const error = toAppError(thrown);
    if (!error.retriable) throw thrown;
    options.logger.warn({ requestId: exchange.id, code: error.code, reason: error.message }, 'not durable');
    return answerProblem(exchange, 'not_durable', '');
  }
}

/** An answer that does not wait for the body. */
function turnAway(exchange: Exchange, code: ProblemCode, detail: string, waitMs?: number): void {
  // Whether a sender that waits for 100 sends its body now, only it knows: the connection cannot be used again.
  if (exchange.expectsContinue) exchange.headers.push('connection', 'close');
  answerProblem(exchange, code, detail, waitMs);
  discardRest(exchange.request);
}

function noRoom(
  exchange: Exchange,
  tenant: string,
  room: Exclude<Room, 'ok'>,
  metrics: RequestHandlerOptions['metrics'],
): void {
  const code = room === 'full' ? 'busy' : 'tenant_busy';
  metrics.countTurnedAway(tenant, code);
  turnAway(exchange, code, '');
}

function bodyOf({ request, id, receivedAtMs }: Exchange, sender: Sender, bytes: Buffer): ReceivedBody {
  return {
    bytes,
    contentType: request.headers['content-type'] ?? '',
    encoding: request.headers['content-encoding'] ?? '',
    sender,
    receivedAtMs,
    requestId: id,
    position: null,
  };
}

function documentFor(sender: Sender, { limits, productVersion }: RequestHandlerOptions) {
  return configurationDocument(sender, { maxBodyBytes: limitOf('maxBodyBytes', sender, limits), productVersion });
}

/** One of the paths, or below it the path of a sensor that signs its bodies. */
function placeOf(url: string, paths: readonly string[], senders: Senders): { sender: Sender | null } | null {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  if (paths.includes(path)) return { sender: null };
  const slash = path.lastIndexOf('/');
  if (!paths.includes(path.slice(0, slash))) return null;
  const sender = senders.ofPath.get(path.slice(slash + 1));
  return sender === undefined ? null : { sender };
}
