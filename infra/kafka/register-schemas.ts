import { allSubjects, COMPATIBILITY, schemaText } from '@caliper-pipeline/contracts';

export interface RegisterSchemasOptions {
  /** Confluent-compatible API. */
  readonly url: string;
}

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';
const TIMEOUT_MS = 10_000;

/**
 * Registers the schema of every subject and gives their ids. Can be repeated: the registry's identity is the exact text, so
 * the ids stay. The compatibility is set before the first registration: a subject that was registered without one has none.
 *
 * @throws Error with the registry's words when a schema does not read what was released (status 409)
 */
export async function registerSchemas({ url }: RegisterSchemasOptions): Promise<ReadonlyMap<string, number>> {
  const ids = new Map<string, number>();
  for (const { subject, schema } of allSubjects) {
    const path = encodeURIComponent(subject);
    await call(`${url}/config/${path}`, 'PUT', { compatibility: COMPATIBILITY });
    const { id } = await call<{ id: number }>(`${url}/subjects/${path}/versions`, 'POST', {
      schemaType: 'AVRO',
      schema: schemaText(schema),
    });
    ids.set(subject, id);
  }
  return ids;
}

async function call<T>(url: string, method: string, body: unknown): Promise<T> {
  const response = await fetch(url, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': CONTENT_TYPE },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answers ${response.status}: ${text.slice(0, 400)}`);
  return JSON.parse(text) as T;
}
