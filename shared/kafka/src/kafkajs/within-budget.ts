/**
 * What `work` gives, or an error when it takes longer. The work itself goes on: whoever calls ends it.
 *
 * @throws what `work` threw, or an Error with `message` after `ms` milliseconds
 */
export async function withinBudget<T>(work: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), Math.max(0, ms));
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
