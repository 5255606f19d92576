/** Avro object container files: Avro 1.11 specification, "Object Container Files". */
const MAGIC = Buffer.from([0x4f, 0x62, 0x6a, 0x01]);
/** Any 16 bytes: the marker only has to be the same within a file. */
const SYNC = Buffer.from('caliper-pipeline', 'latin1');

/** What is given to the compression at once. */
const PIECE_BYTES = 256 * 1024;
/** Around the bodies of a block, which may be a single one: two numbers and the marker. */
const MOST_BLOCK_BYTES = 2 * 10 + SYNC.length;

/**
 * One container around record bodies as they came from Kafka, piece by piece, so that it never lies in memory as a whole:
 * nothing is decoded and nothing is encoded.
 *
 * A piece is only good until the next one is asked for: all lie in the same bytes, because fresh ones for each cost more than
 * the copying (0.9 us a row of 2.9 KB, and 0.15).
 *
 * @param schema the writer's schema of all bodies, as JSON text
 * @param blockRows how many bodies share a block. In a block of one, a body that is too short cannot take bytes of the next
 */
export function* avroContainer(
  schema: string,
  bodies: readonly Buffer[],
  blockRows = bodies.length,
): Generator<Buffer, void> {
  let end = 0;
  let ahead: Buffer = containerHeader(schema);
  const wholeBytes = bodies.reduce((sum, { length }) => sum + length + MOST_BLOCK_BYTES, ahead.length);
  const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, wholeBytes));
  for (let start = 0; start < bodies.length; start += blockRows) {
    const behind = Math.min(start + blockRows, bodies.length);
    const head = Buffer.concat([ahead, blockHeader(bodies, start, behind)]);
    for (const part of [head, ...bodies.slice(start, behind)]) {
      if (end + part.length > piece.length) {
        if (end > 0) yield piece.subarray(0, end);
        end = 0;
      }
      if (part.length > piece.length) yield part;
      else {
        part.copy(piece, end);
        end += part.length;
      }
    }
    ahead = SYNC;
  }
  if (end > 0) yield piece.subarray(0, end);
  yield ahead;
}

function blockHeader(bodies: readonly Buffer[], start: number, end: number): Buffer {
  let bytes = 0;
  for (let index = start; index < end; index += 1) bytes += bodies[index]!.length;
  return Buffer.concat([zigzag(end - start), zigzag(bytes)]);
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
