/**
 * A cache of pure results. When full it starts anew: no bookkeeping per hit, and a flood of odd keys costs a refill, never
 * memory.
 */
export function boundedCache<V>(
  compute: (key: string) => V,
  maxEntries = 4096,
  maxKeyLength = 512,
): (key: string) => V {
  let entries = new Map<string, V>();
  return (key) => {
    const known = entries.get(key);
    if (known !== undefined) return known;
    const value = compute(key);
    if (key.length <= maxKeyLength) {
      if (entries.size >= maxEntries) entries = new Map();
      entries.set(key, value);
    }
    return value;
  };
}
