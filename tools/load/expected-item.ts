import type { Act } from './act.ts';
import { plainSensor } from './body.ts';
import type { Campus } from './campus.ts';
import { type ExpectedCourse, type ExpectedRow, expectedRow } from './expected.ts';
import { type FaultName, faultOf } from './faults.ts';
import type { Item } from './item.ts';
import { shapes } from './senders/index.ts';
import type { Shape } from './shape.ts';
import { spoiledGroupId } from './spoil.ts';

/** What must stand in the row of an item of the ledger. */
export interface ExpectedItem extends ExpectedRow {
  readonly sensor: string;
  readonly event_time: number;
  readonly is_impersonated: boolean;
  readonly shape: Shape;
}

const NO_COURSE: ExpectedCourse = { course_section_id: '', course_offering_id: '', course_id: '' };

export const actOf = (item: Item, campus: Campus): Act => {
  const { serial, person, course, session, atMs, variant } = item;
  return { campus, serial, person, course, session, atMs, variant };
};

/** The row that an item must become: that of its act, changed as its fault says. Of describes there is none. */
export function expectedItem(item: Item, campus: Campus): ExpectedItem {
  const shape = shapes[item.shape]!;
  const act = actOf(item, campus);
  const row = expectedRow(shape, act);
  const sensor = item.fault === 'plain-sensor' ? plainSensor(campus.label) : shape.sender.sensor(campus);
  const base = { ...row, shape, sensor, event_time: item.atMs, is_impersonated: false };
  return item.fault === '' ? base : { ...base, ...changesOf(item.fault, base) };
}

function changesOf(fault: FaultName, row: ExpectedItem): Partial<ExpectedItem> {
  const { flag } = faultOf(fault);
  // Times decide about these two, when the row is there: the receipt is not known before.
  const isTimed = fault === 'future' || fault === 'old';
  const flags = flag === undefined || isTimed ? row.flags : [...row.flags, flag].sort();
  switch (fault) {
    case 'unknown-type':
      return { flags, type: 'DaydreamEvent' };
    case 'unknown-action':
      return { flags, action: 'Pondered' };
    case 'impersonated':
      return { flags, is_impersonated: true, is_learner_activity: false };
    case 'cycle':
    case 'deep':
      return {
        flags,
        own: NO_COURSE,
        full: NO_COURSE,
        placed: NO_COURSE,
        nested: NO_COURSE,
        told: 'never',
        scope_id: spoiledGroupId(row.event_id, fault === 'cycle' ? 'a' : 'deep-0'),
      };
    default:
      return { flags };
  }
}
