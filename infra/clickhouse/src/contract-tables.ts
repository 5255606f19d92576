import { avroColumnMismatches, tableBindings } from '@caliper-pipeline/contracts';
import { columnsOf } from './columns.ts';
import { type ClickHouseConnection, connect, toClickHouseError } from './connection.ts';

/** Where the contracts' records and a server's columns do not fit: `table.field: why`. Empty = they do. */
export async function tableMismatches(connection: ClickHouseConnection): Promise<readonly string[]> {
  await using client = connect(connection);
  try {
    const found: string[] = [];
    for (const { table, schema } of tableBindings) {
      const columns = await columnsOf(client, connection.database, table);
      found.push(...avroColumnMismatches(schema, columns).map((line) => `${table}.${line}`));
    }
    return found;
  } catch (thrown) {
    throw toClickHouseError(thrown, 'columns');
  }
}
