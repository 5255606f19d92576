/**
 * Awaits a condition of the running system. The bound is no claim about speed: it only ends a test that can no longer
 * succeed, and says what was seen last.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
  boundMs = 90_000,
): Promise<T> {
  const end = Date.now() + boundMs;
  let last: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (holds(seen)) return seen;
      last = seen;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${boundMs} ms; last seen: ${describe(last)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function describe(value: unknown): string {
  return value instanceof Error ? value.message : JSON.stringify(value)?.slice(0, 600);
}
