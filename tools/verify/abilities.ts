import { ask, type ClickHouseAddress } from '../clickhouse.ts';

/** What the pipeline behind a warehouse does: what it does not do yet cannot be held against it. */
export interface Abilities {
  /** The enricher drops duplicates, makes dead letters of conflicts, keeps sessions and a directory of facts. */
  readonly hasStage: boolean;
  /** Rows are brought to what later facts say of organisations. */
  readonly hasRepair: boolean;
}

const STAGE = `SELECT count() AS found FROM ledger WHERE stage = 'enricher'`;
const REPAIR = `SELECT count() AS found FROM system.tables WHERE database = currentDatabase() AND name = 'group_closure'`;

/** Asks the warehouse: the transactional enricher writes its own ledger, and the repair has a table of its own. */
export async function abilitiesOf(address: ClickHouseAddress): Promise<Abilities> {
  const found = async (query: string) => ((await ask<{ found: number }>(address, query))[0]?.found ?? 0) > 0;
  return { hasStage: await found(STAGE), hasRepair: await found(REPAIR) };
}
