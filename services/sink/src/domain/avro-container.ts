/** Avro object container files: Avro 1.11 specification, "Object Container Files". */
const MAGIC = Buffer.from([0x4f, 0x62, 0x6a, 0x01]);
/** Any 16 bytes: the marker only has to be the same within a file. */
const SYNC = Buffer.from('caliper-pipeline', 'latin1');

/**
 * One container around record bodies as they came from Kafka: nothing is decoded and nothing is encoded.
 *
 * @param schema the writer's schema of all bodies, as JSON text
 * @param blockRows how many bodies share a block. In a block of one, a body that is too short cannot take bytes of the next
 */
export function avroContainer(schema: string, bodies: readonly Buffer[], blockRows = bodies.length): Buffer {
  const parts: Buffer[] = [containerHeader(schema)];
  for (let start = 0; start < bodies.length; start += blockRows) {
    const block = bodies.slice(start, start + blockRows);
    const bytes = block.reduce((sum, body) => sum + body.length, 0);
    parts.push(zigzag(block.length), zigzag(bytes), ...block, SYNC);
  }
  return Buffer.concat(parts);
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
