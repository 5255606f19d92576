/** Avro object container files: Avro 1.11 specification, "Object Container Files". */
const MAGIC = Buffer.from([0x4f, 0x62, 0x6a, 0x01]);
/** Any 16 bytes: the marker only has to be the same within a file. */
const SYNC = Buffer.from('caliper-pipeline', 'latin1');

/** What is given to the compression at once: large enough that the way to its thread costs nothing per row. */
const PIECE_BYTES = 256 * 1024;

/**
 * One container around record bodies as they came from Kafka, piece by piece, so that it never lies in memory as a whole:
 * nothing is decoded and nothing is encoded.
 *
 * @param schema the writer's schema of all bodies, as JSON text
 * @param blockRows how many bodies share a block. In a block of one, a body that is too short cannot take bytes of the next
 */
export function* avroContainer(
  schema: string,
  bodies: readonly Buffer[],
  blockRows = bodies.length,
): Generator<Buffer, void> {
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let end = 0;
  for (const part of partsOf(schema, bodies, blockRows)) {
    if (end + part.length > piece.length) {
      yield piece.subarray(0, end);
      // The one before may still be read by the compression.
      piece = Buffer.allocUnsafe(Math.max(PIECE_BYTES, part.length));
      end = 0;
    }
    part.copy(piece, end);
    end += part.length;
  }
  yield piece.subarray(0, end);
}

function* partsOf(schema: string, bodies: readonly Buffer[], blockRows: number): Generator<Buffer, void> {
  yield containerHeader(schema);
  for (let start = 0; start < bodies.length; start += blockRows) {
    const end = Math.min(start + blockRows, bodies.length);
    let bytes = 0;
    for (let index = start; index < end; index += 1) bytes += bodies[index]!.length;
    yield zigzag(end - start);
    yield zigzag(bytes);
    for (let index = start; index < end; index += 1) yield bodies[index]!;
    yield SYNC;
  }
}

function containerHeader(schema: string): Buffer {
  const entries: [string, string][] = [
    ['avro.schema', schema],
    ['avro.codec', 'null'],
  ];
  const map = entries.flatMap(([key, value]) => [lengthPrefixed(key), lengthPrefixed(value)]);
  return Buffer.concat([MAGIC, zigzag(entries.length), ...map, zigzag(0), SYNC]);
}

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([zigzag(bytes.length), bytes]);
}

/** Avro's long for numbers that are not negative. */
export function zigzag(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2;
  while (rest > 0x7f) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
