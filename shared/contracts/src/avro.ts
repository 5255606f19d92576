/**
 * Avro schemas as TypeScript constants, and the record types that follow from them.
 *
 * A record's type is computed from its schema (`RecordOf<typeof schema>`), so that the two cannot drift apart: a field
 * that is added to a schema and not filled by a producer is a compile error.
 */

export type AvroPrimitive = 'string' | 'long' | 'int' | 'double' | 'boolean' | 'bytes';
export type AvroLogical =
  | { readonly type: 'long'; readonly logicalType: 'timestamp-millis' }
  | { readonly type: 'int'; readonly logicalType: 'date' };
export type AvroNullable = readonly ['null', AvroPrimitive | AvroLogical];
export type AvroType =
  | AvroPrimitive
  | AvroLogical
  | AvroNullable
  | { readonly type: 'array'; readonly items: AvroType }
  | { readonly type: 'map'; readonly values: AvroType }
  | AvroRecord;

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  /** What the field means, its unit, and where the rule behind it comes from. */
  readonly doc?: string;
  /** A field that is added after the first release needs one (BACKWARD_TRANSITIVE). */
  readonly default?: string | number | boolean | null | readonly [] | Readonly<Record<string, never>>;
}

export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly fields: readonly AvroField[];
}

type Decode<T> = T extends 'string'
  ? string
  : T extends 'long' | 'int' | 'double'
    ? number
    : T extends 'boolean'
      ? boolean
      : T extends 'bytes'
        ? Buffer
        : T extends readonly ['null', infer V]
          ? Decode<V> | null
          : T extends { readonly type: 'array'; readonly items: infer I }
            ? readonly Decode<I>[]
            : T extends { readonly type: 'map'; readonly values: infer V }
              ? Readonly<Record<string, Decode<V>>>
              : T extends { readonly type: 'record'; readonly fields: infer F extends readonly AvroField[] }
                ? FieldsOf<F>
                : T extends { readonly type: infer P }
                  ? Decode<P>
                  : never;

/** The object type of a list of fields. */
export type FieldsOf<F extends readonly AvroField[]> = { [K in F[number] as K['name']]: Decode<K['type']> };

/** The object type of a record schema. */
export type RecordOf<S extends AvroRecord> = FieldsOf<S['fields']>;

/** Milliseconds since 1970-01-01T00:00Z. ClickHouse reads it as DateTime64(3). */
export const timestampMs = { type: 'long', logicalType: 'timestamp-millis' } as const;
/** Days since 1970-01-01. ClickHouse reads it as Date. */
export const day = { type: 'int', logicalType: 'date' } as const;
export const nullableTimestampMs = ['null', timestampMs] as const;
export const nullableDouble = ['null', 'double'] as const;
export const nullableInt = ['null', 'int'] as const;
export const nullableBoolean = ['null', 'boolean'] as const;
export const strings = { type: 'array', items: 'string' } as const;
export const stringMap = { type: 'map', values: 'string' } as const;

/** The namespace of every record of this product. */
export const NAMESPACE = 'org.caliper_pipeline';
