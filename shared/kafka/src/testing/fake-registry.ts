import { type AvroRecord, schemaText } from '@caliper-pipeline/contracts';
import { DependencyError } from '../dependency-error.ts';
import type { SchemaRegistry } from '../serde/registry.ts';

export interface FakeRegistry extends SchemaRegistry {
  /** As the set-up job does: the same text has one id under all subjects. */
  readonly register: (subject: string, schema: AvroRecord) => number;
  /** From now on every request fails, or not any more. */
  readonly setAway: (away: boolean) => void;
  /** Ids whose text was asked for, in order. */
  readonly asked: readonly number[];
}

/** A registry in memory: ids count from 1, texts are kept exactly. */
export function createFakeRegistry(): FakeRegistry {
  const ids = new Map<string, number>();
  const texts = new Map<number, string>();
  const subjects = new Set<string>();
  const asked: number[] = [];
  let isAway = false;
  const answer = <T>(value: () => T): Promise<T> => {
    if (isAway) return Promise.reject(new DependencyError('registry_unavailable', 'the fake registry is away'));
    return Promise.resolve().then(value);
  };
  return {
    asked,
    setAway: (away) => {
      isAway = away;
    },
    register: (subject, schema) => {
      const text = schemaText(schema);
      const id = ids.get(text) ?? ids.size + 1;
      ids.set(text, id);
      texts.set(id, text);
      subjects.add(`${subject} ${id}`);
      return id;
    },
    idOf: (subject, schema) =>
      answer(() => {
        const id = ids.get(schemaText(schema));
        if (id !== undefined && subjects.has(`${subject} ${id}`)) return id;
        throw new DependencyError('schema_not_registered', `${subject} has no such ${schema.name}`);
      }),
    schemaById: (id) => {
      asked.push(id);
      return answer(() => texts.get(id) ?? null);
    },
    check: async () => (isAway ? { kind: 'down', detail: 'the fake registry is away' } : { kind: 'up' }),
  };
}
