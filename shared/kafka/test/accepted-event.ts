import {
  type AcceptedEvent,
  type AvroField,
  acceptedEventSchema,
  type EnrichedEvent,
  enrichedEventSchema,
} from '@caliper-pipeline/contracts';

/** About the event of the measurements: 1.9 KB, most of it `raw`. */
const RAW = `{"id":"urn:uuid:0d2a5d6e","type":"NavigationEvent","actor":{"id":"https://example.org/users/1","name":"Zoë"},${'"extensions":{"bb:key":"a value of some length"},'.repeat(
  2,
)}"action":"NavigatedTo"}`;

/** A value for every field, so that a field that is read from the wrong place shows. */
function fieldValue({ name, type }: AvroField, index: number): unknown {
  if (name === 'raw') return RAW;
  if (name === 'chain')
    return [
      { id: 'https://example.org/s/1', type: 'CourseSection', name: 'n', external_id: 'x', academic_session: 'a' },
    ];
  if (Array.isArray(type)) return index % 2 === 0 ? null : type[1] === 'boolean' ? true : index;
  switch (typeof type === 'string' ? type : 'type' in type ? type.type : '') {
    case 'string':
      return name.endsWith('_id') ? `https://example.org/${name}/${index}` : `${name} é`;
    case 'boolean':
      return index % 2 === 0;
    case 'double':
      return index + 0.5;
    case 'array':
      return [`${name} 1`, `${name} 2`];
    case 'map':
      return { [`${name} key`]: 'value' };
    default:
      return index * 1_000_003;
  }
}

const filled = (fields: readonly AvroField[]) =>
  Object.fromEntries(fields.map((field, index) => [field.name, fieldValue(field, index)]));

export const acceptedEvent = filled(acceptedEventSchema.fields) as AcceptedEvent;
/** Of the same event: key and carried columns are equal. */
export const enrichedEvent = { ...filled(enrichedEventSchema.fields), ...acceptedEvent } as unknown as EnrichedEvent;
