import type { Stack } from '@caliper-pipeline/infra';
import { type Account, account } from './account.ts';
import { anchorOf } from './anchor.ts';
import { createDay, localDate } from './day.ts';
import { deliver, type Refused } from './deliver.ts';
import { reportLines } from './report-lines.ts';
import { type SampleDay, sampleDay } from './sample-day.ts';
import { warehouse } from './sighting.ts';

const TENANT = 'demo';
/** Not a claim about speed: it only ends a wait that can no longer succeed. A broken part is back within 30 s. */
const LONGEST_WAIT_MS = 90_000;
const POLL_MS = 200;
const PROGRESS_MS = 5_000;

/** `incomplete`: something is missing; the report says what. */
export type Outcome = 'sent' | 'already there' | 'incomplete';

/**
 * Sends a day in the life of a small university and waits until every item of it is accounted for. Sent once per local
 * date: a second call finds it there. A call after a crash half-way sends the same again, of which only the rest is new.
 *
 * @throws Error when a part of the stack cannot be reached
 */
export async function sendSampleDay(
  { endpoints, dataDir }: Pick<Stack, 'endpoints' | 'dataDir'>,
  report: (line: string) => void,
): Promise<Outcome> {
  const now = new Date();
  const label = localDate(now);
  const day = createDay(label, await anchorOf(dataDir, label, now.getTime()));
  const key = endpoints.sensors.find(({ tenant }) => tenant === TENANT)?.key;
  if (key === undefined) throw new Error(`the sample day needs a sensor of tenant ${TENANT}, and this stack has none`);
  const sample = sampleDay(day, key);
  const store = warehouse(endpoints.clickhouse, TENANT);

  if (await store.hasRow(sample.lastMark)) {
    report(`Sample day of ${label} is there already: nothing sent.`);
    return 'already there';
  }
  report('Sending a sample day (Learn, Canvas, Moodle, Open edX, Kafka)…');
  const destination = { gatewayUrl: endpoints.gateway.endpoint, bootstrapServers: endpoints.kafka.bootstrapServers };
  const refused = await deliver(sample.deliveries, destination);
  const look = () => store.look(day, sample.sensors, sample.deliveries);
  const final = await untilAccounted(sample, refused, look, report);
  for (const line of reportLines(final)) report(line);
  if (final.problems.length === 0) return 'sent';
  const why = final.waiting > 0 ? `waited ${LONGEST_WAIT_MS / 1000} s in vain` : 'refused';
  report(`  ✘ sample day incomplete (${why}); the logs of the parts are in ${dataDir}/logs`);
  return 'incomplete';
}

type Look = () => ReturnType<ReturnType<typeof warehouse>['look']>;

async function untilAccounted(
  { deliveries }: SampleDay,
  refused: readonly Refused[],
  look: Look,
  report: (line: string) => void,
): Promise<Account> {
  const deadline = Date.now() + LONGEST_WAIT_MS;
  let progressAt = Date.now() + PROGRESS_MS;
  for (;;) {
    const current = account(deliveries, await look(), refused);
    if (current.waiting === 0 || Date.now() > deadline) return current;
    if (Date.now() > progressAt) {
      report(`  … ${current.found.items} of ${current.sent} accounted for`);
      progressAt = Date.now() + PROGRESS_MS;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
