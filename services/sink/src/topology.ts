import type { SourceRecord, WriterSchemas } from '@caliper-pipeline/kafka';
import { pipeline } from '@caliper-pipeline/pipeline';
import { readRow } from './steps/read-row.ts';

/** What the sink does with a record: nothing but finding out that it is a row. `loadBatch` inserts and acknowledges last. */
export const loading = (ports: { writerSchemas: WriterSchemas }) => pipeline<SourceRecord>().through(readRow(ports));

export type LoadingPipeline = ReturnType<typeof loading>;
