import { type Logger, toAppError } from '@caliper-pipeline/runtime';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { isProblemCode, type ProblemCode, problemDocument, problems } from '../domain/problems.ts';
import type { ReceivedBody } from '../domain/received-body.ts';
import { authenticate, type SensorCredential, type Sensors } from '../domain/sensors.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { Answer } from '../receive-body.ts';
import { isJson } from './content-type.ts';
import { inflateBody } from './inflate.ts';
import { requestIdOf } from './request-id.ts';

export interface SenderServerOptions {
  readonly sensors: () => Sensors;
  readonly receive: (body: ReceivedBody) => Promise<Answer>;
  readonly refuse: (body: ReceivedBody, code: ProblemCode, detail: string) => Promise<void>;
  readonly now: () => number;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly maxBodyBytes: number;
  readonly maxInflatedBytes: number;
  readonly requestTimeoutMs: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    credential: SensorCredential | null;
    receivedAtMs: number;
  }
}

const RETRY_AFTER_SECONDS = '2';
/** The leaf that the certification suite posts to, beside our own (caliper-spec issue 568). */
const PATHS = ['/caliper', '/message'];

/** The server for senders. The whole answer to a good request is `200` and nothing: some fleets take anything else for failure. */
export function createSenderServer(options: SenderServerOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: options.maxBodyBytes,
    requestTimeout: options.requestTimeoutMs,
    connectionTimeout: options.requestTimeoutMs,
    keepAliveTimeout: 60_000,
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    return503OnClosing: true,
  });
  app.decorateRequest('credential', null);
  app.decorateRequest('receivedAtMs', 0);
  // Bodies are read as bytes whatever they claim to be: what is refused is kept as it came.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes));

  app.addHook('onRequest', async (request, reply) => {
    request.receivedAtMs = options.now();
    reply.header('x-request-id', request.id);
    if (!PATHS.includes(request.url.split('?', 1)[0]!)) return;
    // Before the body is read: who has no key costs no memory.
    request.credential = authenticate(options.sensors(), request.headers.authorization, request.receivedAtMs);
    if (request.credential === null) {
      reply.header('www-authenticate', 'Bearer realm="caliper"');
      return answerProblem(request, reply, 'unauthorized', 'give a known key as `Bearer <key>` or raw');
    }
  });
  app.addHook('onResponse', async (_request, reply) =>
    options.metrics.observeRequest(reply.statusCode, reply.elapsedTime / 1000),
  );
  for (const path of PATHS) app.post(path, (request, reply) => receiveRequest(request, reply, options));
  for (const path of PATHS) {
    app.route({
      method: ['PUT', 'PATCH', 'DELETE'],
      url: path,
      handler: (request, reply) => answerProblem(request, reply.header('allow', 'POST'), 'method_not_allowed', ''),
    });
  }
  app.setNotFoundHandler((request, reply) => answerProblem(request, reply, 'not_found', ''));
  app.setErrorHandler((error, request, reply) => {
    const code = codeOfHttpError(error);
    if (code === 'unexpected') options.logger.error({ err: error, requestId: request.id }, 'request failed');
    return answerProblem(
      request,
      reply,
      code,
      code === 'body_too_large' ? `at most ${options.maxBodyBytes} bytes` : '',
    );
  });
  return app;
}

async function receiveRequest(request: FastifyRequest, reply: FastifyReply, options: SenderServerOptions) {
  const contentType = request.headers['content-type'] ?? '';
  const body = (bytes: Buffer): ReceivedBody => ({
    bytes,
    contentType,
    credential: request.credential!,
    receivedAtMs: request.receivedAtMs,
    requestId: request.id,
    position: null,
  });
  const sent = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  try {
    if (!isJson(contentType))
      return await refuse(body(sent), 'unsupported_media_type', 'the Content-Type is no JSON in UTF-8');
    const inflated = await inflateBody(sent, request.headers['content-encoding'], options.maxInflatedBytes);
    if (inflated.kind === 'unknown_encoding')
      return await refuse(body(sent), 'unsupported_media_type', 'unknown Content-Encoding');
    if (inflated.kind === 'broken') return await refuse(body(sent), 'bad_encoding', '');
    if (inflated.kind === 'too_large') {
      return answerProblem(
        request,
        reply,
        'body_too_large',
        `at most ${options.maxInflatedBytes} bytes after inflation`,
      );
    }
    const answer = await options.receive(body(inflated.bytes));
    if (answer.kind === 'accepted') return await reply.code(200).send();
    return answerProblem(request, reply, isProblemCode(answer.code) ? answer.code : 'unexpected', answer.detail);
  } catch (thrown) {
    const error = toAppError(thrown);
    if (!error.retriable) throw thrown;
    options.logger.warn({ requestId: request.id, code: error.code, reason: error.message }, 'not durable');
    return answerProblem(request, reply, 'not_durable', '');
  }

  async function refuse(refused: ReceivedBody, code: ProblemCode, detail: string) {
    await options.refuse(refused, code, detail);
    return answerProblem(request, reply, code, detail);
  }
}

function answerProblem(request: FastifyRequest, reply: FastifyReply, code: ProblemCode, detail: string) {
  const { status } = problems[code];
  if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply
    .code(status)
    .type('application/problem+json')
    .send(problemDocument(code, detail, request.id));
}

function codeOfHttpError(error: unknown): ProblemCode {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : 500;
  if (status === 413) return 'body_too_large';
  if (status === 415) return 'unsupported_media_type';
  if (status === 408) return 'request_timeout';
  if (status === 503) return 'not_durable';
  if (typeof status === 'number' && status >= 400 && status < 500) return 'not_json';
  return 'unexpected';
}
