import type { AvroRecord, AvroType } from '@caliper-pipeline/contracts';
import type { Column } from './columns.ts';

/**
 * Column types into which ClickHouse reads an Avro type without loss (docs/tables.md). What is missing here fails or is
 * silently wrong: UUID from bytes, DateTime64(3) from timestamp-micros, a null into a column that is not Nullable.
 */
const readable: Readonly<Record<string, readonly string[]>> = {
  string: ['String', 'LowCardinality(String)', 'UUID'],
  bytes: ['String'],
  boolean: ['Bool'],
  double: ['Float64'],
  int: ['Int16', 'Int32', 'UInt8', 'UInt32'],
  long: ['Int64', 'UInt64'],
  'timestamp-millis': ["DateTime64(3, 'UTC')"],
  date: ['Date'],
  array: ['Array(String)', 'Array(LowCardinality(String))'],
  map: ['Map(LowCardinality(String), String)'],
};

/**
 * Where the fields of a record and the columns of its table do not fit, one line each. A field without a column vanishes
 * without a word, whatever the settings; so this is asked before the first insert.
 */
export function avroColumnMismatches(schema: AvroRecord, columns: readonly Column[]): readonly string[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return schema.fields.flatMap(({ name, type }) => {
    const column = byName.get(name);
    if (column === undefined) return [`${name}: no such column`];
    if (column.defaultKind === 'MATERIALIZED' || column.defaultKind === 'ALIAS') {
      return [`${name}: ${column.defaultKind}, cannot be inserted`];
    }
    const wanted = columnTypes(type);
    return wanted.includes(column.type) ? [] : [`${name}: ${column.type} cannot hold ${JSON.stringify(type)}`];
  });
}

function columnTypes(type: AvroType): readonly string[] {
  if (isNullable(type)) return columnTypes(type[1]).map((name) => `Nullable(${name})`);
  return readable[kindOf(type)] ?? [];
}

function isNullable(type: AvroType): type is Extract<AvroType, readonly unknown[]> {
  return Array.isArray(type);
}

function kindOf(type: Exclude<AvroType, readonly unknown[]>): string {
  if (typeof type === 'string') return type;
  return 'logicalType' in type ? type.logicalType : type.type;
}
