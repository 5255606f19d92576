/** Reads on in bytes. Behind their end everything is 0 or empty: whoever reads compares the end with what was told. */
export class RecordReader {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Of up to 32 bits: lengths, counts, distances of offsets. */
  varint(): number {
    const raw = this.#sevens();
    return (raw >>> 1) ^ -(raw & 1);
  }

  /** Of up to 64 bits, exact: a number where one can hold it. */
  varlong(): number | bigint {
    const { bytes } = this;
    // Four bytes hold distances of up to 37 hours in milliseconds.
    for (let index = 0; index < 4; index += 1) {
      if ((bytes[this.at + index]! & 0x80) === 0) return this.varint();
    }
    let raw = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[this.at++] ?? 0;
      raw |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return BigInt.asIntN(64, (raw >> 1n) ^ -(raw & 1n));
  }

  /** A view behind its length; null when the length is -1. */
  nullable(): Buffer | null {
    const length = this.varint();
    if (length === -1) return null;
    if (length < 0) throw new Error(`a length of ${length}`);
    const start = this.at;
    this.at += length;
    return this.bytes.subarray(start, this.at);
  }

  #sevens(): number {
    let raw = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.at++]!;
      raw |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return raw;
  }
}
