import type { AvroField, AvroRecord, AvroType } from './avro.ts';

/** A column of a table, as the server has it. */
export interface Column {
  readonly name: string;
  readonly type: string;
  /** '', DEFAULT, MATERIALIZED or ALIAS: a MATERIALIZED or ALIAS column cannot be inserted. */
  readonly defaultKind: string;
}

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
    return holds(column.type, type) ? [] : [`${name}: ${column.type} cannot hold ${JSON.stringify(type)}`];
  });
}

function holds(column: string, type: AvroType): boolean {
  if (isNullable(type)) return inside(column, 'Nullable').some((inner) => holds(inner, type[1]));
  if (typeof type === 'string') return readable[type]!.includes(column);
  if ('logicalType' in type) return readable[type.logicalType]!.includes(column);
  switch (type.type) {
    case 'array':
      return inside(column, 'Array').some((inner) => holds(inner, type.items));
    case 'map': {
      const [key = '', value = ''] = inside(column, 'Map');
      return holds(key, 'string') && holds(value, type.values);
    }
    case 'record':
      return holdsFields(inside(column, 'Tuple'), type.fields);
  }
}

/** The elements of a Tuple have the names of the fields, in their order: ClickHouse goes by either, so both must be right. */
function holdsFields(elements: readonly string[], fields: readonly AvroField[]): boolean {
  return (
    elements.length === fields.length &&
    fields.every(({ name, type }, index) => {
      const element = elements[index]!;
      return element.startsWith(`${name} `) && holds(element.slice(name.length + 1), type);
    })
  );
}

/** The arguments of `outer(...)`, cut at the commas that stand in no brackets; none if the type is another. */
function inside(column: string, outer: string): readonly string[] {
  if (!column.startsWith(`${outer}(`) || !column.endsWith(')')) return [];
  const parts: string[] = [];
  let depth = 0;
  let start = outer.length + 1;
  for (let at = start; at < column.length - 1; at += 1) {
    const char = column[at];
    if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    else if (char === ',' && depth === 0) {
      parts.push(column.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, column.slice(start, -1).trim()];
}

function isNullable(type: AvroType): type is Extract<AvroType, readonly unknown[]> {
  return Array.isArray(type);
}
