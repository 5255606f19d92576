import { reasonCatalogue } from '@caliper-pipeline/caliper';
import { type TopicDefinition, type TopicName, topicName, topicNames, topics } from '@caliper-pipeline/contracts';
import { readQueries } from '../../infra/clickhouse/src/query-files.ts';

/** A part of a document that follows from code. `node test/unit/write-docs.ts` writes them, docs.test.ts compares them. */
export interface GeneratedBlock {
  readonly path: string;
  readonly name: string;
  readonly content: () => string | Promise<string>;
}

export const generatedBlocks: readonly GeneratedBlock[] = [
  { path: 'docs/architecture.md', name: 'topics', content: topicTable },
  { path: 'docs/conformance.md', name: 'reasons', content: reasonTable },
  { path: 'docs/privacy.md', name: 'person-ids', content: personIdTable },
  { path: 'docs/tables.md', name: 'queries', content: queryTable },
];

const DAY_MS = 86_400_000;
const definitionOf = (name: TopicName): TopicDefinition => topics[name];

function topicTable(): string {
  const rows = topicNames.map((name) => {
    const { key, values, partitions, cleanup, retentionMs, writers } = definitionOf(name);
    const value = values.length === 0 ? 'JSON' : values.map((schema) => schema.name).join(', ');
    const kept = retentionMs < 0 ? 'last value of each key' : `${retentionMs / DAY_MS} d`;
    return [
      `\`${topicName(name)}\``,
      key.replaceAll('_', '\\_'),
      value,
      String(partitions),
      cleanup,
      kept,
      writers.join(', '),
    ];
  });
  return table(['topic', 'key', 'value', 'partitions', 'cleanup', 'kept', 'writer'], rows);
}

function personIdTable(): string {
  const rows = topicNames.map((name) => {
    const { personIds } = definitionOf(name);
    return [`\`${topicName(name)}\``, personIds.length === 0 ? 'none' : personIds.join(', ')];
  });
  return table(['topic', 'fields that can hold the id of a person'], rows);
}

function reasonTable(): string {
  const rows = Object.entries(reasonCatalogue).map(([code, { severity, meaning, source }]) => [
    `\`${code}\``,
    severity,
    meaning,
    source,
  ]);
  return table(['code', 'severity', 'meaning', 'source'], rows);
}

async function queryTable(): Promise<string> {
  const queries = await readQueries();
  return table(
    ['query', 'answers'],
    queries.map(({ name, description }) => [`\`${name}\``, description.split(/\.(?:\s|$)/)[0] ?? '']),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [line(head), `|${'---|'.repeat(head.length)}\n`, ...rows.map(line)].join('');
}
