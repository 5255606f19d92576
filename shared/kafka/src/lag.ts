/** Records (with markers) behind the high watermark; null while either is unknown. */
export function lagOf(nextOffset: bigint | null, highWatermark: bigint | null): bigint | null {
  if (nextOffset === null || highWatermark === null) return null;
  return highWatermark > nextOffset ? highWatermark - nextOffset : 0n;
}
