import { describe, expect, it } from 'vitest';
import { outerBorder } from './outline';

const square = (left: number, bottom: number): number[][][] => [
  [
    [left, bottom],
    [left + 1, bottom],
    [left + 1, bottom + 1],
    [left, bottom + 1],
    [left, bottom],
  ],
];

const edges = (lines: readonly (readonly (readonly number[])[])[]): Set<string> =>
  new Set(
    lines.flatMap((line) => line.slice(1).map((point, index) => [line[index]?.join(), point.join()].sort().join(' '))),
  );

describe('outerBorder', () => {
  it('is the ring itself for one polygon', () => {
    const lines = outerBorder([square(0, 0)]);
    expect(lines).toHaveLength(1);
    expect(edges(lines)).toEqual(edges(square(0, 0)));
  });

  it('leaves out the edge that two polygons share', () => {
    const lines = outerBorder([square(0, 0), square(1, 0)]);
    expect(edges(lines).size).toBe(6);
    expect(edges(lines)).not.toContain('1,0 1,1');
  });

  it('closes the border of four neighbours into one line and keeps an exclave apart', () => {
    const lines = outerBorder([square(0, 0), square(1, 0), square(0, 1), square(1, 1), square(5, 5)]);
    expect(lines.map((line) => line.length).sort()).toEqual([5, 9]);
    for (const line of lines) expect(line[0]).toEqual(line[line.length - 1]);
  });

  it('is empty without polygons', () => {
    expect(outerBorder([])).toEqual([]);
  });
});
