import { readdirSync, readFileSync } from 'node:fs';
import { interpret, parseJson, readEnvelopes } from '@caliper-pipeline/caliper';
import { expect, test } from 'vitest';

const FOLDER = new URL('../examples/', import.meta.url);

/** Type and action of every event of an example, as the gateway reads it; a reason where it is none. */
function read(file: string): string[] {
  const parsed = parseJson(readFileSync(new URL(file, FOLDER), 'utf8'));
  if (!parsed.ok) throw new Error(`${file}: ${parsed.detail}`);
  const envelopes = readEnvelopes(parsed.value);
  if (envelopes.kind !== 'deliveries') throw new Error(`${file}: ${envelopes.kind}`);
  return envelopes.deliveries.flatMap(({ sensor, sendTimeMs, dataVersion, items, reasons }) =>
    items.map((item) => {
      const result = interpret(item, {
        tenant: 'demo',
        sensor,
        dataVersion,
        receivedAtMs: 0,
        sendTimeMs,
        envelopeReasons: reasons,
        identitySecret: '',
        redaction: { truncateIpAddresses: false, extraSecretKeys: [] },
      });
      if (result.kind !== 'event') return result.kind;
      expect(result.reasons, file).toEqual([]);
      const { type, action, learner_id: learner } = result.fields;
      return `${type} ${action} ${learner.split('/').at(-1)}`;
    }),
  );
}

test('each example is one envelope of events with which nothing is wrong', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  expect(Object.fromEntries(files.map((file) => [file, read(file)]))).toEqual({
    'grade.json': ['GradeEvent Graded ada'],
    'login.json': ['SessionEvent LoggedIn ada'],
    'video.json': ['MediaEvent Started ada', 'MediaEvent Paused ada', 'MediaEvent Resumed ada', 'MediaEvent Ended ada'],
  });
});
