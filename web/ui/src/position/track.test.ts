import { describe, expect, it } from 'vitest';
import { type Fix, keptFixes, withFix, worthSending } from './track';

const start = Date.parse('2026-11-21T10:00:00Z');
const fix = (seconds: number, lon = 63, accuracy = 10): Fix => ({
  position: { type: 'Point', coordinates: [lon, 53] },
  at: new Date(start + seconds * 1000).toISOString(),
  accuracy_m: accuracy,
});
// At 53° north a degree of longitude is about 67 km.
const metres = ([a]: [number, number], [b]: [number, number]) => Math.abs(a - b) * 67_000;

describe('a place', () => {
  it('is sent when the team has moved, or after five minutes', () => {
    expect(worthSending(fix(0), undefined, metres)).toBe(true);
    expect(worthSending(fix(60), fix(0), metres)).toBe(false);
    expect(worthSending(fix(60, 63.001), fix(0), metres)).toBe(true);
    expect(worthSending(fix(299), fix(0), metres)).toBe(false);
    expect(worthSending(fix(300), fix(0), metres)).toBe(true);
  });

  it('is not sent more often than twice a minute, nor when it is rough', () => {
    expect(worthSending(fix(29, 64), fix(0), metres)).toBe(false);
    expect(worthSending(fix(30, 64), fix(0), metres)).toBe(true);
    expect(worthSending(fix(60, 64, 5000), fix(0), metres)).toBe(false);
  });
});

describe('places that wait', () => {
  it('are bounded, the newest all there and the oldest still known', () => {
    let waiting: Fix[] = [];
    for (let n = 0; n < 2000; n += 1) waiting = withFix(waiting, fix(n * 30));
    expect(waiting.length).toBeLessThanOrEqual(keptFixes);
    expect(waiting[0]).toEqual(fix(0));
    expect(waiting.at(-1)).toEqual(fix(1999 * 30));
    expect(waiting.at(-2)).toEqual(fix(1998 * 30));
    const times = waiting.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
  });
});
