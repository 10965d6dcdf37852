import { expect, it } from 'vitest';
import { scaleLine } from './scale-line';

it.each([
  [1, 96, 50],
  [10, 96, 500],
  [21, 96, 2000],
  [2083, 96, 100_000],
  [5208, 96, 200_000],
])('at %d metres per pixel %d pixels hold %d metres', (metresPerPixel, pixels, metres) => {
  const line = scaleLine(metresPerPixel, pixels);
  expect(line.metres).toBe(metres);
  expect(line.pixels).toBeCloseTo(metres / metresPerPixel);
  expect(line.pixels).toBeLessThanOrEqual(pixels);
});

it('shows nothing where there is no scale', () => {
  expect(scaleLine(Number.NaN, 96)).toEqual({ metres: 0, pixels: 0 });
  expect(scaleLine(0, 96)).toEqual({ metres: 0, pixels: 0 });
});
