import { z } from 'zod';
import { AppError } from './app-error.ts';

const tenantSchema = z
  .object({
    tenant: z.string().min(1).max(64),
    name: z.string().default(''),
    timeZone: z.string().default('UTC').refine(isTimeZone, 'is no IANA time zone'),
    sessionGapMs: z.number().int().min(60_000).default(1_800_000),
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

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
