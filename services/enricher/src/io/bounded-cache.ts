/** A cache of at most twice `most` entries: when one generation is full, the older one goes. No bookkeeping for a hit. */
export interface BoundedCache<V> {
  readonly get: (tenant: string, id: string) => V | undefined;
  readonly set: (tenant: string, id: string, value: V) => void;
}

/** Maps in maps, because joining two strings to one key costs as much as the look-up. */
type Generation<V> = Map<string, Map<string, V>>;

export function createBoundedCache<V>(most: number): BoundedCache<V> {
  let young: Generation<V> = new Map();
  let old: Generation<V> = new Map();
  let size = 0;
  const set = (tenant: string, id: string, value: V) => {
    if (size >= most) {
      old = young;
      young = new Map();
      size = 0;
    }
    let ofTenant = young.get(tenant);
    if (ofTenant === undefined) {
      ofTenant = new Map();
      young.set(tenant, ofTenant);
    }
    ofTenant.set(id, value);
    size += 1;
  };
  return {
    set,
    get: (tenant, id) => {
      const found = young.get(tenant)?.get(id);
      if (found !== undefined) return found;
      const older = old.get(tenant)?.get(id);
      if (older !== undefined) set(tenant, id, older);
      return older;
    },
  };
}
