import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Body } from '../body.ts';
import { isSentAgain, type Patience, pause, pauseMs, type Target } from './target.ts';

/** A slow client sends its second half after this. */
const SLOW_MS = 1_500;

interface Answered {
  readonly status: number;
  readonly retryAfterSeconds: number;
}

/** Posts over kept connections. */
export function httpTarget(url: string, patience: Patience): Target {
  const options = { keepAlive: true, maxSockets: 4_096, scheduling: 'fifo' } as const;
  const isTls = url.startsWith('https:');
  const agent = isTls ? new HttpsAgent(options) : new HttpAgent(options);
  const request = isTls ? httpsRequest : httpRequest;
  const parsed = new URL(url);

  const post = (body: Body) =>
    new Promise<Answered>((resolve) => {
      const none = () => resolve({ status: 0, retryAfterSeconds: 0 });
      const headers: Record<string, string | number> = {
        authorization: body.authorization,
        'content-type': body.contentType,
        'content-length': body.content.length,
      };
      if (body.isGzip) headers['content-encoding'] = 'gzip';
      const sent = request(parsed, { method: 'POST', agent, headers, timeout: patience.timeoutMs }, (response) => {
        response.on('end', () => resolve(answeredOf(response)));
        response.on('error', none);
        response.resume();
      });
      sent.on('timeout', () => sent.destroy());
      sent.on('error', none);
      if (!body.isSlow) return void sent.end(body.content);
      const half = body.content.length >>> 1;
      sent.write(body.content.subarray(0, half));
      setTimeout(() => sent.end(body.content.subarray(half)), SLOW_MS);
    });

  return {
    send: async (body) => {
      const endsAt = performance.now() + patience.giveUpMs;
      for (let tries = 1; ; tries += 1) {
        const { status, retryAfterSeconds } = await post(body);
        const isOver = patience.signal.aborted || performance.now() > endsAt;
        if (isOver || !isSentAgain(status)) return { status, tries };
        await pause(pauseMs(tries, retryAfterSeconds, Math.random), patience.signal);
      }
    },
    close: async () => agent.destroy(),
  };
}

function answeredOf({ statusCode = 0, headers }: IncomingMessage): Answered {
  const retryAfterSeconds = Number(headers['retry-after']);
  return { status: statusCode, retryAfterSeconds: Number.isFinite(retryAfterSeconds) ? retryAfterSeconds : 0 };
}
