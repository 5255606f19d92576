import { beforeAll, describe, expect, it } from 'vitest';
import {
  acceptedCompose,
  type ComposeService,
  HOW_TO_INSTALL,
  parseCompose,
  skipWithoutParser,
} from './compose-file.ts';

const JOBS = ['topics-and-schemas', 'migrations'];
const OURS = ['gateway', 'enricher', 'sink', ...JOBS];

if (skipWithoutParser) console.warn(`${HOW_TO_INSTALL}; its tests are skipped`);

describe.skipIf(skipWithoutParser)('docker-compose.yml', () => {
  let services: Readonly<Record<string, ComposeService>>;
  beforeAll(() => {
    services = acceptedCompose().services;
  });
  const service = (name: string): ComposeService => {
    const found = services[name];
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  };

  it('is accepted by a real parser and has every part', () => {
    expect(Object.keys(services).sort()).toEqual([...OURS, 'broker', 'clickhouse', 'registry'].sort());
  });

  it.each(['CLICKHOUSE_ADMIN_PASSWORD', 'CLICKHOUSE_SINK_PASSWORD', 'CLICKHOUSE_READER_PASSWORD'])(
    'is refused without %s, with the place to set it',
    (secret) => {
      const parsed = parseCompose([secret]);
      expect(parsed.kind).toBe('refused');
      expect(JSON.stringify(parsed)).toMatch(`set ${secret} in .env`);
    },
  );

  it('publishes ports on 127.0.0.1 only, and no admin port', () => {
    const ports = Object.values(services).flatMap(({ ports }) => ports ?? []);
    expect(ports).toHaveLength(4);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:(?!9100)\d+\/tcp$/);
  });

  it('takes every privilege away and bounds memory', () => {
    for (const [name, { cap_drop, security_opt, mem_limit }] of Object.entries(services)) {
      expect({ name, cap_drop, security_opt }).toEqual({
        name,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
      expect(mem_limit, name).toMatch(/^\d+[mg]$/);
    }
  });

  it('runs ours from one image, as another user than root, on a file system that cannot be written', () => {
    expect(new Set(OURS.map((name) => service(name).image)).size).toBe(1);
    for (const name of OURS) expect(service(name)).toMatchObject({ user: 'node', read_only: true });
  });

  it('asks the health of whatever stays, and starts it again', () => {
    for (const [name, { healthcheck, restart }] of Object.entries(services)) {
      expect({ name, checked: healthcheck !== undefined, restart }).toEqual({
        name,
        checked: !JOBS.includes(name),
        restart: JOBS.includes(name) ? 'no' : 'unless-stopped',
      });
    }
  });

  it('starts services after topics, schemas and tables are there', () => {
    const after = (name: string): unknown =>
      Object.fromEntries(
        Object.entries(service(name).depends_on ?? {}).map(([key, { condition }]) => [key, condition]),
      );
    const made = 'service_completed_successfully';
    const healthy = 'service_healthy';
    expect(after('topics-and-schemas')).toEqual({ broker: healthy, registry: healthy });
    expect(after('migrations')).toEqual({ clickhouse: healthy });
    expect(after('gateway')).toEqual({ 'topics-and-schemas': made });
    expect(after('enricher')).toEqual({ 'topics-and-schemas': made });
    expect(after('sink')).toEqual({ 'topics-and-schemas': made, migrations: made });
  });

  it('keeps data in named volumes', () => {
    const volumes = Object.values(services).flatMap(({ volumes }) => volumes ?? []);
    const named = volumes.filter((volume) => typeof volume === 'string').map((volume) => volume.split(':')[0]);
    expect(named.filter((name) => !name?.includes('/')).sort()).toEqual([
      'clickhouse-data',
      'enricher-state',
      'kafka-data',
    ]);
  });

  it('lets the sink in as its own user, not as the administrator', () => {
    expect(service('sink').environment.CLICKHOUSE_USER).toBe(service('migrations').environment.CLICKHOUSE_SINK_USER);
    expect(JSON.stringify(service('sink').environment)).not.toContain('admin');
  });
});
