import type { ClickHouseAddress } from '../clickhouse.ts';
import type { LedgerHeader } from '../load/ledger/header.ts';
import { openLedger } from '../load/ledger/reader.ts';
import { type Abilities, abilitiesOf } from './abilities.ts';
import { expectedToArrive, untilArrived } from './arrived.ts';
import { checkCompleteness } from './checks/completeness.ts';
import { checkDeadLetters } from './checks/dead-letters.ts';
import { checkFacts } from './checks/facts.ts';
import { checkRoles } from './checks/roles.ts';
import { checkRows } from './checks/rows.ts';
import { checkSessions } from './checks/sessions.ts';
import { type CheckContext, contextOf } from './context.ts';
import type { CheckResult } from './findings.ts';

/** Looks at one kind of thing in the warehouse. Rollups and query results get theirs here. */
export type Check = (context: CheckContext) => Promise<CheckResult>;

/** In the order of the table. */
export const checks: readonly Check[] = [
  checkRows,
  checkRoles,
  checkSessions,
  checkDeadLetters,
  checkFacts,
  checkCompleteness,
];

export interface Verification {
  readonly ledger: string;
  readonly header: LedgerHeader;
  readonly abilities: Abilities;
  readonly results: readonly CheckResult[];
  /** Nothing deviates. */
  readonly isRight: boolean;
  readonly seconds: number;
}

export interface VerifyOptions {
  /** How long nothing new may come before what is missing is called missing. */
  readonly patienceMs: number;
  /** What the pipeline does, in place of asking the warehouse. */
  readonly abilities?: Partial<Abilities>;
  readonly report?: (line: string) => void;
}

/**
 * Holds a ledger against a warehouse: exact sets, column by column. Memory is bounded whatever the size of the ledger; nothing is
 * written anywhere but into the system's folder for temporary files.
 *
 * @throws Error when the folder holds no ledger, or ClickHouse cannot be asked
 */
export async function verify(
  folder: string,
  address: ClickHouseAddress,
  { patienceMs, abilities: given = {}, report = () => {} }: VerifyOptions,
): Promise<Verification> {
  const startedAt = performance.now();
  const ledger = await openLedger(folder);
  const contextNow = async () => contextOf(ledger, address, { ...(await abilitiesOf(address)), ...given });
  let context = await contextNow();
  await untilArrived(context, await expectedToArrive(context), patienceMs, report);
  context = await contextNow();
  let results = await checkAll(context, report);
  // Sessions and the ledger of the pipeline come by ways of their own, a moment after the rows.
  const endsAt = Date.now() + patienceMs;
  while (results.some(({ findings }) => findings.length > 0) && Date.now() < endsAt && isQuick(ledger.header)) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    context = await contextNow();
    results = await checkAll(context, report);
  }
  const isRight = results.every(({ findings }) => findings.length === 0);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { ledger: folder, header: ledger.header, abilities: context.abilities, results, isRight, seconds };
}

/** A run that is looked through in a second or two can be looked through again. */
const isQuick = ({ items }: LedgerHeader): boolean => items <= 200_000;

async function checkAll(context: CheckContext, report: (line: string) => void): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    report(`${check.name} …`);
    results.push(await check(context));
  }
  return results;
}
