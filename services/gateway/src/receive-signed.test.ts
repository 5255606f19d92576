import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Sender } from './domain/senders.ts';
import { WAITED_FOR } from './domain/ticket.ts';
import { receiveSigned } from './receive-signed.ts';
import { bodyOf, senderOf } from './testing/senders.ts';

const signature = {} as NonNullable<Sender['signature']>;
const bounds = { maxInflatedBytes: 1_000_000, maxInflateRatio: 1_000 };
const sender = senderOf({ signature });

/** What happens to a body, in order. The signature of `good` alone holds. */
function receptionOf() {
  const log: string[] = [];
  const signed = receiveSigned({
    receive: async ({ bytes }) => {
      log.push(`receive ${bytes}`);
      return { kind: 'accepted' };
    },
    refuse: async (_body, { reason, step, detail }) => {
      log.push(`keep ${step} ${reason} ${detail}`);
    },
    signatures: {
      verify: async (_rule, bytes) => {
        log.push(`verify ${bytes}`);
        return String(bytes) === 'good'
          ? { kind: 'ok', payload: Buffer.from('payload') }
          : { kind: 'invalid', detail: 'no' };
      },
    },
    bounds,
  });
  return { log, signed };
}

test.each([
  ['what is signed is received as its payload', bodyOf('good', { sender }), true, ['verify good', 'receive payload']],
  [
    'compressed too',
    bodyOf('', { sender, bytes: gzipSync('good'), encoding: 'gzip' }),
    false,
    ['verify good', 'receive payload'],
  ],
  [
    'what is not signed is kept if a key says who it is from',
    bodyOf('bad', { sender }),
    true,
    ['verify bad', 'keep verifySignature signature_invalid no'],
  ],
  ['and by nobody else', bodyOf('bad', { sender }), false, ['verify bad']],
  [
    'what cannot be inflated is never received',
    bodyOf('{}', { sender, encoding: 'gzip' }),
    true,
    ['keep inflateBody bad_encoding '],
  ],
  [
    'an encoding that nobody knows neither',
    bodyOf('{}', { sender, encoding: 'br' }),
    true,
    ['keep inflateBody unsupported_media_type unknown Content-Encoding'],
  ],
  [
    'nor what is too large',
    bodyOf('', { sender, bytes: gzipSync(Buffer.alloc(2_000_000)), encoding: 'gzip' }),
    true,
    ['keep inflateBody body_too_large more than 1000000 bytes after inflation'],
  ],
  ['without a key it is not kept', bodyOf('{}', { sender, encoding: 'gzip' }), false, []],
  ['a sensor that does not sign is received as it is', bodyOf('{}'), true, ['receive {}']],
])('%s', async (_, body, hasKey, effects) => {
  const { log, signed } = receptionOf();
  const answer = await signed(body, hasKey, WAITED_FOR);
  expect(log).toEqual(effects);
  expect(answer.kind).toBe(effects.some((effect) => effect.startsWith('receive')) ? 'accepted' : 'refused');
});
