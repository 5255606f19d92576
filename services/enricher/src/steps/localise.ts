import { ok, type Result } from '@caliper-pipeline/pipeline';
import type { Tenant } from '@caliper-pipeline/runtime';
import { type LocalTimeColumns, localTime, zoneOffsets } from '../domain/local-time.ts';
import type { WithSession } from './identify-session.ts';
import type { Filling } from './received.ts';

export interface WithLocalTime extends WithSession {
  readonly local: LocalTimeColumns;
}

/** Day and offset in the tenant's time zone; UTC for a tenant that is not in the file (yet). */
export function localise({ tenants }: { tenants: () => ReadonlyMap<string, Tenant> }) {
  const offsets = new Map<string, (timeMs: number) => number>();
  const offsetsOf = (timeZone: string) => {
    let found = offsets.get(timeZone);
    if (found === undefined) {
      found = zoneOffsets(timeZone);
      offsets.set(timeZone, found);
    }
    return found;
  };
  return function localise(input: WithSession): Result<WithLocalTime> {
    const { tenant, event_time, event_date } = input.columns;
    const timeZone = tenants().get(tenant)?.timeZone ?? 'UTC';
    const localised = input as Filling<WithLocalTime>;
    localised.local = localTime(event_time, event_date, offsetsOf(timeZone));
    return ok(localised);
  };
}
