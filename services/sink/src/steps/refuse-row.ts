import { type DeadLetterResult, deadLetter } from '@caliper-pipeline/pipeline';

/** A row that ClickHouse refuses also when it comes alone. Its message could hold values: the letter has code and type. */
export function refuseRow({ code, type }: { readonly code: string; readonly type: string }): DeadLetterResult {
  return deadLetter('row_refused', `ClickHouse code ${code} (${type})`);
}
