import { expect, test } from 'vitest';
import { lastMonthDays, monthDays, wholeMonth } from './period';

const now = Date.parse('2026-11-26T09:00:00+05:00');

test('a month that is over is a whole one, and nothing else is', () => {
  expect(wholeMonth(lastMonthDays(now), now)).toBe('2026-10');
  expect(wholeMonth({ from: '2024-02-01', to: '2024-02-29' }, now)).toBe('2024-02');
  for (const days of [
    monthDays(now),
    { from: '2026-11-01', to: '2026-11-30' }, // not over yet
    { from: '2026-10-01', to: '2026-10-30' },
    { from: '2026-10-02', to: '2026-10-31' },
    { from: '2026-09-01', to: '2026-10-31' },
    { from: '', to: '' },
    { from: '2026-10-01', to: '' },
  ])
    expect(wholeMonth(days, now), JSON.stringify(days)).toBeUndefined();
});

test('a month is over at midnight in Kazakhstan', () => {
  const october = { from: '2026-10-01', to: '2026-10-31' };
  expect(wholeMonth(october, Date.parse('2026-10-31T23:59:59+05:00'))).toBeUndefined();
  expect(wholeMonth(october, Date.parse('2026-11-01T00:00:00+05:00'))).toBe('2026-10');
});
