import { contentHash, eventKey } from '@caliper-pipeline/contracts';
import { plainSensor } from './body.ts';
import type { Campus } from './campus.ts';
import { describedEntity, describeText } from './describes.ts';
import { type FaultName, faultOf } from './faults.ts';
import { DESCRIBED, type Item, type ItemKind, NO_SHAPE } from './item.ts';
import type { Identity } from './shape.ts';
import { apiView, shiftOf, spoil } from './spoil.ts';
import type { PlannedAct } from './timeline.ts';

/** An item with its text, on its way into a body. */
export interface Draft {
  readonly text: string;
  readonly item: Item;
}

/** What becomes of an act with its fault. */
export type Drafted =
  /** `again` comes once more with a later request; the request waits for `waitFor` events. */
  | {
      readonly kind: 'in a batch';
      readonly drafts: readonly Draft[];
      readonly again: readonly Draft[];
      readonly waitFor: number;
    }
  | { readonly kind: 'alone'; readonly draft: Draft; readonly fault: FaultName; readonly sensor: string }
  /** The second after the first was accepted. */
  | { readonly kind: 'one after the other'; readonly drafts: readonly [Draft, Draft] };

/** The bad one among so many. */
const LARGE_ENVELOPE = 200;
/** Serial numbers of page views that Canvas tells twice begin here. */
const TOLD_TWICE = 0x8000_0000;

const hexOf = (uuid: string): string => uuid.replaceAll('-', '');
const inBatch = (drafts: readonly Draft[], again: readonly Draft[] = [], waitFor = 0): Drafted => {
  return { kind: 'in a batch', drafts, again, waitFor };
};

/** Writes an act down in the words of its tool, with its fault, and says what must become of it. */
export function draftsOf({ act, shape, flow, tellMs }: PlannedAct, fault: FaultName | '', tenant: string): Drafted {
  const { campus } = act;
  const moved = shiftOf(fault) === 0 ? act : { ...act, atMs: act.atMs + shiftOf(fault) };
  const text = shape.render(moved);
  const own = shape.sender.sensor(campus);
  const { serial, person, course, session, atMs, variant } = moved;
  const { index } = shape;
  const draft = (kind: ItemKind, key: string, body = text, itemSerial = serial): Draft => ({
    text: body,
    item: { key, kind, shape: index, fault, flow, atMs, serial: itemSerial, person, course, session, variant },
  });
  const keyOf = (sensor: string, identity: Identity, canonical: () => string): string =>
    hexOf(eventKey(sensor, identity, identity.id === '' ? contentHash(tenant, sensor, canonical()) : ''));
  const plain = (sensor = own) =>
    draft(
      'row',
      keyOf(sensor, shape.identity(moved), () => shape.canonical!(moved)),
    );

  if (fault === '') {
    if (shape.name !== 'content') return inBatch([plain()]);
    // Whoever builds a course has what was built described in the same request.
    return inBatch([plain(), describeDraft(campus, course, DESCRIBED.firstPage + variant, tellMs)]);
  }
  const { isAlone = false, status = 200, deadLetter } = faultOf(fault);
  const id = campus.itemId(serial);
  if (isAlone) {
    const sensor = fault === 'plain-sensor' ? plainSensor(campus.label) : own;
    const kind = status === 401 ? 'nothing' : 'row';
    const letter = deadLetter === undefined ? null : draft('dead letter', hexOf(id));
    const row = plain(sensor);
    return { kind: 'alone', fault, sensor, draft: letter ?? { ...row, item: { ...row.item, kind } } };
  }
  if (deadLetter !== undefined) {
    const bad = fault === 'no-object' ? `"urn:uuid:${id} of ${campus.label}"` : spoil(fault, text, atMs).text;
    return inBatch([draft('dead letter', hexOf(id), bad)], [], fault === 'bad-time' ? LARGE_ENVELOPE : 0);
  }
  switch (fault) {
    case 'resent':
    case 'resent-without-id': {
      const first = plain();
      return inBatch([first], [{ ...first, item: { ...first.item, kind: 'duplicate' } }]);
    }
    case 'batch-resent':
    case 'future':
    case 'old':
      return inBatch([plain()]);
    case 'changed-content': {
      const first = plain();
      const changed = { text: spoil(fault, text, atMs).text, item: { ...first.item, kind: 'conflict' } as const };
      return { kind: 'one after the other', drafts: [first, changed] };
    }
    case 'api-view': {
      const twin = apiView(text, campus.itemId(TOLD_TWICE + serial));
      const key = keyOf(own, twin.identity, () => '');
      return inBatch([plain(), draft('row', key, twin.text, TOLD_TWICE + serial)]);
    }
    default: {
      const spoiled = spoil(fault, text, atMs);
      return inBatch([
        draft(
          'row',
          keyOf(own, spoiled.identity, () => spoiled.canonical),
          spoiled.text,
        ),
      ]);
    }
  }
}

/** An entity that is described; it is known by its numbers and has no key of its own. */
export function describeDraft(campus: Campus, course: number, which: number, atMs: number): Draft {
  const numbers = { shape: NO_SHAPE, fault: '', flow: 0, atMs, serial: 0, person: 0, session: 0 } as const;
  return {
    text: describeText(describedEntity(campus, course, which)),
    item: { ...numbers, kind: 'describe', key: '0'.repeat(32), course, variant: which },
  };
}
