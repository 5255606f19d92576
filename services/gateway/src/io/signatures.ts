import { messageOf } from '@caliper-pipeline/kafka';
import { AppError, type Logger, type WatchedFile, watchFileContent } from '@caliper-pipeline/runtime';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWTVerifyGetKey,
  jwtVerify,
  type RemoteJWKSet,
} from 'jose';
import type { SignatureRule } from '../domain/sensors-file.ts';

export type Verified =
  | { readonly kind: 'ok'; readonly payload: Buffer }
  | { readonly kind: 'invalid'; readonly detail: string };

export interface Signatures {
  /**
   * The payload of a signed body (compact JWS with claims, RFC 7519).
   *
   * @throws AppError `signing_keys_unavailable` while the keys cannot be had: it is not known whether the signature holds
   */
  readonly verify: (rule: SignatureRule, token: Buffer) => Promise<Verified>;
  readonly close: () => void;
}

/** An answer must leave room for the rest of the budget. */
const FETCH_TIMEOUT_MS = 1_000;
/** A key id that is not known asks again, but not more often than this. */
const ASK_AGAIN_MS = 10_000;
/** Keys that are older are asked for beside the work; while the answer is missing the old ones hold. */
const REFRESH_MS = 10 * 60_000;
const CLOCK_TOLERANCE_SECONDS = 60;

/** What is wrong with the token, not with us. */
const INVALID = new Set<string>([
  errors.JWSSignatureVerificationFailed.code,
  errors.JWKSNoMatchingKey.code,
  errors.JWKSMultipleMatchingKeys.code,
  errors.JWTClaimValidationFailed.code,
  errors.JWTExpired.code,
  errors.JWSInvalid.code,
  errors.JWTInvalid.code,
  errors.JOSEAlgNotAllowed.code,
  errors.JOSENotSupported.code,
]);

/** Verifies signed bodies with keys from a file, which is read again when it changes, or from a URL, where they rotate. */
export function createSignatures(logger: Logger): Signatures {
  const files = new Map<string, Promise<WatchedFile<JWTVerifyGetKey>>>();
  const remotes = new Map<string, RemoteKeys>();

  const keysOf = async ({ jwks }: SignatureRule): Promise<JWTVerifyGetKey> => {
    if ('url' in jwks) {
      let remote = remotes.get(jwks.url);
      if (remote === undefined) {
        remote = remoteKeys(jwks.url, logger);
        remotes.set(jwks.url, remote);
      }
      return remote.get();
    }
    let file = files.get(jwks.file);
    if (file === undefined) {
      file = watchFileContent(jwks.file, parseKeys, logger);
      files.set(jwks.file, file);
      // A file that is not there yet is looked for again.
      file.catch(() => files.delete(jwks.file));
    }
    return (await file).current();
  };

  return {
    verify: async (rule, token) => {
      try {
        const { algorithms, issuer, audience } = rule;
        const text = token.toString('latin1').trim();
        await jwtVerify(text, await keysOf(rule), {
          algorithms: [...algorithms],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          ...(issuer === undefined ? {} : { issuer }),
          ...(audience === undefined ? {} : { audience }),
        });
        // The bytes as signed: numbers in them may be longer than a parsed document can hold.
        return { kind: 'ok', payload: Buffer.from(text.split('.', 2)[1]!, 'base64url') };
      } catch (error) {
        const code = error instanceof errors.JOSEError ? error.code : '';
        if (INVALID.has(code)) return { kind: 'invalid', detail: code };
        throw new AppError('signing_keys_unavailable', messageOf(error), error);
      }
    },
    close: () => {
      for (const file of files.values()) void file.then((watched) => watched.close()).catch(() => {});
    },
  };
}

const parseKeys = (text: string): JWTVerifyGetKey => createLocalJWKSet(JSON.parse(text));

interface RemoteKeys {
  readonly get: () => RemoteJWKSet;
}

function remoteKeys(url: string, logger: Logger): RemoteKeys {
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: ASK_AGAIN_MS,
    cacheMaxAge: Number.POSITIVE_INFINITY,
  });
  let refreshedAtMs = performance.now();
  return {
    get: () => {
      if (performance.now() - refreshedAtMs > REFRESH_MS) {
        refreshedAtMs = performance.now();
        keys.reload().catch((error) => logger.warn({ url, reason: messageOf(error) }, 'signing keys not refreshed'));
      }
      return keys;
    },
  };
}
