/** Byte 0 is 0, bytes 1 to 4 are the writer's schema id, big-endian; the Avro body follows. */
export const HEADER_BYTES = 5;
const MAGIC = 0;

/** The id of the schema that a value was written with, or null when it is no such value. */
export function writerSchemaId(value: Buffer): number | null {
  return value.length >= HEADER_BYTES && value[0] === MAGIC ? value.readUInt32BE(1) : null;
}

/** Why `writerSchemaId` is null. */
export function wireDefect(value: Buffer): string {
  if (value.length < HEADER_BYTES) return `${value.length} bytes, fewer than the header's ${HEADER_BYTES}`;
  return `first byte ${value[0]}, not ${MAGIC}`;
}

/** The Avro body, as a view: nothing is copied. */
export function bodyOf(value: Buffer): Buffer {
  return value.subarray(HEADER_BYTES);
}

/** The distinct ids of a batch's values; what is null or no such value is left out. */
export function writerSchemaIds(values: Iterable<Buffer | null>): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const value of values) {
    const id = value === null ? null : writerSchemaId(value);
    if (id !== null) ids.add(id);
  }
  return ids;
}

/** Writes the header and returns where the body begins. */
export function writeHeader(target: Buffer, id: number): number {
  target[0] = MAGIC;
  target.writeUInt32BE(id, 1);
  return HEADER_BYTES;
}
