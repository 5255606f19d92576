import { type Body, type Channel, JSON_TYPE, spoiledBody } from './body.ts';
import type { Campus } from './campus.ts';
import { describedCourses, registrySender } from './describes.ts';
import { type Draft, describeDraft, draftsOf } from './drafts.ts';
import { type FaultName, faultOf, faultPicker } from './faults.ts';
import { mix, seedOf } from './mix.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { senders } from './senders/index.ts';
import type { Sender } from './shape.ts';
import { timeline } from './timeline.ts';

export interface BodyOptions {
  readonly campus: Campus;
  readonly seed: string;
  readonly tenant: string;
  readonly key: string;
  /** Everything that is sent counts: events, copies, describes. */
  readonly items: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly utcOffsetMs: number;
  /** Events in each request, in place of each tool's own habit. */
  readonly batch: number | null;
  readonly channelOf: (sender: Sender) => Channel;
  readonly rates: Partial<Record<FaultName, number>>;
}

/** After this share of all items the rest of the organisations is described. */
const DESCRIBED_AFTER = 0.6;
/** How many requests later a request is sent again, or what may only come after it. */
const LATER = 5;

const iso = (ms: number): string => new Date(ms).toISOString();

/** Everything that is sent, in its order: the same for the same options, byte for byte. */
export function* bodies(options: BodyOptions): Generator<Body, void, undefined> {
  const seed = seedOf(`faults ${options.seed}`);
  const isOnTopic = ({ sender }: { sender: Sender }) => options.channelOf(sender) === 'kafka';
  const phase = (index: number) => mix(seed, index, 1) / 4_294_967_296;
  const faultFor = faultPicker(options.rates, options.items, isOnTopic, phase);
  const outboxes = new Map(senders.map((one) => [one, createOutbox(one, options.batch ?? one.batch)]));
  const post = createPost(options);

  post.describe('before', options.fromMs);
  yield* post.ready();
  let hasDescribedAll = false;
  for (const planned of timeline(options)) {
    if (post.items() >= options.items) break;
    if (!hasDescribedAll && post.items() >= options.items * DESCRIBED_AFTER) {
      hasDescribedAll = true;
      post.describe('after', planned.tellMs);
    }
    const { sender } = planned.shape;
    const outbox = outboxes.get(sender)!;
    const drafted = draftsOf(planned, faultFor(planned.shape), options.tenant);
    if (drafted.kind === 'alone') post.alone(sender, drafted, planned.tellMs);
    else if (drafted.kind === 'one after the other') post.ordered(sender, drafted.drafts, planned.tellMs);
    else {
      outbox.waitFor(drafted.waitFor);
      for (const draft of drafted.drafts) outbox.add(draft, planned.tellMs);
      for (const draft of drafted.again) outbox.addAgain(draft);
    }
    if (outbox.isFull()) post.batch(outbox);
    yield* post.ready();
  }
  for (const outbox of outboxes.values()) post.batch(outbox);
  post.rest();
  yield* post.ready();
}

/** Puts drafts into requests, numbers them, and keeps what is sent later. */
function createPost(options: BodyOptions) {
  const { campus } = options;
  const made: Body[] = [];
  const later: { readonly due: number; readonly make: () => void }[] = [];
  let bodies = 0;
  let items = 0;
  let hasEvents = false;

  const put = (sender: Sender, content: Buffer, drafts: readonly Draft[], fields: Partial<Body> = {}): number => {
    const index = bodies++;
    const isFirstOfEvents = !hasEvents && drafts.some(({ item }) => item.kind !== 'describe');
    hasEvents ||= isFirstOfEvents;
    items += drafts.length;
    made.push({
      index,
      sender: sender.name,
      channel: options.channelOf(sender),
      content,
      authorization: sender.authorization === 'raw' ? options.key : `Bearer ${options.key}`,
      contentType: JSON_TYPE,
      isGzip: false,
      isSlow: false,
      status: 200,
      after: -1,
      isFirstOfEvents,
      items: drafts.map(({ item }) => item),
      ...fields,
    });
    while (later[0] !== undefined && later[0].due <= bodies) later.shift()!.make();
    return index;
  };
  const soon = (make: () => void) => void later.push({ due: bodies + LATER, make });
  const textOf = (sender: Sender, drafts: readonly Draft[], tellMs: number, sensor = sender.sensor(campus)): string =>
    sender.body(
      sensor,
      iso(tellMs),
      drafts.map(({ text }) => text),
    );

  return {
    items: () => items,
    ready: (): readonly Body[] => made.splice(0),

    describe: (when: 'before' | 'after', atMs: number) => {
      const all = describedCourses(campus, when);
      for (let from = 0; from < all.length; from += registrySender.batch) {
        const part = all.slice(from, from + registrySender.batch);
        const drafts = part.map(([course, which]) => describeDraft(campus, course, which, atMs));
        put(registrySender, Buffer.from(textOf(registrySender, drafts, atMs)), drafts);
      }
    },

    batch: (outbox: Outbox) => {
      const box = outbox.take();
      if (box === null) return;
      const content = Buffer.from(textOf(outbox.sender, box.drafts, box.tellMs));
      const index = put(outbox.sender, content, box.drafts);
      // A request with a dead letter in it would make the same letter once more: it is not repeated.
      const isRepeated = box.drafts.some(({ item }) => item.fault === 'batch-resent' && item.kind === 'row');
      if (!isRepeated || box.drafts.some(({ item }) => item.kind === 'dead letter')) return;
      const copies = box.drafts.map(copyOf);
      soon(() => put(outbox.sender, content, copies, { after: index }));
    },

    alone: (
      sender: Sender,
      { draft, fault, sensor }: { draft: Draft; fault: FaultName; sensor: string },
      tellMs: number,
    ) => {
      const { content, ...fields } = spoiledBody(fault, textOf(sender, [draft], tellMs, sensor));
      const authorization = fault === 'wrong-key' ? { authorization: 'nobodys-key' } : {};
      put(sender, content, [draft], { ...fields, status: faultOf(fault).status ?? 200, ...authorization });
    },

    ordered: (sender: Sender, [first, second]: readonly [Draft, Draft], tellMs: number) => {
      const after = put(sender, Buffer.from(textOf(sender, [first], tellMs)), [first]);
      soon(() => put(sender, Buffer.from(textOf(sender, [second], tellMs)), [second], { after }));
    },

    /** What was to be sent later is sent now. */
    rest: () => {
      while (later.length > 0) later.shift()!.make();
    },
  };
}

const copyOf = ({ text, item }: Draft): Draft => ({
  text,
  item: { ...item, kind: item.kind === 'row' ? 'duplicate' : item.kind, fault: 'batch-resent' },
});
