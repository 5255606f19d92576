import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DEMO_TENANT } from '@caliper-pipeline/infra';
import { ask, type ClickHouseAddress } from '../clickhouse.ts';

/** Bytes of record batches on disk by topic, as the broker keeps them: compressed. Indices are left out, they are preallocated. */
export async function kafkaBytes(dataDir: string): Promise<ReadonlyMap<string, number>> {
  const root = join(dataDir, 'kafka', 'log');
  const bytes = new Map<string, number>();
  for (const folder of await readdir(root, { withFileTypes: true })) {
    const topic = /^(caliper\..+)-\d+$/.exec(folder.name)?.[1];
    if (!folder.isDirectory() || topic === undefined) continue;
    for (const file of await readdir(join(root, folder.name))) {
      if (!file.endsWith('.log')) continue;
      bytes.set(topic, (bytes.get(topic) ?? 0) + (await stat(join(root, folder.name, file))).size);
    }
  }
  return bytes;
}

/** Rows as the table's metadata counts them: costs the server next to nothing, so it may be asked while it is measured. */
export async function storedRows(address: ClickHouseAddress): Promise<number> {
  const [table] = await ask<{ rows: number }>(
    address,
    `SELECT ifNull(total_rows, 0) AS rows FROM system.tables WHERE database = currentDatabase() AND name = 'events'`,
  );
  return table?.rows ?? 0;
}

export interface RowFacts {
  readonly rows: number;
  readonly distinct: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

/** The rows of the demo tenant that the gateway received from a moment on, and how long each took from there, in ms. */
export async function rowFacts(address: ClickHouseAddress, sinceMs: number): Promise<RowFacts> {
  const [facts] = await ask<RowFacts>(
    address,
    `SELECT count() AS rows, uniqExact(event_key) AS distinct, quantileExact(0.5)(took) AS p50,
      quantileExact(0.99)(took) AS p99, max(took) AS longest
    FROM (
      SELECT event_key, toUnixTimestamp64Milli(inserted_at) - toUnixTimestamp64Milli(received_at) AS took
      FROM events WHERE tenant = {tenant:String} AND received_at >= fromUnixTimestamp64Milli({since:Int64})
    )`,
    { since: String(sinceMs), tenant: DEMO_TENANT },
  );
  return facts ?? { rows: 0, distinct: 0, p50: 0, p99: 0, longest: 0 };
}

/** Bytes per row over all active parts, and how many parts there are: merges go on behind a load. */
export async function tableSize(address: ClickHouseAddress): Promise<{ bytesPerRow: number; parts: number }> {
  const [size] = await ask<{ bytesPerRow: number; parts: number }>(
    address,
    `SELECT sum(bytes_on_disk) / sum(rows) AS bytesPerRow, count() AS parts
    FROM system.parts WHERE database = currentDatabase() AND table = 'events' AND active`,
  );
  return size ?? { bytesPerRow: 0, parts: 0 };
}
