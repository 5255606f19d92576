import type { Verification } from './verify.ts';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const DEVIATIONS = ['missing', 'extra', 'doubled', 'wrong'] as const;

/** The table, and behind it the first few of everything that deviates. */
export function verificationText({ ledger, header, abilities, results, isRight, seconds }: Verification): string {
  const rows = results.map(({ check, compared, skipped, findings }) => {
    const counts = DEVIATIONS.map((deviation) =>
      findings.filter((one) => one.deviation === deviation).reduce((sum, { count }) => sum + count, 0),
    );
    if (skipped !== '') return [check, '–', '–', '–', '–', '–', skipped];
    return [check, whole.format(compared), ...counts.map((count) => whole.format(count)), columnsOf(findings)];
  });
  const kinds = Object.entries(header.kinds).map(([kind, count]) => `${kind} ${whole.format(count)}`);
  return [
    `Ledger ${ledger}: ${whole.format(header.items)} items (${kinds.join(', ')}), tenant ${header.tenant}${header.finishedAtMs === null ? ', cut off' : ''}`,
    `Pipeline: ${abilities.hasStage ? 'duplicates, sessions and facts in the enricher' : 'no duplicates, sessions or facts in the enricher'}; ${abilities.hasRepair ? 'rows are repaired by later facts' : 'rows stay as they were written'}`,
    '',
    ...aligned([['', 'compared', ...DEVIATIONS, ''], ...rows]),
    ...results.flatMap(({ findings }) =>
      findings.flatMap(({ check, deviation, column, count, examples }) => [
        '',
        `${check}, ${deviation}${column === '' ? '' : ` ${column}`}: ${whole.format(count)}`,
        ...examples.map((example) => `  ${example}`),
        ...(count > examples.length ? ['  …'] : []),
      ]),
    ),
    '',
    `${isRight ? '✔ everything is where it must be' : '✘ the warehouse is not what was sent'} (${seconds.toFixed(1)} s)`,
  ].join('\n');
}

const columnsOf = (findings: Verification['results'][number]['findings']): string =>
  findings
    .map(({ deviation, column, count }) => (column === '' ? deviation : `${column} ${whole.format(count)}`))
    .join(', ');

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isText = (column: number) => column === 0 || column === widths.length - 1;
  return rows.map((row) =>
    row
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
