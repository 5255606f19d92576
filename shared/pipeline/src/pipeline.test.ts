import { expect, test } from 'vitest';
import { deadLetter, drop, effectsOf, ok, pipeline, type Result } from './index.ts';

function parseNumber(text: string): Result<number> {
  return Number.isNaN(Number(text)) ? deadLetter('not_a_number', text) : ok(Number(text));
}
function dropNegative(value: number): Result<number> {
  return value < 0 ? drop('negative') : ok(value);
}
function failOnSeven(value: number): Result<string> {
  if (value === 7) throw new TypeError('seven');
  return ok(`n${value}`);
}
const numbers = pipeline<string>().through(parseNumber).through(dropNegative).through(failOnSeven);

test('a pipeline names its steps in their order', () => {
  expect(numbers.steps).toEqual(['parseNumber', 'dropNegative', 'failOnSeven']);
});

test('each record ends in exactly one effect, in order, and names the step that ended it', () => {
  const effects = effectsOf(['1', 'x', '-2', '7', '3'], numbers.run);
  expect(effects).toEqual({
    values: [
      { source: '1', value: 'n1' },
      { source: '3', value: 'n3' },
    ],
    deadLetters: [
      { source: 'x', reason: 'not_a_number', detail: 'x', step: 'parseNumber' },
      { source: '7', reason: 'step_failed', detail: 'TypeError: seven', step: 'failOnSeven' },
    ],
    drops: [{ source: '-2', reason: 'negative', step: 'dropNegative' }],
  });
});
