import { expect, inject, test } from 'vitest';
import { query } from '../support/clickhouse.ts';
import { eventually } from '../support/eventually.ts';
import { type Fixture, fixturesPresent, readFixtures } from '../support/fixtures.ts';
import { send } from '../support/sender.ts';
import { readFacts } from '../support/topics.ts';

const { gateway, clickhouse, kafka } = inject('endpoints');

/** What tells one event of a fixture from the next in plain sight: id as sent, time, and the action's last word. */
const eventName = (id: unknown, eventTimeMs: number, action: unknown) =>
  JSON.stringify([id ?? '', eventTimeMs, String(action).split(/[#/]/).at(-1)]);

test.runIf(fixturesPresent)(
  'every event of every fixture is a row, every describe is on the facts topic, and what is no JSON is refused and kept',
  async () => {
    const fixtures = readFixtures();
    const sensors = inject('endpoints').sensors.filter(({ tenant }) => tenant.startsWith('fixture-'));
    expect(sensors.length).toBeGreaterThanOrEqual(fixtures.length);
    const cases = fixtures.map((fixture, index) => ({ fixture, ...sensors[index]! }));

    const statuses = new Map<string, number>();
    for (const { fixture, key } of cases)
      statuses.set(fixture.name, (await send(gateway.endpoint, fixture.text, { authorization: key })).status);

    // No JSON: 400. Neither envelope, event nor entity: 400. Everything else: 200.
    const refused = cases.filter(({ fixture }) => isRefused(fixture));
    expect(fixtures.filter(({ name }) => statuses.get(name) !== 200).map(({ name }) => name)).toEqual(
      refused.map(({ fixture }) => fixture.name),
    );
    for (const { fixture } of refused) expect(statuses.get(fixture.name), fixture.name).toBe(400);

    const expectedRows = cases.flatMap(({ fixture, tenant }) =>
      itemsOf(fixture, 'event').map((event) => `${tenant} ${nameOfEvent(event)}`),
    );
    const rows = await eventually(
      'all rows',
      () =>
        query<{ tenant: string; event_id: string; time: number; action: string }>(
          clickhouse,
          `SELECT tenant, event_id, toUnixTimestamp64Milli(event_time) AS time, action FROM events_current WHERE tenant LIKE 'fixture-%'`,
        ),
      (found) => found.length >= expectedRows.length,
    );
    const rowNames = rows.map((row) => `${row.tenant} ${eventName(row.event_id, row.time, row.action)}`);
    expect(rowNames.toSorted()).toEqual(expectedRows.toSorted());

    const expectedFacts = cases.flatMap(({ fixture, tenant }) =>
      itemsOf(fixture, 'describe').map((entity) => `${tenant} ${entity['id'] ?? entity['@id']}`),
    );
    const facts = await readFacts(kafka.bootstrapServers, inject('endpoints').registry.url);
    const described = facts
      .filter(({ tenant, kind }) => tenant.startsWith('fixture-') && kind === 'entity')
      .map((fact) => `${fact.tenant} ${fact.entity_id}`);
    expect([...new Set(described)].toSorted()).toEqual([...new Set(expectedFacts)].toSorted());

    const letters = await eventually(
      'the dead letters',
      () =>
        query<{ tenant: string; reason: string }>(
          clickhouse,
          `SELECT tenant, reason FROM dead_letters_current WHERE tenant LIKE 'fixture-%'`,
        ),
      (found) => found.length >= refused.length,
    );
    expect(letters.map(({ tenant }) => tenant).toSorted()).toEqual(refused.map(({ tenant }) => tenant).toSorted());

    const describes = cases.reduce((sum, { fixture }) => sum + itemsOf(fixture, 'describe').length, 0);
    const inEnvelopes = cases.reduce(
      (sum, { fixture }) => sum + (fixture.isEnvelope ? itemsOf(fixture, 'describe').length : 0),
      0,
    );
    console.log(
      `fixtures: ${fixtures.length} files · ${rows.length} events → rows · ${describes} describes → facts ` +
        `(${inEnvelopes} in envelopes, ${describes - inEnvelopes} bare) · ${refused.length} refused and kept: ` +
        letters
          .map(({ tenant, reason }) => `${cases.find((one) => one.tenant === tenant)!.fixture.name} (${reason})`)
          .join(', '),
    );
    // docs/semantics.md counts 240 events, 97 describes in envelopes, 149 bare documents and 2 files that are no JSON.
    expect(rows.length).toBe(240);
    expect(inEnvelopes).toBe(97);
    expect(describes - inEnvelopes + refused.length - 2).toBe(149);
  },
);

const isRefused = ({ items }: Fixture) => items === null || items.every(({ kind }) => kind === 'other');

function itemsOf({ items }: Fixture, kind: 'event' | 'describe'): readonly Readonly<Record<string, unknown>>[] {
  return (items ?? []).filter((item) => item.kind === kind).map(({ json }) => json);
}

function nameOfEvent(event: Readonly<Record<string, unknown>>): string {
  return eventName(event['id'] ?? event['@id'], Date.parse(String(event['eventTime'])), event['action']);
}
