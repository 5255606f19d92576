import type { AvroRecord } from './avro.ts';
import { type TopicName, topicName, topicNames, topics } from './topics.ts';

export interface Subject {
  /** `<topic>-value`, or `<topic>-<Record>` where a topic carries several records. */
  readonly subject: string;
  readonly schema: AvroRecord;
}

/** Every change must read everything that was ever written: state and topics outlive releases. */
export const COMPATIBILITY = 'BACKWARD_TRANSITIVE';

/** Registry subjects of a topic, one per value schema. */
export function subjectsOf(name: TopicName): readonly Subject[] {
  const { values }: { values: readonly AvroRecord[] } = topics[name];
  return values.map((schema) => ({
    subject: values.length === 1 ? `${topicName(name)}-value` : `${topicName(name)}-${schema.name}`,
    schema,
  }));
}

/** The subject of one schema on one topic. */
export function subjectOf(name: TopicName, schema: AvroRecord): string {
  const found = subjectsOf(name).find((subject) => subject.schema.name === schema.name);
  if (found === undefined) throw new Error(`topic ${name} carries no ${schema.name}`);
  return found.subject;
}

/** All subjects, for the registration job. */
export const allSubjects: readonly Subject[] = topicNames.flatMap((name) => [...subjectsOf(name)]);

/** The one text of a schema. The registry's identity is the exact text: pretty-printing would make a new version. */
export function schemaText(schema: AvroRecord): string {
  return JSON.stringify(schema);
}
