import { type AvroRecord, schemaText } from '@caliper-pipeline/contracts';
import { SchemaRegistry as RegistryClient, SchemaType } from '@kafkajs/confluent-schema-registry';
import { DependencyError, messageOf } from '../dependency-error.ts';
import type { Logger } from '../logger.ts';

/** What the serde asks of a schema registry. */
export interface SchemaRegistry {
  /**
   * The id of a schema under a subject, by its exact text.
   *
   * @throws DependencyError `schema_not_registered` or `registry_unavailable`
   */
  readonly idOf: (subject: string, schema: AvroRecord) => Promise<number>;
  /**
   * The text of a schema exactly as it is registered, or null when the registry says that there is none.
   *
   * @throws DependencyError `registry_unavailable`
   */
  readonly schemaById: (id: number) => Promise<string | null>;
  /** For readiness. Never throws. */
  readonly check: () => Promise<{ readonly kind: 'up' } | { readonly kind: 'down'; readonly detail: string }>;
}

export interface RegistryConfig {
  /** Confluent's API: for Apicurio `http://host:port/apis/ccompat/v7`. */
  readonly url: string;
  readonly logger: Logger;
  /** Of one request; the client repeats a refused GET once. */
  readonly timeoutMs?: number;
}

type Middlewares = NonNullable<ConstructorParameters<typeof RegistryClient>[0]['middlewares']>;

/** The client has no time-out of its own: a registry that accepts and never answers would stop a partition for good. */
const timeout = (ms: number): Middlewares[number] => {
  return () => ({ prepareRequest: async (next) => (await next()).enhance({ timeout: ms }) });
};

/**
 * Keeps the texts that pass by. The client gives parsed types only, and those have lost logical types, which ClickHouse
 * needs to read a timestamp.
 */
const keepTexts = (texts: Map<number, string>): Middlewares[number] => {
  return ({ resourceMethod }) => ({
    response: async (next) => {
      const response = await next();
      const { schema } = response.data<{ schema?: unknown }>();
      const id = Number(response.request().params()['id']);
      if (resourceMethod === 'find' && typeof schema === 'string') texts.set(id, schema);
      return response;
    },
  });
};

export function createRegistry({ url, logger, timeoutMs = 500 }: RegistryConfig): SchemaRegistry {
  const texts = new Map<number, string>();
  const client = new RegistryClient({
    host: url,
    middlewares: [timeout(timeoutMs), keepTexts(texts)],
    retry: { retries: 1, initialRetryTimeInSecs: 0.1, maxRetryTimeInSecs: 0.2 },
  });

  const away = (what: string, error: unknown): DependencyError => {
    logger.debug({ what, reason: messageOf(error) }, 'registry request failed');
    return new DependencyError('registry_unavailable', `${what}: ${messageOf(error)}`, error);
  };

  return {
    idOf: async (subject, schema) => {
      try {
        return await client.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema: schemaText(schema) });
      } catch (error) {
        // The client turns a 404 into this error without a status, and a refused connection into a status 400.
        if (!(error instanceof Error) || error.name !== 'ConfluentSchemaRegistryError') throw away(subject, error);
        throw new DependencyError('schema_not_registered', `${subject} has no such ${schema.name}`, error);
      }
    },
    schemaById: async (id) => {
      const held = texts.get(id);
      if (held !== undefined) return held;
      try {
        await client.getSchema(id);
      } catch (error) {
        if (isNotFound(error)) return null;
        // It came, and the client cannot parse it: ours will say what is wrong with it.
        if (!texts.has(id)) throw away(`schema ${id}`, error);
      }
      return texts.get(id) ?? null;
    },
    check: async () => {
      try {
        const response = await fetch(`${url}/schemas/types`, { signal: AbortSignal.timeout(timeoutMs * 2) });
        await response.body?.cancel();
        return response.ok ? { kind: 'up' } : { kind: 'down', detail: `registry answers ${response.status}` };
      } catch (error) {
        return { kind: 'down', detail: `registry: ${messageOf(error)}` };
      }
    },
  };
}

const isNotFound = (error: unknown): boolean => error instanceof Error && 'status' in error && error.status === 404;
