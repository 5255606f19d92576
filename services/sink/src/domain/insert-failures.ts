/**
 * What to do when ClickHouse refuses an insert.
 * - `retry`: an outage, a limit, or a server that is not set up yet. The same rows again, without end; no row is at fault.
 * - `bisect`: rows are at fault, or the insert is too wide. It is cut until the rows that are refused alone are found.
 * - `stop`: a defect of ours or of the server's set-up that no repeat mends. The partition stands still and says so.
 */
export type Remedy = 'retry' | 'bisect' | 'stop';

/** A refusal in ClickHouse's words. Its message can hold values of rows: only code and type go on from here. */
export interface Refusal {
  readonly code: string;
  readonly type: string;
  readonly message: string;
}

interface Rule {
  readonly code: number;
  readonly remedy: Remedy;
  readonly why: string;
  /** The rule holds only for messages (or types) that say this; rules are asked in their order. */
  readonly says?: RegExp;
}

const rule = (code: number, remedy: Remedy, why: string, says?: RegExp): Rule =>
  says === undefined ? { code, remedy, why } : { code, remedy, why, says };

/**
 * Codes of ClickHouse 25 and 26 that were met or are to be expected of an INSERT. What is not listed is retried: a dead
 * letter on a guess would turn an outage into loss, a partition that waits is seen.
 */
export const insertRules: readonly Rule[] = [
  rule(6, 'bisect', 'CANNOT_PARSE_TEXT'),
  rule(26, 'bisect', 'CANNOT_PARSE_QUOTED_STRING'),
  rule(27, 'bisect', 'CANNOT_PARSE_INPUT_ASSERTION_FAILED'),
  rule(32, 'bisect', 'ATTEMPT_TO_READ_AFTER_EOF: a body is shorter than its schema says'),
  rule(33, 'bisect', 'CANNOT_READ_ALL_DATA'),
  rule(36, 'bisect', 'BAD_ARGUMENTS: a null where the column has none'),
  rule(38, 'bisect', 'CANNOT_PARSE_DATE'),
  rule(41, 'bisect', 'CANNOT_PARSE_DATETIME'),
  rule(53, 'bisect', 'TYPE_MISMATCH'),
  rule(62, 'stop', 'SYNTAX_ERROR in our statement'),
  rule(69, 'bisect', 'ARGUMENT_OUT_OF_BOUND'),
  rule(70, 'bisect', 'CANNOT_CONVERT_TYPE'),
  rule(72, 'bisect', 'CANNOT_PARSE_NUMBER'),
  rule(73, 'stop', 'UNKNOWN_FORMAT: the server was built without Avro'),
  rule(115, 'stop', 'UNKNOWN_SETTING: the server is older than what the promise relies on'),
  rule(117, 'bisect', 'INCORRECT_DATA'),
  rule(131, 'bisect', 'TOO_LARGE_STRING_SIZE'),
  rule(159, 'retry', 'TIMEOUT_EXCEEDED: the outcome is unknown'),
  rule(164, 'retry', 'READONLY: until the user may write'),
  rule(190, 'bisect', 'SIZES_OF_ARRAYS_DONT_MATCH'),
  rule(201, 'retry', 'QUOTA_EXCEEDED'),
  rule(202, 'retry', 'TOO_MANY_SIMULTANEOUS_QUERIES'),
  rule(203, 'retry', 'NO_FREE_CONNECTION'),
  rule(209, 'retry', 'SOCKET_TIMEOUT: the outcome is unknown'),
  rule(210, 'retry', 'NETWORK_ERROR: the outcome is unknown'),
  rule(236, 'retry', 'ABORTED: shutting down'),
  rule(241, 'retry', 'MEMORY_LIMIT_EXCEEDED'),
  rule(242, 'retry', 'TABLE_IS_READ_ONLY'),
  rule(243, 'retry', 'NOT_ENOUGH_SPACE'),
  rule(
    252,
    'bisect',
    'TOO_MANY_PARTS: one insert over too many partitions; narrower ones pass',
    /partitions for single/i,
  ),
  rule(252, 'retry', 'TOO_MANY_PARTS: merges are behind'),
  rule(285, 'retry', 'TOO_FEW_LIVE_REPLICAS'),
  rule(319, 'retry', 'UNKNOWN_STATUS_OF_INSERT: the outcome is unknown'),
  rule(321, 'bisect', 'VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE'),
  rule(349, 'bisect', 'CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN'),
  rule(376, 'bisect', 'CANNOT_PARSE_UUID'),
  rule(394, 'retry', 'QUERY_WAS_CANCELLED: the outcome is unknown'),
  rule(407, 'bisect', 'DECIMAL_OVERFLOW'),
  rule(425, 'retry', 'SYSTEM_ERROR'),
  rule(439, 'retry', 'CANNOT_SCHEDULE_TASK: no threads'),
  rule(452, 'stop', 'SETTING_CONSTRAINT_VIOLATION: the user may not use a setting that the promise relies on'),
  rule(467, 'bisect', 'CANNOT_PARSE_BOOL'),
  rule(469, 'bisect', 'VIOLATED_CONSTRAINT'),
  rule(497, 'retry', 'ACCESS_DENIED: until the grant is there'),
  rule(516, 'retry', 'AUTHENTICATION_FAILED: until the user is there'),
  rule(774, 'retry', 'TABLE_IS_PERMANENTLY_READ_ONLY: until its setting is taken back'),
  rule(999, 'retry', 'KEEPER_EXCEPTION'),
  rule(1001, 'bisect', 'STD_EXCEPTION of the Avro reader: a body does not fit its schema', /avro::/),
  rule(1001, 'retry', 'STD_EXCEPTION of anything else: a full disk, no memory'),
];

/** What to do about a refusal, and the words that explain it. */
export function remedyFor({ code, type, message }: Refusal): { readonly remedy: Remedy; readonly why: string } {
  const found = insertRules.find(
    (each) => String(each.code) === code && (each.says === undefined || each.says.test(`${type} ${message}`)),
  );
  return found ?? { remedy: 'retry', why: 'a code that is not in the table' };
}

/** Which row of the insert the message names, from 0; null when it names none. */
export function refusedRow({ message }: Refusal): number | null {
  const row = /\(at row (\d+)\)/.exec(message)?.[1];
  return row === undefined ? null : Number(row) - 1;
}
