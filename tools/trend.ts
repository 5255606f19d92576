/** One look at something that changes: minutes after the begin, and what was seen. */
export interface Look {
  readonly minutes: number;
  readonly value: number;
}

export interface Trend {
  readonly first: number;
  readonly last: number;
  readonly least: number;
  readonly most: number;
  /** Of the line that fits best (least squares), per hour. */
  readonly perHour: number;
  /** How long was looked at, without what was left out. */
  readonly spanSeconds: number;
}

/**
 * How something went over time. The first part of a run is left out: caches fill and code is compiled, which is growth that ends.
 *
 * @param settled share of the time that is left out at the begin
 */
export function trendOf(looks: readonly Look[], settled = 0.25): Trend | null {
  const [begin, end] = [looks[0]?.minutes ?? 0, looks.at(-1)?.minutes ?? 0];
  const kept = looks.filter(({ minutes }) => minutes >= begin + (end - begin) * settled);
  const values = kept.map(({ value }) => value);
  if (kept.length < 2) return null;
  const slope = slopeOf(kept);
  const spanMinutes = kept.at(-1)!.minutes - kept[0]!.minutes;
  return {
    first: values[0]!,
    last: values.at(-1)!,
    least: Math.min(...values),
    most: Math.max(...values),
    perHour: slope * 60,
    spanSeconds: spanMinutes * 60,
  };
}

/**
 * How much higher the later half of a run went than the earlier one, as a share: 0.1 = a tenth. For what swings, like the memory of
 * a process (one of our gateways: 256 MB in minute 4, 130 in minute 8, 252 in minute 30): a line through swings has any slope, and
 * what leaks has higher peaks. The first tenth of the run is left out.
 */
export function peakGrowthOf(looks: readonly Look[]): number | null {
  const [begin, end] = [looks[0]?.minutes ?? 0, looks.at(-1)?.minutes ?? 0];
  const peak = (from: number, to: number) => {
    const part = looks.filter(
      ({ minutes }) => minutes >= begin + (end - begin) * from && minutes <= begin + (end - begin) * to,
    );
    return part.reduce((most, { value }) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  };
  if (end === begin) return null;
  const [earlier, later] = [peak(0.1, 0.55), peak(0.55, 1)];
  return Number.isFinite(earlier) && Number.isFinite(later) && earlier > 0 ? later / earlier - 1 : null;
}

/** Per minute, by least squares; 0 when all looks are of one moment. */
function slopeOf(looks: readonly Look[]): number {
  const meanX = sum(looks.map(({ minutes }) => minutes)) / looks.length;
  const meanY = sum(looks.map(({ value }) => value)) / looks.length;
  const over = sum(looks.map(({ minutes, value }) => (minutes - meanX) * (value - meanY)));
  const under = sum(looks.map(({ minutes }) => (minutes - meanX) ** 2));
  return under === 0 ? 0 : over / under;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
