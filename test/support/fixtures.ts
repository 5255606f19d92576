import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Example payloads of the standard and of senders. They lie beside the project and are never part of it (licences). */
const FOLDER = fileURLToPath(new URL('../../../shared/fixtures/caliper/', import.meta.url));

export const fixturesPresent = existsSync(FOLDER);

/** One item of a fixture, told apart by the plainest reading of the specification and not by the code under test. */
export interface FixtureItem {
  readonly kind: 'event' | 'describe' | 'other';
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Fixture {
  /** Folder and file, as `learn-v1p1/view-events-1.json`. */
  readonly name: string;
  readonly text: string;
  /** null = the file is no JSON document. */
  readonly items: readonly FixtureItem[] | null;
  readonly isEnvelope: boolean;
}

/** All fixtures but the repaired ones, which repeat others. */
export function readFixtures(): readonly Fixture[] {
  const paths = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json') && !entry.parentPath.endsWith('repaired'))
    .map((entry) => join(entry.parentPath, entry.name));
  return paths.toSorted().map((path) => readFixture(relative(FOLDER, path), readFileSync(path, 'utf8')));
}

export function fixtureText(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}

const ISO_TIME = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})/g;

/** The text with every time moved by so many milliseconds: the fixtures are years old, and sessions are of the last days. */
export function withTimesMoved(text: string, byMs: number): string {
  return text.replace(ISO_TIME, (time) => new Date(Date.parse(time) + byMs).toISOString());
}

function readFixture(name: string, text: string): Fixture {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { name, text, items: null, isEnvelope: false };
  }
  const document = json as Record<string, unknown>;
  const data = document['data'];
  const isEnvelope = Array.isArray(data) && 'sensor' in document;
  const items = (isEnvelope ? data : [document]) as Record<string, unknown>[];
  return { name, text, isEnvelope, items: items.map((item) => ({ kind: kindOf(item), json: item })) };
}

function kindOf(item: Readonly<Record<string, unknown>>): FixtureItem['kind'] {
  const type = String(item['type'] ?? item['@type'] ?? '');
  if (type.endsWith('Event') || ('action' in item && 'eventTime' in item)) return 'event';
  return 'id' in item || '@id' in item ? 'describe' : 'other';
}
