import { AppError } from '@caliper-pipeline/runtime';
import {
  type ClickHouseClient,
  ClickHouseError,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
  type Logger,
} from '@clickhouse/client';

/** Where a ClickHouse server is, and as whom to speak to it. */
export interface ClickHouseConnection {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Name of a cluster of the server's configuration: DDL goes ON CLUSTER, tables are replicated. Absent = one node. */
  readonly cluster?: string | undefined;
}

/** The client's own logger prints failed statements with their settings to stderr: errors are told by who catches them. */
class NoLog implements Logger {
  trace(): void {}
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
}

/** DDL waits for all replicas, which may be slow to answer: longer than the client's 30 s, and than the server's 180 s. */
const REQUEST_TIMEOUT_MS = 200_000;

/**
 * A client that logs nothing.
 *
 * @param session database of unqualified names. Not ours unless asked for, because ours may not exist yet
 */
export function connect(
  { url, user, password }: ClickHouseConnection,
  settings: ClickHouseSettings = {},
  session = 'default',
): ClickHouseClient {
  return createClient({
    url,
    username: user,
    password,
    database: session,
    application: 'caliper-pipeline',
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: 2,
    log: { level: ClickHouseLogLevel.OFF, LoggerClass: NoLog },
    clickhouse_settings: settings,
  });
}

/** ClickHouse error numbers that mean "not now" (memory, too many queries, read-only replica, Keeper away). */
const NOT_NOW = new Set(['159', '202', '209', '210', '241', '242', '252', '999']);
/** Wrong user, wrong password, missing grant. */
const NOT_ALLOWED = new Set(['192', '193', '194', '497', '516']);

/** Whatever the client threw, as one of ours; `what` says what was tried. */
export function toClickHouseError(thrown: unknown, what: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const reason = thrown instanceof Error ? firstLine(thrown) : String(thrown);
  if (thrown instanceof TypeError || thrown instanceof SyntaxError) {
    return new AppError('internal', `${what}: ${reason}`, thrown);
  }
  if (!(thrown instanceof ClickHouseError)) return new AppError('clickhouse_unavailable', `${what}: ${reason}`, thrown);
  if (NOT_NOW.has(thrown.code)) return new AppError('clickhouse_refused', `${what}: ${reason}`, thrown);
  if (NOT_ALLOWED.has(thrown.code)) return new AppError('config_invalid', `${what}: ${reason}`, thrown);
  return new AppError('internal', `${what}: ${reason} (ClickHouse error ${thrown.code})`, thrown);
}

/** A refused connection to a name with two addresses is an AggregateError without a message of its own. */
function firstLine(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors[0] : undefined;
  const text = error.message || (inner instanceof Error ? inner.message : '') || error.name;
  return text.split('\n')[0] ?? text;
}
