import { constants, createZstdCompress, createZstdDecompress, zstdCompressSync } from 'node:zlib';

/** What a stream of node:zlib has inside (lib/zlib.js), as far as it is used here. */
export interface ZstdContext {
  readonly _handle: {
    writeSync: (flush: number, from: Buffer, at: number, bytes: number, to: Buffer, toAt: number, room: number) => void;
    onerror: (message: string) => void;
  };
  /** After a write: bytes of the output that are free, bytes of the input that were not taken. */
  readonly _writeState: Uint32Array;
}

const LEVEL_1 = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const FIRST_BYTES = 64 * 1024;
/** Larger ones are rare, and the reused output would stay as large. */
const MOST_BYTES = 8 * 1024 * 1024;

let compressor = keptContext(createZstdCompress(LEVEL_1));
let decompressor = keptContext(createZstdDecompress());
let output = Buffer.allocUnsafeSlow(FIRST_BYTES);
let hasFailed = false;

/** @returns null when this Node has other streams inside: then each frame has a context of its own */
export function keptContext(stream: object): ZstdContext | null {
  const context = stream as Partial<ZstdContext>;
  if (typeof context._handle?.writeSync !== 'function' || !(context._writeState instanceof Uint32Array)) return null;
  context._handle.onerror = () => {
    hasFailed = true;
  };
  return context as ZstdContext;
}

/**
 * One zstd frame of level 1 that tells how much it holds, made in this thread: the way to the thread pool and back costs more.
 *
 * The context is kept from frame to frame. Node makes one for each call, and a buffer of 16 KB: 3 KB took 62 us of CPU with a
 * context of its own and 11 us with the kept one, 27 KB 58 and 34 us; and two thirds of the bytes outside of V8's heap, which
 * ask for a full collection each 8 MB, were these buffers.
 *
 * @returns a view that is good until the next call
 */
export function zstdFrame(bytes: Buffer): Buffer {
  const most = mostFrameBytes(bytes.length);
  if (compressor === null || most > MOST_BYTES) return zstdCompressSync(bytes, LEVEL_1);
  if (output.length < most) output = Buffer.allocUnsafeSlow(Math.max(most, output.length * 2));
  hasFailed = false;
  // Given room for all of it, it is done in one piece, straight into the output, and the context is ready for the next frame.
  compressor._handle.writeSync(constants.ZSTD_e_end, bytes, 0, bytes.length, output, 0, output.length);
  const [free, left] = compressor._writeState;
  if (hasFailed || left !== 0 || free === 0) {
    compressor = keptContext(createZstdCompress(LEVEL_1));
    return zstdCompressSync(bytes, LEVEL_1);
  }
  return output.subarray(0, output.length - free!);
}

/** Somewhat more than ZSTD_compressBound (zstd.h). */
const mostFrameBytes = (bytes: number): number => bytes + (bytes >> 7) + 1024;

/**
 * What a frame holds, with a context that is kept, too: 3 KB took 19 us of CPU with one of its own and 5 us with it.
 *
 * @param bytes how much the frame tells that it holds
 * @returns null when it is no whole frame that holds so much: somebody else may say what is wrong with it
 */
export function zstdContent(frame: Buffer, bytes: number): Buffer | null {
  // A frame that is cut off would leave the context in the middle of it.
  if (decompressor === null || zstdFrameEnd(frame) !== frame.length) return null;
  const content = Buffer.allocUnsafe(bytes);
  hasFailed = false;
  decompressor._handle.writeSync(constants.ZSTD_e_continue, frame, 0, frame.length, content, 0, bytes);
  const [free, left] = decompressor._writeState;
  if (!hasFailed && free === 0 && left === 0) return content;
  decompressor = keptContext(createZstdDecompress());
  return null;
}

const MAGIC = 0xfd2fb528;
const RLE_BLOCK = 1;

/** Where the first frame ends, by the heads of its blocks (RFC 8878, 3.1.1); -1 when it does not. */
export function zstdFrameEnd(bytes: Buffer): number {
  if (bytes.length < 5 || bytes.readUInt32LE(0) !== MAGIC) return -1;
  const descriptor = bytes[4]!;
  const { sizeAt, sizeBytes } = headOf(descriptor);
  let at = sizeAt + sizeBytes;
  for (;;) {
    if (at + 3 > bytes.length) return -1;
    const head = bytes.readUIntLE(at, 3);
    at += 3 + (((head >> 1) & 0x03) === RLE_BLOCK ? 1 : head >> 3);
    if ((head & 0x01) === 1) break;
  }
  const hasChecksum = (descriptor & 0x04) !== 0;
  const end = at + (hasChecksum ? 4 : 0);
  return end <= bytes.length ? end : -1;
}

/**
 * The size of the content that the head of a frame tells, 0 if it does not (RFC 8878, 3.1.1.1). Given room for all of it, it is
 * decompressed in one call; in Node's usual 16 KB, joining the pieces cost as much as the decompression.
 */
export function toldContentBytes(frame: Buffer): number {
  if (frame.length < LONGEST_HEAD) return 0;
  const { sizeAt, sizeBytes } = headOf(frame[4]!);
  if (sizeBytes === 0) return 0;
  if (sizeBytes === 8) return Number(frame.readBigUInt64LE(sizeAt));
  return frame.readUIntLE(sizeAt, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
}

const LONGEST_HEAD = 18;

/** What the descriptor says of the fields behind it: window, dictionary, size. */
function headOf(descriptor: number): { readonly sizeAt: number; readonly sizeBytes: number } {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 0x03]!;
  return {
    sizeAt: 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes,
    sizeBytes: [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!,
  };
}
