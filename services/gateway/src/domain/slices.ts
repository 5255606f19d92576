import type { Delivery } from '@caliper-pipeline/caliper';

/** Deliveries in pieces of at most `size` items, in their order; an envelope's own fields are in each of its pieces. */
export function* slicesOf(deliveries: readonly Delivery[], size: number): Generator<readonly Delivery[]> {
  let slice: Delivery[] = [];
  let room = size;
  for (const delivery of deliveries) {
    for (let from = 0; from < delivery.items.length; ) {
      const items =
        from === 0 && delivery.items.length <= room ? delivery.items : delivery.items.slice(from, from + room);
      slice.push(items === delivery.items ? delivery : { ...delivery, items });
      from += items.length;
      room -= items.length;
      if (room > 0) continue;
      yield slice;
      slice = [];
      room = size;
    }
  }
  if (slice.length > 0) yield slice;
}
