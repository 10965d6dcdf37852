import { describe, expect, it } from 'vitest';
import { bearing, compassPoint, decimal, destination, dms, metresBetween, ringAround } from './place';
import type { LonLat } from './types';

const kostanay: LonLat = [63.6246, 53.2144];

describe('dms', () => {
  it('writes latitude first, with carried seconds', () => {
    expect(dms(kostanay)).toBe('53°12′51.84″ N 63°37′28.56″ E');
    expect(dms([-0.5, -53])).toBe('53°00′00.00″ S 0°30′00.00″ W');
    // 59.999″ is the next minute, never 60″.
    expect(dms([63.9999999, 53.9999999])).toBe('54°00′00.00″ N 64°00′00.00″ E');
  });

  it('agrees with decimal degrees to a hundredth of a second', () => {
    for (let i = 0; i < 500; i += 1) {
      const place: LonLat = [46 + (i * 0.0837) % 41, 40 + (i * 0.0331) % 15];
      const [lat, lon] = [...dms(place).matchAll(/(\d+)°(\d\d)′(\d\d\.\d\d)″/g)].map(
        ([, d, m, s]) => Number(d) + Number(m) / 60 + Number(s) / 3600,
      );
      expect(Math.abs((lat ?? 0) - place[1])).toBeLessThan(0.005 / 3600 + 1e-9);
      expect(Math.abs((lon ?? 0) - place[0])).toBeLessThan(0.005 / 3600 + 1e-9);
    }
    expect(decimal(kostanay)).toBe('53.21440, 63.62460');
  });
});

describe('distance and bearing', () => {
  it('knows a degree of latitude and the four directions', () => {
    expect(metresBetween([63, 53], [63, 54])).toBeCloseTo(111_195, 0);
    expect(bearing([63, 53], [63, 54])).toBe(0);
    expect(bearing([63, 53], [63, 52])).toBeCloseTo(180, 6);
    expect(compassPoint(bearing([63, 53], [64, 53]))).toBe(2);
    expect(compassPoint(bearing([63, 53], [62, 53]))).toBe(6);
    expect(compassPoint(359)).toBe(0);
    expect(compassPoint(135)).toBe(3);
  });

  it('comes back to where destination went', () => {
    for (let i = 0; i < 360; i += 7) {
      const to = destination(kostanay, 9820, i);
      expect(metresBetween(kostanay, to)).toBeCloseTo(9820, 3);
      expect(Math.abs(((bearing(kostanay, to) - i + 540) % 360) - 180)).toBeLessThan(0.001);
    }
  });
});

describe('ringAround', () => {
  it('is closed and as far from the centre everywhere', () => {
    const ring = ringAround(kostanay, 19_150);
    expect(ring[0]).toEqual(ring.at(-1));
    for (const place of ring) expect(metresBetween(kostanay, place)).toBeCloseTo(19_150, 2);
  });
});
