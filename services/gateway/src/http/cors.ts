import type { Senders } from '../domain/senders.ts';
import { answerEmpty, type Exchange } from './exchange.ts';

/** A day of Chrome is two hours; ten minutes let a change of origins be seen soon. */
const PREFLIGHT_SECONDS = '600';

/**
 * Lets pages of an origin that some sensor allows read the answer, a refusal too. Which sensor it is the key tells later:
 * a preflight request carries none.
 */
export function allowOrigin(exchange: Exchange, senders: Pick<Senders, 'origins'>): void {
  const { origin } = exchange.request.headers;
  if (origin === undefined || !senders.origins.has(origin)) return;
  exchange.headers.push(
    'access-control-allow-origin',
    origin,
    'access-control-expose-headers',
    'x-request-id, retry-after',
    'vary',
    'origin',
  );
}

/** Answers OPTIONS; without an allowed origin the browser learns that it may not. */
export function answerPreflight(exchange: Exchange): void {
  const isAllowed = exchange.headers.includes('access-control-allow-origin');
  const allowed = [
    'access-control-allow-methods',
    'POST, GET',
    'access-control-allow-headers',
    'authorization, content-type, content-encoding, x-request-id',
    'access-control-max-age',
    PREFLIGHT_SECONDS,
  ];
  answerEmpty(exchange, ['allow', 'POST, GET, OPTIONS', ...(isAllowed ? allowed : [])]);
}

/** A sensor with origins of its own takes nothing from pages of others; what is sent by no page has no origin. */
export function isOriginAllowed(origin: string | undefined, origins: ReadonlySet<string>): boolean {
  return origin === undefined || origins.size === 0 || origins.has(origin);
}
