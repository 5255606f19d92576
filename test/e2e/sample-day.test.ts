import { expect, inject, test } from 'vitest';
import { sendSampleDay } from '../../tools/sample-day/main.ts';

test('the sample day is accounted for item by item, and is sent once a day', async () => {
  const stack = { endpoints: inject('endpoints'), dataDir: inject('dataDir') };
  const said: string[] = [];
  expect(await sendSampleDay(stack, (line) => said.push(line)), said.join('\n')).toBe('sent');
  expect(await sendSampleDay(stack, (line) => said.push(line))).toBe('already there');
  console.log(said.join('\n'));
});
