import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

const FILE = `${ROOT}docker-compose.yml`;
const EXAMPLE = `${ROOT}infra/docker/compose.env.example`;
/** Values that a person would put into .env. */
const SECRETS = {
  CLICKHOUSE_ADMIN_PASSWORD: 'admin-password',
  CLICKHOUSE_SINK_PASSWORD: 'sink-password',
  CLICKHOUSE_READER_PASSWORD: 'reader-password',
} as const;

/** What the tests ask of a service of docker-compose.yml. */
export interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly mem_limit?: string;
  readonly read_only?: boolean;
  readonly restart: string;
  readonly user?: string;
  readonly volumes?: readonly unknown[];
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export type ParsedCompose =
  | { readonly kind: 'accepted'; readonly file: ComposeFile }
  | { readonly kind: 'refused'; readonly reason: string };

/** Whether the parser is here. Debian's docker-compose needs no container engine to check a file. */
export const parserIsMissing: boolean = spawnSync('docker-compose', ['version']).status !== 0;

export const HOW_TO_INSTALL =
  'docker-compose is not installed: apt-get install docker-compose (Debian, needs no engine)';

/** In CI nothing is skipped. */
export const skipWithoutParser: boolean = parserIsMissing && process.env.CI !== 'true';

/**
 * docker-compose.yml as the parser understands it, with defaults and anchors resolved.
 *
 * @param without names of secrets that nobody has set
 * @throws Error that says what to install when there is no parser
 */
export function parseCompose(without: readonly string[] = []): ParsedCompose {
  if (parserIsMissing) throw new Error(HOW_TO_INSTALL);
  const secrets = Object.fromEntries(Object.entries(SECRETS).filter(([name]) => !without.includes(name)));
  const { PATH } = process.env;
  // The example in place of .env: what a developer has there must not decide the test, and the example is held to parse.
  const parsed = spawnSync('docker-compose', ['-f', FILE, '--env-file', EXAMPLE, 'config'], {
    cwd: ROOT,
    env: { PATH, ...secrets },
    encoding: 'utf8',
  });
  if (parsed.status !== 0) return { kind: 'refused', reason: parsed.stderr };
  // The parser is written in Python and answers YAML; its own YAML library makes JSON of it.
  const toJson = 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)';
  const json = spawnSync('/usr/bin/python3', ['-c', toJson], { input: parsed.stdout, encoding: 'utf8' });
  if (json.status !== 0) throw new Error(json.stderr);
  return { kind: 'accepted', file: JSON.parse(json.stdout) };
}

/** The file, where it must be accepted. */
export function acceptedCompose(): ComposeFile {
  const parsed = parseCompose();
  if (parsed.kind === 'refused') throw new Error(parsed.reason);
  return parsed.file;
}
