import type { Account } from './account.ts';
import { counted } from './ledger.ts';

/** What a newcomer reads of the sample day. Every number was found, none was expected. */
export function reportLines({ sent, found, rows, problems }: Account): string[] {
  const courses = new Set(rows.map(({ course }) => course).filter((course) => course !== ''));
  const sessions = new Set(rows.map(({ session }) => session).filter((session) => session !== ''));
  const waiting = rows.filter(({ course, group }) => course === '' && group !== '').length;
  const complete = found.items === sent && problems.length === 0;
  return [
    `  ${sent} items → ${[
      counted(found.rows, 'row'),
      counted(found.duplicates, 'duplicate'),
      counted(found.describes, 'describe'),
      counted(found.deadLetters, 'dead letter'),
    ].join(' · ')}`,
    `  accounted  ${found.items} of ${sent} ${complete ? '✔' : '✘'}`,
    ...problems.map((problem) => `  ✘ ${problem}`),
    `  resolved   ${[
      counted(courses.size, 'course'),
      counted(sessions.size, 'session'),
      ...(waiting > 0 ? [`${counted(waiting, 'row')} came before the description of their course`] : []),
    ].join(' · ')}`,
    ...(rows.length > 0
      ? [`  latency    POST to row p50 ${(median(rows.map(({ latencyMs }) => latencyMs)) / 1000).toFixed(2)} s`]
      : []),
  ];
}

/** Nearest rank. */
function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.ceil(values.length / 2) - 1] ?? 0;
}
