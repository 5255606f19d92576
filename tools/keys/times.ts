const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/**
 * `90d`, `12h`, `30m`, `2w` from now, or a time by itself, as ISO 8601.
 *
 * @throws Error when it is neither
 */
export function timeFrom(text: string, nowMs: number): string {
  const span = /^(\d{1,5})([mhdw])$/.exec(text);
  if (span !== null) return new Date(nowMs + Number(span[1]) * UNIT_MS[span[2] as keyof typeof UNIT_MS]).toISOString();
  const atMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs))
    throw new Error(`${text} is neither a time like 2027-01-31 nor a span like 90d, 12h, 30m, 2w`);
  return new Date(atMs).toISOString();
}
