import { type TopicDefinition, type TopicName, topicName, topicNames, topics } from '@caliper-pipeline/contracts';

/** A part of a document that follows from code. `node test/unit/write-docs.ts` writes them, docs.test.ts compares them. */
export interface GeneratedBlock {
  readonly path: string;
  readonly name: string;
  readonly content: () => string;
}

export const generatedBlocks: readonly GeneratedBlock[] = [
  { path: 'docs/architecture.md', name: 'topics', content: topicTable },
  { path: 'docs/privacy.md', name: 'person-ids', content: personIdTable },
];

const DAY_MS = 86_400_000;
const definitionOf = (name: TopicName): TopicDefinition => topics[name];

function topicTable(): string {
  const rows = topicNames.map((name) => {
    const { key, values, partitions, cleanup, retentionMs, writers } = definitionOf(name);
    const value = values.length === 0 ? 'JSON' : values.map((schema) => schema.name).join(', ');
    const kept = retentionMs < 0 ? 'last value of each key' : `${retentionMs / DAY_MS} d`;
    return [`\`${topicName(name)}\``, key, value, String(partitions), cleanup, kept, writers.join(', ')];
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

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [line(head), `|${'---|'.repeat(head.length)}\n`, ...rows.map(line)].join('');
}
