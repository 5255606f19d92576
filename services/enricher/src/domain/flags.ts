/**
 * Flags of a row: the gateway's and the enricher's, each once.
 *
 * @param reusesId its id came with another event before, within the horizon
 */
export function rowFlags(
  received: readonly string[],
  course: readonly string[],
  session: readonly string[],
  reusesId: boolean,
): readonly string[] {
  if (received.length < 2 && course.length === 0 && session.length === 0 && !reusesId) return received;
  const flags = [...received, ...course, ...session];
  if (reusesId) flags.push('event_id_reused');
  return [...new Set(flags)];
}
