import type { Stack } from '@caliper-pipeline/infra';
import { queryText } from './clickhouse.ts';
import type { HttpProxy } from './http-proxy.ts';

/** What a sink can find its ClickHouse like, until `end`. */
export interface Outage {
  readonly name: string;
  /** What readiness says of the inserts meanwhile. */
  readonly says: RegExp;
  readonly begin: (stack: Stack, proxy: HttpProxy) => Promise<unknown>;
  readonly end: (stack: Stack, proxy: HttpProxy) => Promise<unknown>;
}

export const isInsertOfEvents = (url: URL): boolean =>
  url.searchParams.get('query')?.startsWith('INSERT INTO `events`') === true;

/** By a setting of the table that makes ClickHouse itself refuse. */
const tableSetting = (name: string, value: string): Pick<Outage, 'begin' | 'end'> => ({
  begin: ({ endpoints }) => queryText(endpoints.clickhouse, `ALTER TABLE events MODIFY SETTING ${name} = ${value}`),
  end: ({ endpoints }) => queryText(endpoints.clickhouse, `ALTER TABLE events RESET SETTING ${name}`),
});

/** By a setting that is sent with the sink's inserts, as a profile of its user would set it. */
const insertSetting = (name: string, value: string): Pick<Outage, 'begin' | 'end'> => ({
  begin: async (_, proxy) => {
    proxy.interfere = ({ url }) => (isInsertOfEvents(url) ? { kind: 'ask with', parameters: { [name]: value } } : null);
  },
  end: async (_, proxy) => {
    proxy.interfere = () => null;
  },
});

/** Each is a real one of the real server; codes are ClickHouse's own. */
export const outages: readonly Outage[] = [
  { name: 'too many parts', says: /code 252/, ...tableSetting('parts_to_throw_insert', '1') },
  { name: 'the table is read-only', says: /code 774/, ...tableSetting('table_readonly', '1') },
  {
    name: 'the disk is full',
    says: /code 243/,
    ...tableSetting('min_free_disk_bytes_to_perform_insert', String(2 ** 60)),
  },
  { name: 'the user is read-only', says: /code 164/, ...insertSetting('readonly', '1') },
  { name: 'there is no memory', says: /code 241/, ...insertSetting('max_memory_usage', '10000') },
  {
    name: 'ClickHouse is so slow that it seems to hang',
    says: /no answer within/,
    begin: async ({ part }) => part('clickhouse').kill('SIGSTOP'),
    end: async ({ part }) => part('clickhouse').kill('SIGCONT'),
  },
  {
    name: 'ClickHouse is gone, and comes back',
    says: /clickhouse_unavailable/,
    begin: ({ part }) => part('clickhouse').stop(),
    end: ({ part }) => part('clickhouse').start(),
  },
];
