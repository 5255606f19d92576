import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { profileStandings } from '../conformance/certification.ts';
import { type DocumentReport, validateText } from '../conformance/validate.ts';
import { humanReport } from './human-report.ts';

const FINDINGS = 1;
const UNREADABLE = 2;

const program = new Command('caliper').description('Tools for those who send Caliper events.');
program
  .command('validate')
  .description('Holds envelopes, events and entities against the standard, as the gateway would.')
  .argument('<file...>', 'JSON documents; - reads standard input')
  .option('--json', 'print one JSON document instead of text')
  .addHelpText(
    'after',
    `
Ends with 0 when every event conforms, 1 when there are findings, 2 when a file cannot be read.
Codes are explained in docs/conformance.md. What is only worth knowing (info) is no finding.

Examples:
  npm run caliper -- validate envelope.json
  curl -s https://tool.example.org/last-event | npm run -s caliper -- validate --json -`,
  )
  .action(async (files: string[], { json = false }: { json?: boolean }) => {
    const reports: { file: string; report: DocumentReport }[] = [];
    for (const file of files) {
      try {
        reports.push({
          file,
          report: validateText(file === '-' ? await standardInput() : await readFile(file, 'utf8')),
        });
      } catch (error) {
        console.error(`✘ ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
        process.exitCode = UNREADABLE;
        return;
      }
    }
    const events = reports
      .flatMap(({ report }) => (report.kind === 'read' ? report.items : []))
      .filter((item) => item.kind === 'event');
    const profiles = profileStandings(events);
    console.log(json ? JSON.stringify({ documents: reports, profiles }, null, 2) : humanReport(reports, profiles));
    if (reports.some(({ report }) => hasFindings(report))) process.exitCode = FINDINGS;
  });
await program.parseAsync();

function hasFindings(report: DocumentReport): boolean {
  if (report.kind === 'refused') return true;
  return report.items.some((item) => item.kind === 'rejected' || (item.kind === 'event' && item.verdict !== 'ok'));
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
