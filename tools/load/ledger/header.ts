import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { shapes } from '../senders/index.ts';

/** Files of a ledger, which is a folder. */
export const files = { header: 'ledger.json', items: 'items.bin', answers: 'answers.bin' } as const;

/** Bump when a record, a shape or a fault comes to mean something else. */
export const LEDGER_VERSION = 1;

const counts = z.record(z.string(), z.number());

const headerSchema = z.object({
  version: z.literal(LEDGER_VERSION),
  /** How many shapes there were: the same code must read a ledger that wrote it. */
  shapes: z.literal(shapes.length),
  tenant: z.string(),
  label: z.string(),
  seed: z.string(),
  learners: z.number(),
  courses: z.number(),
  fromMs: z.number(),
  toMs: z.number(),
  /** Names of senders whose bodies went to the ingress topic. */
  onTopic: z.array(z.string()),
  startedAtMs: z.number(),
  /** null = it was cut off: what has no answer may be there or not. */
  finishedAtMs: z.number().nullable(),
  items: z.number(),
  bodies: z.number(),
  /** Bodies that were sent more than once: any of the copies may have become a record. */
  repeatedBodies: z.number(),
  kinds: counts,
  faults: counts,
  flows: counts,
});

/** What a ledger says of itself. */
export type LedgerHeader = Readonly<z.output<typeof headerSchema>>;

export async function writeHeader(folder: string, header: LedgerHeader): Promise<void> {
  const path = join(folder, files.header);
  await writeFile(`${path}.next`, `${JSON.stringify(header, null, 2)}\n`);
  await rename(`${path}.next`, path);
}

/** @throws Error when the folder holds no ledger, or one of another version */
export async function readHeader(folder: string): Promise<LedgerHeader> {
  const path = join(folder, files.header);
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Error(`${folder} holds no ledger: there is no ${files.header} in it`);
  });
  const parsed = headerSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${path} cannot be read by this release: ${issue?.path.join('.')} ${issue?.message}`);
}
