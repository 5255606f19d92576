import { LANGUAGE_RULE_VERSION } from '@caliper-pipeline/caliper';
import { type AcceptedEvent, combinedRuleVersion, type EnrichedEvent, hash128 } from '@caliper-pipeline/contracts';
import { describe, expect, test } from 'vitest';
import { ENRICHMENT_RULE_VERSION } from '../../services/enricher/src/domain/rules.ts';
import { memoryDirectory } from '../../services/enricher/src/testing/memory-directory.ts';
import { createTestEnricher } from '../../services/enricher/src/testing/test-enricher.ts';
import { type FixtureItem, fixturesPresent, fixtureText, readFixtures, withTimesMoved } from '../support/fixtures.ts';
import { receive } from '../support/gateway-steps.ts';

const NOON = Date.UTC(2026, 10, 24, 12);
const SECOND_MS = 1_000;
const TENANT = { tenant: 't', timeZone: 'Europe/Amsterdam' };

/** Learn's three sites in the fixtures, and the standard's example. */
const SITES = 'https://caliper-mapping.cloudbb.blackboard.com/v1/sites';
const A = `${SITES}/a118bba8-5378-4533-899b-8862ac59db03`;
const B = `${SITES}/54b54b42-dd02-42f8-88ed-07bd719bfb7c`;
const C = `${SITES}/530efc49-6b9f-40a6-918b-966ee83a744c`;
const E = 'https://example.edu';

/** The events of a fixture as if the first of them had happened at noon, received five seconds later. */
function receivedAtNoon(name: string) {
  const text = fixtureText(`${name}.json`);
  const [first] = receive(text, 't', NOON).events;
  const moved = first === undefined ? text : withTimesMoved(text, NOON - first.event_time);
  return receive(moved, 't', NOON + 5 * SECOND_MS);
}

/** The columns that the enricher fills in, and of the flags those that it adds. */
function columnsOf(row: EnrichedEvent, { received_flags }: AcceptedEvent) {
  return {
    own_flags: row.flags.filter((flag) => !received_flags.includes(flag)),
    local_date: row.local_date,
    utc_offset_minutes: row.utc_offset_minutes,
    roles: row.roles,
    membership_status: row.membership_status,
    course_id: row.course_id,
    course_section_id: row.course_section_id,
    course_offering_id: row.course_offering_id,
    course_external_id: row.course_external_id,
    academic_session: row.academic_session,
    group_path: row.group_path,
    group_path_types: row.group_path_types,
    course_source: row.course_source,
    session_id: row.session_id,
    session_kind: row.session_kind,
    source_generation: row.source_generation,
    source_partition: row.source_partition,
    source_offset: row.source_offset,
    rule_version: row.rule_version,
    version: row.version,
    is_deleted: row.is_deleted,
  };
}

/** What every event of the table below has in common. */
const common = (offset: number) => ({
  own_flags: [] as string[],
  local_date: Math.floor(NOON / 86_400_000),
  utc_offset_minutes: 60,
  roles: [] as string[],
  membership_status: '',
  course_id: '',
  course_section_id: '',
  course_offering_id: '',
  course_external_id: '',
  academic_session: '',
  group_path: [] as string[],
  group_path_types: [] as string[],
  course_source: 'none',
  session_id: '',
  session_kind: 'none',
  source_generation: 1,
  source_partition: 0,
  source_offset: offset,
  rule_version: combinedRuleVersion(LANGUAGE_RULE_VERSION, ENRICHMENT_RULE_VERSION),
  version: 2 ** 48 + offset,
  is_deleted: 0,
});

/** Learn knows offerings only, and says them with their course key. */
const offering = (id: string, external: string, source: string) => ({
  course_id: id,
  course_offering_id: id,
  course_external_id: external,
  group_path: [id],
  group_path_types: ['CourseOffering'],
  course_source: source,
});
const member = (...roles: string[]) => ({ roles, membership_status: 'Active' });
const session = (kind: string, id: string) => ({ session_kind: kind, session_id: id });
const inferredOf = ({ learner_id, ed_app_id, event_key }: AcceptedEvent) =>
  session('inferred', hash128('session', ['t', learner_id, ed_app_id, event_key]));

type Expected = (event: AcceptedEvent) => Partial<ReturnType<typeof common>>;
const fixed =
  (...parts: object[]): Expected =>
  () =>
    Object.assign({}, ...parts);

/** Every event of Learn's fixtures, read from the fixtures by the definitions of docs/semantics.md, and not from the code. */
const LEARN: Readonly<Record<string, readonly Expected[]>> = {
  'assessment-events-1': [
    fixed(
      offering(`${B}/courses/34f0705416864ca09a34f22f73446686`, 'BIO-101', 'group'),
      member('Learner'),
      session('federated', `${B}/sessions/94DD6EFB1B20EBD3B62889A38C7BF590`),
    ),
  ],
  // Both items carry the site's own id: the content tells them apart, and the id has come before.
  'assessment-events-2': [[], ['event_id_reused']].map((own_flags) =>
    fixed(
      { own_flags },
      offering(`${B}/courses/35983609b6084ef88407f98a2263e574`, 'BIO-101', 'group'),
      member('Learner'),
      session('federated', `${B}/sessions/DCC5DE08316F7BB7F5355929DD49AE28`),
    ),
  ),
  'assignable-events-1': [
    (event) => ({
      ...offering(`${B}/courses/22fb6a3e811f4bad8a418dcb2caa0a85`, 'BIO-101', 'group'),
      ...member('Learner'),
      ...inferredOf(event),
    }),
  ],
  'blog-events-1': [
    fixed(
      offering(`${C}/courses/e9c09e39c7844ae3b2ed677ac4fd90d7`, 'og-101', 'membership'),
      member('Learner'),
      session('reported', `${C}/sessions/5118E091FCBDF29709BBD9D6F6758679`),
    ),
  ],
  'calculated-grade-snapshot-events-1': [
    fixed(offering(`${B}/courses/ab336626104044daab61e9a9d72ac8e2`, 'BIO-101', 'membership'), member('Learner')),
  ],
  'course-group-events-1': [
    fixed(
      {
        ...offering(`${B}/courses/a3fe89604fc6437ea381979569cd6d81`, 'BIO-101', 'group'),
        group_path: [
          `${B}/courses/a3fe89604fc6437ea381979569cd6d81/groups/_12345_1`,
          `${B}/courses/a3fe89604fc6437ea381979569cd6d81`,
        ],
        group_path_types: ['Group', 'CourseOffering'],
      },
      member(),
      session('reported', `${B}/sessions/10497B7377117FFD7B5FD7D3EE58227E`),
    ),
  ],
  'forum-events-1': [0, 1].map(() =>
    fixed(
      offering(`${B}/courses/1b5fe13ea75b4e9f97f23da85600b6f7`, 'BIO-101', 'membership'),
      member('Learner'),
      session('reported', `${B}/sessions/85A3CA3571288387778479A527A9D478`),
    ),
  ),
  'grade-events-1': [
    fixed(offering(`${B}/courses/6d0140f42843472da7e3ecd150908fa3`, 'BIO-101', 'group'), member('Learner')),
  ],
  'lti-events-1': [fixed(session('reported', `${A}/sessions/0356052DAA966AA071787F54DBFEB1B1`))],
  'metric-profiles-1': [fixed(session('federated', `${A}/sessions/0356052DAA966AA071787F54DBFEB1B1`))],
  'session-events-1': [fixed(session('federated', `${A}/sessions/B287CEC440C99337012096F677684697`))],
  'view-events-1': [
    fixed(
      offering(`${A}/courses/875ab28d354e444a81784e58e44a60b2`, '04650987_bbtest_ignore', 'group'),
      member('Instructor'),
      session('federated', `${A}/sessions/0D8663C4ABF729F1B7B9CA8B93A5AE0D`),
    ),
  ],
  'wiki-events-1': [
    fixed(
      offering(`${C}/courses/e9c09e39c7844ae3b2ed677ac4fd90d7`, 'og-101', 'membership'),
      member('Learner'),
      session('reported', `${C}/sessions/5118E091FCBDF29709BBD9D6F6758679`),
    ),
  ],
  'repaired/content-events-1': [0, 1].map(() =>
    fixed(
      offering(`${B}/courses/3ced8bf8f6174c339908f7dab224f0fa`, 'BIO-101', 'membership'),
      member('Instructor'),
      session('reported', `${B}/sessions/98CDC6B4501AF7FDAF55D8CC2B3DD7CA`),
    ),
  ),
};

describe.runIf(fixturesPresent)('the columns of the enricher', () => {
  test.each(Object.entries(LEARN))('of Learn’s %s', async (name, expected) => {
    const { events } = receivedAtNoon(`learn-v1p1/${name}`);
    const { rows } = await (await createTestEnricher({ tenants: [TENANT] })).run(events);
    expect(rows.map((row, index) => columnsOf(row, events[index]!))).toEqual(
      expected.map((columns, offset) => ({ ...common(offset), ...columns(events[offset]!) })),
    );
  });

  test('all Learn fixtures are in the table', () => {
    const named = Object.keys(LEARN).map((name) => `learn-v1p1/${name}.json`);
    const present = readFixtures().filter(({ name, items }) => name.startsWith('learn-v1p1/') && items !== null);
    expect(present.map(({ name }) => name).filter((name) => !named.includes(name))).toEqual([]);
  });

  const standard = fixturesPresent
    ? readFixtures().filter(
        ({ name, items }) => /^(?:v1p\d|vendor-umich)\//.test(name) && items?.some(({ kind }) => kind === 'event'),
      )
    : [];
  test.each(standard.map((fixture) => [fixture.name, fixture] as const))(
    'of %s: every nesting, as it stands in the fixture',
    async (_, { text, items }) => {
      const { events } = receive(text, 't', NOON);
      const { rows } = await (await createTestEnricher()).run(events);
      const plain = items!.filter(({ kind }) => kind === 'event').map(plainCourse);
      expect(
        rows.map(
          ({ group_path, group_path_types, course_id, course_section_id, course_offering_id, course_source }) => ({
            group_path,
            group_path_types,
            course_id,
            course_section_id,
            course_offering_id,
            course_source,
          }),
        ),
      ).toEqual(plain);
    },
  );

  test('a group of which only the IRI is said is a course as soon as it is described', async () => {
    const section = `${E}/terms/201601/courses/7/sections/1`;
    const bare = {
      course_id: '',
      course_section_id: '',
      course_offering_id: '',
      group_path: [section],
      group_path_types: [''],
      course_source: 'group',
    };
    // The two fixtures are of different years.
    const thinned = fixtureText('v1p2/caliperEventForumSubscribedThinned.json').replaceAll('/201801/', '/201601/');
    const directory = memoryDirectory([]);
    const enricher = await createTestEnricher({ directory });
    const subscribed = () => receive(thinned, 't', NOON).events;
    const again = ([event]: readonly AcceptedEvent[], key: string) => [
      { ...event!, event_key: hash128('event', [key]), event_id: key },
    ];
    expect((await enricher.run(subscribed())).rows).toMatchObject([bare]);

    directory.learn(receive(fixtureText('v1p2/caliperEntityCourseSection.json'), 't', NOON).facts);
    const { rows } = await enricher.run(again(subscribed(), 'later'));
    expect(rows).toMatchObject([
      {
        course_id: section,
        course_section_id: section,
        course_offering_id: `${E}/terms/201601/courses/7`,
        group_path: [section, `${E}/terms/201601/courses/7`],
        group_path_types: ['CourseSection', 'CourseOffering'],
        academic_session: 'Fall 2016',
        course_source: 'group',
      },
    ]);
    // Another tenant's descriptions say nothing here.
    const other = again(subscribed(), 'other').map((event) => ({ ...event, tenant: 'other' }));
    expect((await enricher.run(other)).rows).toMatchObject([bare]);
  });
});

describe.runIf(fixturesPresent)('the sessions of the fixtures', () => {
  test('a login and a launch are one session of two events, open, that began with the login', async () => {
    const login = fixtureText('learn-v1p1/metric-profiles-1.json');
    const launch = fixtureText('learn-v1p1/lti-events-1.json');
    const [first] = receive(login, 't', NOON).events;
    const move = (text: string) => withTimesMoved(text, NOON - first!.event_time);
    const events = [login, launch].flatMap((text) => receive(move(text), 't', NOON + 10 * SECOND_MS).events);
    const { sessions } = await (await createTestEnricher({ tenants: [TENANT] })).run(events);
    // 17:38:09.076 and 17:38:11.660; one reported and one federated row of one id, which the view unites.
    const id = `${A}/sessions/0356052DAA966AA071787F54DBFEB1B1`;
    const alike = {
      session_id: id,
      event_count: 1,
      end_marker_at: null,
      end_reason: '',
      learner_ids: [first!.learner_id],
    };
    expect(sessions).toMatchObject([
      { ...alike, kind: 'federated', first_event_at: NOON },
      { ...alike, kind: 'reported', first_event_at: NOON + 2_584 },
    ]);
    expect(JSON.stringify(sessions)).not.toContain('PEPikqcsphXcnKe');
  });

  test.each([
    // From 10:15 to 11:15, told at 11:15.
    ['v1p2/caliperEventSessionTimedOut', -60, 0],
    // Told at 10:15, ended at 11:05.
    ['v1p0/caliperSessionTimeoutEvent', 0, 50],
  ])('%s begins %d and ends %d minutes from its event', async (name, begins, ends) => {
    const { events } = receivedAtNoon(name);
    const { sessions } = await (await createTestEnricher()).run(events);
    const minutes = (time: number | null) => (time === null ? null : (time - NOON) / 60_000);
    expect(sessions).toHaveLength(1);
    const [row] = sessions;
    expect(row).toMatchObject({ kind: 'reported', end_reason: 'timed_out', end_marker_at: NOON, event_count: 1 });
    expect([minutes(row!.reported_started_at) ?? 0, minutes(row!.reported_ended_at)]).toEqual([begins, ends]);
  });
});

/** The course of an event by the plainest reading of its JSON: group, else membership.organization, and what is above them. */
function plainCourse({ json }: FixtureItem) {
  const membership = json['membership'] as Readonly<Record<string, unknown>> | undefined;
  for (const [source, start] of [
    ['group', json['group']],
    ['membership', membership?.['organization']],
  ] as const) {
    const links = plainChain(start);
    if (links.length === 0 || isAnonymous(links[0]!)) continue;
    const section = links.findIndex(({ type }) => type === 'CourseSection');
    const above = section < 0 ? links : links.slice(section);
    const [sectionId, offeringId] = [
      links[section]?.id ?? '',
      above.find(({ type }) => type === 'CourseOffering')?.id ?? '',
    ];
    return {
      group_path: links.map(({ id }) => id),
      group_path_types: links.map(({ type }) => type),
      course_id: sectionId || offeringId,
      course_section_id: sectionId,
      course_offering_id: offeringId,
      course_source: source,
    };
  }
  const none = { course_id: '', course_section_id: '', course_offering_id: '', course_source: 'none' };
  return { group_path: [], group_path_types: [], ...none };
}

function plainChain(start: unknown): readonly { readonly id: string; readonly type: string }[] {
  const links: { id: string; type: string }[] = [];
  for (let at = start; at !== null && at !== undefined; ) {
    if (typeof at === 'string') return [...links, { id: at, type: '' }];
    const entity = at as Readonly<Record<string, unknown>>;
    links.push({ id: String(entity['id'] ?? entity['@id']), type: lastWord(entity['type'] ?? entity['@type']) });
    at = entity['subOrganizationOf'];
  }
  return links;
}

/** "Some course section", and none in particular: its id is the IRI of its type. */
const isAnonymous = ({ id, type }: { readonly id: string; readonly type: string }) => id.endsWith(`/caliper/${type}`);

const lastWord = (type: unknown): string =>
  String(type ?? '')
    .split('/')
    .at(-1)!;
