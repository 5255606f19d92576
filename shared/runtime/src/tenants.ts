import { z } from 'zod';
import { AppError } from './app-error.ts';

const DEFAULT_SESSION_GAP_MS = 1_800_000;
const gapSchema = z.number().int().min(60_000);

const tenantSchema = z
  .object({
    tenant: z.string().min(1).max(64),
    name: z.string().default(''),
    timeZone: z.string().default('UTC').refine(isTimeZone, 'is no IANA time zone'),
    /** This much silence joins two events to one inferred session, a millisecond more splits. */
    sessionGapMs: gapSchema.default(DEFAULT_SESSION_GAP_MS),
    /** Other gaps, each for what is received from a time on. `sessionGapMs` holds before the first. */
    sessionGaps: z
      .array(z.object({ from: z.iso.datetime({ offset: true }).transform(Date.parse), gapMs: gapSchema }).strict())
      .refine(isAscending, 'must be in order of their times')
      .default([]),
    retentionDays: z.number().int().min(1).default(730),
    status: z.enum(['active', 'suspended']).default('active'),
    /** Key of the HMAC that makes `identity_keys`; '' = none are made. Never leaves the services. */
    identitySecret: z.string().default(''),
  })
  .strict();
const fileSchema = z.object({ tenants: z.array(tenantSchema) }).strict();

export type Tenant = Readonly<z.output<typeof tenantSchema>>;

/** Reads tenants.json, the one source of the `tenants` table and of what the services know of a tenant. */
export function parseTenants(text: string): ReadonlyMap<string, Tenant> {
  const parsed = fileSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new AppError('config_invalid', `tenants: ${lines.join('; ')}`);
  }
  return new Map(parsed.data.tenants.map((tenant) => [tenant.tenant, tenant]));
}

/**
 * The session gap of a tenant, as of the receipt of an event: a change does not move the borders of what was received before
 * it, also when that is read again.
 *
 * @param tenant undefined = one that is not in the file (yet)
 * @param receivedAtMs milliseconds since 1970
 */
export function sessionGapAt(tenant: Tenant | undefined, receivedAtMs: number): number {
  if (tenant === undefined) return DEFAULT_SESSION_GAP_MS;
  const { sessionGaps } = tenant;
  for (let at = sessionGaps.length - 1; at >= 0; at -= 1) {
    if (sessionGaps[at]!.from <= receivedAtMs) return sessionGaps[at]!.gapMs;
  }
  return tenant.sessionGapMs;
}

function isAscending(gaps: readonly { readonly from: number }[]): boolean {
  return gaps.every(({ from }, index) => index === 0 || gaps[index - 1]!.from < from);
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
