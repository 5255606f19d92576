import { expect, test } from 'vitest';
import { faultNames, faultPicker, faults, noFaults } from './faults.ts';
import { shapes } from './senders/index.ts';

const reading = shapes.find(({ sender, name }) => sender.name === 'E-reader' && name === 'page')!;
const pick = (items: number, rates = {}, onTopic = false) => {
  const next = faultPicker(
    rates,
    items,
    () => onTopic,
    () => 0.5,
  );
  const counts = new Map<string, number>();
  for (let index = 0; index < items; index += 1) {
    const fault = next(reading);
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
  }
  return counts;
};

test('each fault comes at its rate, to within one', () => {
  const counts = pick(1_000_000);
  for (const { name, rate, fits } of faults) {
    const wanted = fits(reading) ? rate * 1_000_000 : 0;
    expect([name, Math.abs((counts.get(name) ?? 0) - wanted) <= 1]).toEqual([name, true]);
  }
});

test('however few items there are, each fault that fits comes', () => {
  const counts = pick(1_000);
  for (const { name, fits } of faults) if (fits(reading)) expect([name, counts.has(name)]).toEqual([name, true]);
});

test('a rate may be asked for, and 0 is never', () => {
  const counts = pick(10_000, { ...noFaults, resent: 0.1 });
  expect([...counts]).toEqual([
    ['', 9_000],
    ['resent', 1_000],
  ]);
});

test('what only HTTP knows does not happen on a topic', () => {
  const counts = pick(10_000, {}, true);
  for (const fault of faults) if ('only' in fault) expect(counts.has(fault.name)).toBe(false);
});

test('names are unique and fit into the byte that the ledger has for them', () => {
  expect(new Set(faultNames).size).toBe(faultNames.length);
  expect(faultNames.length).toBeLessThan(255);
  expect(shapes.length).toBeLessThan(255);
});
