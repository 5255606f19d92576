import { readFile } from 'node:fs/promises';
import { parseTenants, sessionGapAt, type Tenant } from '@caliper-pipeline/runtime';
import { type ClickHouseConnection, connect, toClickHouseError } from './connection.ts';

/** One row of `tenants`. */
interface TenantRow {
  readonly tenant: string;
  readonly name: string;
  readonly time_zone: string;
  readonly session_gap_ms: number;
  readonly retention_days: number;
  readonly status: string;
}

/** Names of tenants. `unlisted` stand in the table and not in the file: they are left as they are, their rows need them. */
export interface TenantsResult {
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
  readonly unlisted: readonly string[];
}

/**
 * Brings the table `tenants` to what tenants.json says. Only differences are written, so it can run at every start;
 * two runs at once write the same row twice, which is one row. Secrets of the file do not reach ClickHouse.
 *
 * @throws AppError `config_invalid` for a wrong file
 */
export async function applyTenants(file: string, connection: ClickHouseConnection): Promise<TenantsResult> {
  const wanted = [...parseTenants(await readFile(file, 'utf8')).values()].map(rowOf);
  const { database } = connection;
  await using client = connect(connection, { output_format_json_quote_64bit_integers: 0 });
  try {
    const answer = await client.query({
      query: `SELECT tenant, name, time_zone, session_gap_ms, retention_days, status, version FROM ${database}.tenants FINAL`,
      format: 'JSONEachRow',
    });
    const current = new Map((await answer.json<TenantRow & { version: number }>()).map((row) => [row.tenant, row]));
    const changed = wanted.filter((row) => !sameRow(row, current.get(row.tenant)));
    if (changed.length > 0) {
      await client.insert({
        table: `${database}.tenants`,
        columns: ['tenant', 'name', 'time_zone', 'session_gap_ms', 'retention_days', 'status', 'version'],
        values: changed.map((row) => ({ ...row, version: (current.get(row.tenant)?.version ?? 0) + 1 })),
        format: 'JSONEachRow',
        clickhouse_settings: { async_insert: 0, insert_deduplicate: 0 },
      });
    }
    const listed = new Set(wanted.map(({ tenant }) => tenant));
    return {
      changed: changed.map(({ tenant }) => tenant),
      unchanged: wanted.filter((row) => !changed.includes(row)).map(({ tenant }) => tenant),
      unlisted: [...current.keys()].filter((tenant) => !listed.has(tenant)),
    };
  } catch (thrown) {
    throw toClickHouseError(thrown, 'tenants');
  }
}

function rowOf(entry: Tenant): TenantRow {
  const { tenant, name, timeZone, retentionDays, status } = entry;
  return {
    tenant,
    name,
    time_zone: timeZone,
    session_gap_ms: sessionGapAt(entry, Date.now()),
    retention_days: retentionDays,
    status,
  };
}

function sameRow(wanted: TenantRow, current: TenantRow | undefined): boolean {
  if (current === undefined) return false;
  return (Object.keys(wanted) as (keyof TenantRow)[]).every((key) => wanted[key] === current[key]);
}
