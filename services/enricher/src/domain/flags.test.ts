import { expect, test } from 'vitest';
import { rowFlags } from './flags.ts';

test.each([
  [[], [], [], false, []],
  [['a'], [], [], false, ['a']],
  [['a', 'a'], [], [], false, ['a']],
  [['group_cycle'], ['group_cycle'], ['future'], true, ['group_cycle', 'future', 'event_id_reused']],
])('%j, %j, %j, reused %j → %j', (received, course, session, reusesId, flags) => {
  expect(rowFlags(received, course, session, reusesId)).toEqual(flags);
});
