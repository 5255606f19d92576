import type { SchemaRegistry } from './registry.ts';

export type WriterSchema =
  | { readonly kind: 'known'; readonly id: number /** Exactly as it is registered. */; readonly text: string }
  | { readonly kind: 'unknown_schema'; readonly id: number; readonly detail: string };

/** The schemas that values were written with, by the id in their header. Kept for the life of the process. */
export interface WriterSchemas {
  /**
   * Loads what is not known yet: call it with the ids of a batch (`writerSchemaIds`) before decoding.
   *
   * @throws DependencyError `registry_unavailable`: the partition must wait, nothing is wrong with the records
   */
  readonly ensure: (ids: Iterable<number>) => Promise<void>;
  /** @throws Error for an id that `ensure` was never asked for: guessing would decode garbage without an error */
  readonly find: (id: number) => WriterSchema;
  /** Whether `find` has an answer. */
  readonly isLoaded: (id: number) => boolean;
}

export interface WriterSchemasOptions {
  /** For how long the registry is not asked again about an id that it does not know. */
  readonly unknownTtlMs?: number;
  readonly now?: () => number;
}

/**
 * Ids never change their schema, so what is found stays. What is not found is remembered for a while: without that every
 * record with a bad id would cost a request, and one sender could throttle a partition.
 */
export function createWriterSchemas(
  registry: SchemaRegistry,
  { unknownTtlMs = 60_000, now = () => performance.now() }: WriterSchemasOptions = {},
): WriterSchemas {
  const known = new Map<number, WriterSchema>();
  const unknown = new Map<number, { readonly schema: WriterSchema; readonly askAgainAt: number }>();
  const loading = new Map<number, Promise<void>>();

  const load = async (id: number) => {
    const text = await registry.schemaById(id);
    if (text !== null) {
      unknown.delete(id);
      known.set(id, { kind: 'known', id, text });
      return;
    }
    const detail = `the registry knows no schema ${id}`;
    unknown.set(id, { schema: { kind: 'unknown_schema', id, detail }, askAgainAt: now() + unknownTtlMs });
  };

  const loadOnce = (id: number): Promise<void> => {
    const running = loading.get(id) ?? load(id).finally(() => loading.delete(id));
    loading.set(id, running);
    return running;
  };

  return {
    ensure: async (ids) => {
      const missing = [...ids].filter((id) => !known.has(id) && !((unknown.get(id)?.askAgainAt ?? 0) > now()));
      if (missing.length > 0) await Promise.all(missing.map(loadOnce));
    },
    isLoaded: (id) => known.has(id) || unknown.has(id),
    find: (id) => {
      // An entry past its time still answers: it was asked for before this batch, and `ensure` renews it.
      const schema = known.get(id) ?? unknown.get(id)?.schema;
      if (schema === undefined) throw new Error(`schema ${id} was not loaded before decoding`);
      return schema;
    },
  };
}
