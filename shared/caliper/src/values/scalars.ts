const DURATION =
  /^([+-])?P(?:(\d+(?:[.,]\d+)?)Y)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?(?:T(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/i;
/** Years and months have no fixed length; no sender uses them. */
const SECONDS = [31_536_000, 2_592_000, 604_800, 86_400, 3_600, 60, 1] as const;

/** ISO 8601 duration, or plain seconds (Caliper 1.0), in decimal seconds; null = none or unreadable. */
export function durationSeconds(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string') return null;
  const match = DURATION.exec(value.trim());
  if (match === null || value.trim().length < 3) return numberOf(value);
  let seconds = 0;
  for (const [index, factor] of SECONDS.entries())
    seconds += Number((match[index + 2] ?? '0').replace(',', '.')) * factor;
  return match[1] === '-' ? -seconds : seconds;
}

/** A number, also as text; null = none. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

const MOST_INT = 2_147_483_647;

/** A whole number from 0 to 2^31 - 1; null = none. */
export function countOf(value: unknown): number | null {
  const number = numberOf(value);
  return number !== null && Number.isInteger(number) && number >= 0 && number <= MOST_INT ? number : null;
}

/** A boolean, also as text in any spelling (`"False"`: Open edX); null = none. */
export function booleanOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return null;
  const text = value.trim().toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : null;
}
