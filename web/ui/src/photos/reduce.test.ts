import { expect, test } from 'vitest';
import { fitted, longestSide } from './reduce';

test('a photo is drawn with its longer side at most 1600 pixels, in its own shape, never larger', () => {
  expect(fitted(4000, 3000, longestSide)).toEqual({ width: 1600, height: 1200 });
  expect(fitted(3000, 4000, longestSide)).toEqual({ width: 1200, height: 1600 });
  expect(fitted(800, 600, longestSide)).toEqual({ width: 800, height: 600 });
  expect(fitted(20_000, 3, longestSide)).toEqual({ width: 1600, height: 1 });
});
