/** Awaits a condition that only the outside can tell. The bound ends a test that can no longer succeed; it claims no speed. */
export async function until(what: string, holds: () => Promise<boolean> | boolean, boundMs = 30_000): Promise<void> {
  const end = performance.now() + boundMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${boundMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
