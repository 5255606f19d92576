import { LEARN_SITE_ID } from './campus.ts';
import { type Day, iso } from './day.ts';
import { type Delivery, type Item, type JsonObject, type PlannedEvent, resent, rowItem } from './ledger.ts';
import { canvasEvents } from './senders/canvas.ts';
import { CANVAS_SENSOR, canvasEnvelope } from './senders/canvas-shapes.ts';
import { type KafkaTool, kafkaTools } from './senders/kafka-tools.ts';
import { learnEvents } from './senders/learn.ts';
import { learnEnvelope } from './senders/learn-shapes.ts';
import { MOODLE_SENSOR, moodleBody, moodleEvents } from './senders/moodle.ts';
import { OPEN_EDX_SENSOR, openEdxBody, openEdxEvents } from './senders/open-edx.ts';
import { earlyDescribes, lateDescribes } from './senders/registry-office.ts';

const LEARN_BATCH = 12;
const MOODLE_BATCH = 8;
const OPEN_EDX_BATCH = 10;

/**
 * Everything that is sent on a sample day, in the order in which it is sent. What is re-sent comes after its original, the
 * description of MAT-310 after its events, and the last event of all is `lastMark`: when it is there, all were accepted.
 */
export interface SampleDay {
  readonly deliveries: readonly Delivery[];
  /** Whose rows to look at. */
  readonly sensors: readonly string[];
  readonly lastMark: string;
}

export function sampleDay(day: Day, key: string): SampleDay {
  const raw = key;
  const bearer = `Bearer ${key}`;
  const post = (sender: string, authorization: string, body: string, items: readonly Item[]): Delivery => {
    return { sender, channel: 'http', authorization, body, status: 200, items };
  };
  const describes = (body: JsonObject): Delivery => {
    const items = (body['data'] as readonly JsonObject[]).map((): Item => ({ expect: 'describe', mark: '' }));
    return post('Registry office', bearer, JSON.stringify(body), items);
  };

  const learn = batches(withBadEvent(day, learnEvents(day)), LEARN_BATCH).map((batch) =>
    post('Learn', raw, JSON.stringify(learnEnvelope(sentAfter(day, batch), batch)), batch.map(itemOf)),
  );
  const canvas = canvasEvents(day).map((event) =>
    post('Canvas', bearer, JSON.stringify(canvasEnvelope(event)), [rowItem(event)]),
  );
  const moodle = batches(moodleEvents(day), MOODLE_BATCH).map((batch) =>
    post('Moodle', raw, moodleBody(sentAfter(day, batch), batch), batch.map(rowItem)),
  );
  const openEdx = batches(openEdxEvents(day), OPEN_EDX_BATCH).map((batch) =>
    post('Open edX', bearer, openEdxBody(sentAfter(day, batch), batch), batch.map(rowItem)),
  );
  const last = openEdx.at(-1)!;

  const tools = kafkaTools(day);
  const sensors = [LEARN_SITE_ID, CANVAS_SENSOR, MOODLE_SENSOR, OPEN_EDX_SENSOR, ...tools.map(({ sensor }) => sensor)];
  return {
    sensors,
    lastMark: last.items.at(-1)!.mark,
    deliveries: [
      describes(earlyDescribes(day)),
      ...fromKafka(tools),
      ...learn,
      ...canvas,
      ...moodle,
      unreadable(day, raw),
      // Senders that missed an answer send again: a whole batch of Learn, two messages of Canvas, a batch without ids of Moodle.
      resent(learn[0]!),
      ...canvas.slice(3, 5).map(resent),
      resent(moodle.at(-1)!),
      describes(lateDescribes(day)),
      ...openEdx,
    ],
  };
}

interface PlannedItem extends PlannedEvent {
  readonly isBad?: boolean;
}

const itemOf = ({ mark, isBad }: PlannedItem): Item => ({ expect: isBad === true ? 'dead letter' : 'row', mark });

/** One event of one of Learn's batches says no time that anybody could read. Its neighbours must not suffer. */
function withBadEvent(day: Day, events: readonly PlannedEvent[]): readonly PlannedItem[] {
  const at = LEARN_BATCH + 3;
  const model = events[at]!;
  const mark = day.nextId('bad event');
  const bad: PlannedItem = { ...model, mark, event: { ...model.event, id: mark, eventTime: 'yesterday' }, isBad: true };
  return events.toSpliced(at, 0, bad);
}

/** A body that was cut off on its way: no JSON, and answered so. */
function unreadable(day: Day, authorization: string): Delivery {
  const mark = `cut off, sample day ${day.label}`;
  const body = `{"sensor":"${MOODLE_SENSOR}","note":"${mark}","data":[{"@context":`;
  return {
    sender: 'Moodle',
    channel: 'http',
    authorization,
    body,
    status: 400,
    items: [{ expect: 'dead letter', mark }],
  };
}

/** One event per record, as most producers do. */
function fromKafka(tools: readonly KafkaTool[]): Delivery[] {
  return tools.flatMap(({ sensor, events }) =>
    events.map((event): Delivery => {
      const sendTime = iso(event.atMs + 300);
      const dataVersion = String(event.event['@context']);
      const body = JSON.stringify({ sensor, sendTime, dataVersion, data: [event.event] });
      return { sender: 'Kafka', channel: 'kafka', authorization: '', body, status: 0, items: [rowItem(event)] };
    }),
  );
}

function batches<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

/** A batch leaves when its last event has happened, and never after the anchor. */
function sentAfter({ anchorMs }: Day, batch: readonly PlannedEvent[]): number {
  return Math.min(anchorMs, Math.max(...batch.map(({ atMs }) => atMs)) + 2_000);
}
