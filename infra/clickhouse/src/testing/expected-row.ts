import type { AvroRecord, AvroType } from '@caliper-pipeline/contracts';

/** The JSON that ClickHouse answers for a record that it took from Avro. */
export function expectedRow(schema: AvroRecord, record: object): Record<string, unknown> {
  const values = record as Readonly<Record<string, unknown>>;
  return Object.fromEntries(schema.fields.map(({ name, type }) => [name, expectedValue(type, values[name])]));
}

function expectedValue(type: AvroType, value: unknown): unknown {
  if (Array.isArray(type)) return value === null ? null : expectedValue(type[1] as AvroType, value);
  if (typeof type === 'object' && 'logicalType' in type) {
    const isDay = type.logicalType === 'date';
    const iso = new Date((value as number) * (isDay ? 86_400_000 : 1)).toISOString();
    return isDay ? iso.slice(0, 10) : iso.replace('T', ' ').replace('Z', '');
  }
  return Buffer.isBuffer(value) ? value.toString('utf8') : value;
}
