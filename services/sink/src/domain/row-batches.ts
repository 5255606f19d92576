import type { AvroRecord } from '@caliper-pipeline/contracts';
import type { RowBatch } from './row-batch.ts';

/** Rows that one container can hold, and what each of them came from. */
export interface SourcedRows<S> {
  readonly rows: RowBatch;
  readonly sources: readonly S[];
}

/** Rows in their order, cut where the writer's schema changes: one container holds one schema. */
export function rowBatches<S>(
  values: readonly { readonly source: S; readonly value: { readonly schemaText: string; readonly body: Buffer } }[],
): readonly SourcedRows<S>[] {
  const batches: { rows: RowBatch & { bodies: Buffer[] }; sources: S[] }[] = [];
  for (const { source, value } of values) {
    const last = batches.at(-1);
    if (last?.rows.schemaText === value.schemaText) {
      last.rows.bodies.push(value.body);
      last.sources.push(source);
    } else {
      const { schemaText, body } = value;
      batches.push({ rows: { columns: columnsOf(schemaText), schemaText, bodies: [body] }, sources: [source] });
    }
  }
  return batches;
}

const columnsOf = (schemaText: string): readonly string[] =>
  (JSON.parse(schemaText) as AvroRecord).fields.map(({ name }) => name);
