import { describe, expect, it } from 'vitest';
import { ageText, isStale, positionAge } from './staleness';
import { words } from './words';

const now = Date.parse('2026-11-21T10:00:00Z');

describe('isStale', () => {
  it.each([
    ['2026-11-21T09:59:00Z', false, false],
    ['2026-11-21T09:30:00Z', false, false],
    ['2026-11-21T09:29:00Z', false, true],
    ['2026-11-21T14:29:00+05:00', false, true],
    ['2026-11-20T10:00:00Z', false, true],
    // A phone whose clock is ahead of ours.
    ['2026-11-21T10:05:00Z', false, false],
    ['yesterday', false, true],
    [undefined, false, true],
    // A base does not move.
    [undefined, true, false],
    ['2026-11-20T10:00:00Z', true, false],
  ])('a position of %s (base: %s) is stale: %s', (positionAt, fromBase, stale) => {
    expect(isStale({ positionAt, fromBase }, now)).toBe(stale);
  });
});

describe('positionAge', () => {
  it('counts whole minutes and never below zero', () => {
    expect(positionAge('2026-11-21T09:13:01Z', now)).toBe(46);
    expect(positionAge('2026-11-21T10:05:00Z', now)).toBe(0);
    expect(positionAge(undefined, now)).toBeUndefined();
    expect(positionAge('', now)).toBeUndefined();
  });
});

describe('ageText', () => {
  it.each([
    [47, '47 мин'],
    [60, '1 сағ'],
    [47 * 60 + 59, '47 сағ'],
    [48 * 60, '2 күн'],
  ])('%d minutes is %s', (minutes, text) => {
    expect(ageText(minutes, words.kk)).toBe(text);
  });
});
