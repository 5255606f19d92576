const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** How busy each hour of the day is, local time: lectures by day, most of it between 19 and 23. */
const HOURS = [4, 2, 1, 1, 1, 2, 4, 8, 14, 18, 20, 19, 15, 18, 20, 19, 17, 15, 17, 26, 32, 32, 28, 14];

/** How much happens at a moment, in no unit: Sunday evenings, the first week of a term and exam weeks stand out. */
export function activityAt(localMs: number): number {
  const date = new Date(localMs);
  const hour = HOURS[date.getUTCHours()]!;
  const weekday = date.getUTCDay();
  const isWeekend = weekday === 0 || weekday === 6;
  const ofDay = weekday === 0 && date.getUTCHours() >= 19 ? 1.5 : isWeekend ? 0.6 : 1;
  return hour * ofDay * weekFactor(date);
}

/** Terms begin in the first week of September and of February; exams are in the last weeks of January and June. */
function weekFactor(date: Date): number {
  const [month, day] = [date.getUTCMonth(), date.getUTCDate()];
  if ((month === 8 || month === 1) && day <= 7) return 2;
  return (month === 0 || month === 5) && day >= 18 ? 2.5 : 1;
}

/**
 * Spreads moments over a span so that busy hours get many: the inverse of the activity that adds up.
 *
 * @returns for a share from 0 to 1 a time in ms between `fromMs` and `toMs`; greater shares give no earlier times
 */
export function spreadOver(fromMs: number, toMs: number, utcOffsetMs: number): (share: number) => number {
  const steps = Math.max(1, Math.ceil((toMs - fromMs) / MINUTE_MS));
  const sums = new Float64Array(steps + 1);
  for (let step = 0; step < steps; step += 1) {
    sums[step + 1] = sums[step]! + activityAt(fromMs + step * MINUTE_MS + utcOffsetMs);
  }
  const total = sums[steps]!;
  return (share) => {
    const wanted = share * total;
    let [low, high] = [0, steps];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (sums[middle]! <= wanted) low = middle;
      else high = middle;
    }
    const inside = (wanted - sums[low]!) / (sums[high]! - sums[low]!);
    return Math.min(toMs, Math.floor(fromMs + (low + inside) * MINUTE_MS));
  };
}

/** The first full hour at or after a moment. */
export const nextHour = (ms: number): number => Math.ceil(ms / HOUR_MS) * HOUR_MS;
