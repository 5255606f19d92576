/**
 * One request of the Kafka protocol, Metadata version 1, by hand. kafkajs cannot tell which partitions have a leader: its
 * parser throws when one has none. Sixteen fields are less to own than a patch of it.
 */

const METADATA = 3;
const VERSION = 1;
const NO_LEADER = -1;

export interface TopicMetadata {
  readonly topic: string;
  /** 0 = known. 3 = no such topic, 5 = no leader; see "Error Codes" of the protocol. */
  readonly errorCode: number;
  /** `leader`: the broker's id; null = none. */
  readonly partitions: readonly { readonly partition: number; readonly leader: number | null }[];
}

/** A whole frame, length included. */
export function metadataRequest(correlationId: number, clientId: string, topics: readonly string[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt16BE(METADATA, 0);
  head.writeInt16BE(VERSION, 2);
  head.writeInt32BE(correlationId, 4);
  const count = Buffer.alloc(4);
  count.writeInt32BE(topics.length);
  const body = Buffer.concat([head, text(clientId), count, ...topics.map(text)]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const length = Buffer.alloc(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The length of the frame that begins here, or null while less than that has arrived. */
export function wholeFrame(bytes: Buffer): Buffer | null {
  if (bytes.length < 4) return null;
  const length = bytes.readInt32BE(0);
  return bytes.length < 4 + length ? null : bytes.subarray(4, 4 + length);
}

/** @throws RangeError when the frame is shorter than it says */
export function readMetadata(frame: Buffer): readonly TopicMetadata[] {
  const reader = new Reader(frame);
  reader.int32(); // correlation id: one request per connection
  reader.list(() => {
    reader.int32(); // node id
    reader.text(); // host
    reader.int32(); // port
    reader.text(); // rack
  });
  reader.int32(); // controller
  return reader.list(() => {
    const errorCode = reader.int16();
    const topic = reader.text();
    reader.int8(); // is internal
    const partitions = reader.list(() => {
      const error = reader.int16();
      const partition = reader.int32();
      const leader = reader.int32();
      reader.list(() => reader.int32()); // replicas
      reader.list(() => reader.int32()); // in sync
      // Errors 5 and 9 (replica not available) come with a leader or without: the leader decides.
      return { partition, leader: leader === NO_LEADER || error === 5 ? null : leader };
    });
    return { topic, errorCode, partitions };
  });
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#step(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#step(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#step(4));
  }

  text(): string {
    const length = this.int16();
    if (length < 0) return '';
    const start = this.#step(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  list<T>(read: () => T): T[] {
    const length = this.int32();
    const items: T[] = [];
    for (let i = 0; i < length; i += 1) items.push(read());
    return items;
  }

  #step(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    return at;
  }
}
