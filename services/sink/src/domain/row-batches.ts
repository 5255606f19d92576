import type { AvroRecord } from '@caliper-pipeline/contracts';
import type { RowBatch } from './row-batch.ts';

/** Rows in their order, cut where the writer's schema changes: one container holds one schema. */
export function rowBatches(
  rows: readonly { readonly schemaText: string; readonly body: Buffer }[],
): readonly RowBatch[] {
  const batches: { columns: readonly string[]; schemaText: string; bodies: Buffer[] }[] = [];
  for (const { schemaText, body } of rows) {
    const last = batches.at(-1);
    if (last?.schemaText === schemaText) last.bodies.push(body);
    else batches.push({ columns: columnsOf(schemaText), schemaText, bodies: [body] });
  }
  return batches;
}

const columnsOf = (schemaText: string): readonly string[] =>
  (JSON.parse(schemaText) as AvroRecord).fields.map(({ name }) => name);
