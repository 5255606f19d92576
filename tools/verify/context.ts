import type { ClickHouseAddress } from '../clickhouse.ts';
import { plainSensor } from '../load/body.ts';
import { type Campus, createCampus } from '../load/campus.ts';
import { registrySender } from '../load/describes.ts';
import type { LedgerReader } from '../load/ledger/reader.ts';
import { isSentAgain } from '../load/send/target.ts';
import { senders } from '../load/senders/index.ts';
import type { Abilities } from './abilities.ts';

/** What every check works with. */
export interface CheckContext {
  readonly ledger: LedgerReader;
  readonly campus: Campus;
  readonly address: ClickHouseAddress;
  readonly abilities: Abilities;
  /** Query parameters: the tenant, and the sensors of this run as an array. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Was the body accepted? What was not answered, or given up, may be there or not. */
  readonly isCertain: (body: number) => boolean;
}

export function contextOf(ledger: LedgerReader, address: ClickHouseAddress, abilities: Abilities): CheckContext {
  const { header } = ledger;
  const { label, seed, learners, courses, tenant } = header;
  const campus = createCampus({ label, seed, learners, courses });
  const sensors = [...senders, registrySender].map((sender) => sender.sensor(campus));
  const quoted = [...sensors, plainSensor(label)].map((sensor) => `'${sensor}'`).join(',');
  return {
    ledger,
    campus,
    address,
    abilities,
    parameters: { tenant, sensors: `[${quoted}]`, label },
    isCertain: (body) => {
      const answer = ledger.answerTo(body);
      return answer !== null && !isSentAgain(answer.status) && answer.status < 500;
    },
  };
}

export const isoOf = (ms: number): string => new Date(ms).toISOString();
