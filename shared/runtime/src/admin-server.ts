import { fastify } from 'fastify';
import type { Registry } from 'prom-client';
import type { Health } from './health.ts';

export interface AdminServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/**
 * The port that operators and container runtimes ask: `/health/live`, `/health/ready`, `/metrics`.
 * It is another port than the one for senders, so that it can be kept inside.
 */
export async function startAdminServer(
  { host, port }: { host: string; port: number },
  health: Health,
  metrics: Registry,
): Promise<AdminServer> {
  const app = fastify({ logger: false });
  app.get('/health/live', async (_request, reply) =>
    reply
      .code(health.alive() ? 200 : 503)
      .send({ status: health.alive() ? 'alive' : 'failed', dependencies: health.states() }),
  );
  app.get('/health/ready', async (_request, reply) =>
    reply
      .code(health.ready() ? 200 : 503)
      .send({ status: health.ready() ? 'ready' : 'not ready', dependencies: health.states() }),
  );
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
  await app.listen({ host, port });
  const address = app.server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : port, close: () => app.close() };
}
