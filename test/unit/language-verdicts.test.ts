import {
  defaultRedactionRules,
  type Interpretation,
  interpret,
  readEnvelopes,
  reasonCatalogue,
} from '@caliper-pipeline/caliper';
import { describe, expect, test } from 'vitest';
import { fixturesPresent, readFixtures } from '../support/fixtures.ts';

interface Found {
  readonly fixture: string;
  readonly isEnvelope: boolean;
  readonly interpretation: Interpretation;
}

function interpretAll(): Found[] {
  return readFixtures().flatMap(({ name, text, items, isEnvelope }) => {
    if (items === null) return [];
    const envelopes = readEnvelopes(JSON.parse(text));
    if (envelopes.kind !== 'deliveries') return [];
    return envelopes.deliveries.flatMap((delivery) =>
      delivery.items.map((item) => ({
        fixture: name,
        isEnvelope,
        interpretation: interpret(item, {
          tenant: 't',
          sensor: delivery.sensor,
          dataVersion: delivery.dataVersion,
          receivedAtMs: 0,
          sendTimeMs: delivery.sendTimeMs,
          envelopeReasons: delivery.reasons,
          identitySecret: '',
          redaction: defaultRedactionRules,
        }),
      })),
    );
  });
}

/** The valid fixtures whose verdict is not `ok`, each with why. */
const FLAGGED: Readonly<Record<string, readonly string[]>> = {
  // Its object is a Thesis of schema.org: a type that only the event's first, foreign context knows.
  'v1p1/caliperEventSubmittedMultiContext.json': ['entity_type_unknown'],
};

describe.runIf(fixturesPresent)('the fixtures', () => {
  const all = fixturesPresent ? interpretAll() : [];

  test('are 240 events, 97 describes in envelopes and 144 bare ones; nothing is rejected', () => {
    const count = (kind: Interpretation['kind'], inEnvelope?: boolean) =>
      all.filter(
        ({ interpretation, isEnvelope }) =>
          interpretation.kind === kind && (inEnvelope === undefined || isEnvelope === inEnvelope),
      ).length;
    expect([count('event'), count('describe', true), count('describe', false), count('rejected')]).toEqual([
      240, 97, 144, 0,
    ]);
  });

  test('of 1.1 and 1.2 have the verdict ok, but for those that are listed with their reason', () => {
    const flagged = all
      .filter(({ fixture }) => /^v1p[12]\//.test(fixture))
      .flatMap(({ fixture, interpretation }) =>
        interpretation.kind === 'event' && interpretation.verdict !== 'ok'
          ? [
              [
                fixture,
                interpretation.reasons.filter(({ severity }) => severity === 'warn').map(({ code }) => code),
              ] as const,
            ]
          : [],
      );
    expect(Object.fromEntries(flagged)).toEqual(FLAGGED);
  });

  test('every event of Learn is accepted', () => {
    const learn = all.filter(({ fixture }) => fixture.startsWith('learn-'));
    expect(learn).toHaveLength(15);
    for (const { fixture, interpretation } of learn) expect(interpretation.kind, fixture).toBe('event');
  });

  test('give only reasons of the catalogue, with its severity', () => {
    for (const { interpretation } of all) {
      if (interpretation.kind !== 'event') continue;
      for (const { code, severity } of interpretation.reasons) {
        expect(reasonCatalogue).toHaveProperty(code);
        expect(severity).toBe(reasonCatalogue[code as keyof typeof reasonCatalogue].severity);
      }
    }
  });
});
