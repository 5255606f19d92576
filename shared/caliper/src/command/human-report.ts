import type { ProfileStanding } from '../conformance/certification.ts';
import { reasonCatalogue } from '../conformance/reason-catalogue.ts';
import type { DocumentReport, ItemReport } from '../conformance/validate.ts';

/** The report of a validation for people. */
export function humanReport(
  reports: readonly { file: string; report: DocumentReport }[],
  profiles: readonly ProfileStanding[],
): string {
  const lines = reports.flatMap(({ file, report }) => [file, ...documentLines(report)]);
  if (profiles.length > 0) lines.push('', 'Profiles', ...profiles.map(profileLine));
  return lines.join('\n');
}

function documentLines(report: DocumentReport): string[] {
  if (report.kind === 'refused') return [`  ✘ answered ${report.status}: ${report.reason}, ${report.detail}`];
  return report.items.flatMap(itemLines);
}

function itemLines(item: ItemReport): string[] {
  if (item.kind === 'rejected')
    return [`  ✘ item ${item.item} becomes a dead letter: ${item.reason} ${item.detail}`.trimEnd()];
  if (item.kind === 'describe') return [`  ✔ item ${item.item} describes ${item.type} ${item.id}`];
  const mark = item.verdict === 'ok' ? '✔' : '✘';
  const head = `  ${mark} item ${item.item} ${item.type} ${item.action}, Caliper ${item.version || 'unknown'}${item.profile === '' ? '' : `, ${item.profile}`}`;
  return [
    head,
    ...item.reasons.map(
      ({ code, severity, path }) => `      ${severity === 'warn' ? '✘' : 'ℹ'} ${path} ${code}: ${meaningOf(code)}`,
    ),
  ];
}

const meaningOf = (code: string): string =>
  code in reasonCatalogue ? reasonCatalogue[code as keyof typeof reasonCatalogue].meaning : '';

function profileLine({ profile, events, conforming, missing }: ProfileStanding): string {
  const count = `${conforming} of ${events} events conform`;
  return missing.length === 0
    ? `  ✔ ${profile}: ${count}`
    : `  ✘ ${profile}: ${count}; certification also asks for ${missing.map((action) => action || 'any event').join(', ')}`;
}
