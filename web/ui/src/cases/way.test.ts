import { describe, expect, it } from 'vitest';
import type { CaseView } from '../api/views';
import { readPlace } from '../filing/coordinates';
import { destinationOf, navigationLinks } from './way';

const view = (fields: Partial<CaseView>): CaseView => ({
  id: 'c1',
  kind: 'missing_person',
  status: 'assigned',
  urgency: 'urgent',
  opened_at: '2026-11-21T10:00:00Z',
  location: { type: 'Point', coordinates: [63.62, 53.21] },
  ...fields,
});
const point = (kind: 'staging' | 'clue', lon: number, at: string) => ({
  point: kind,
  location: { type: 'Point' as const, coordinates: [lon, 53] as [number, number] },
  at,
});

describe('where a team drives', () => {
  it('is the newest meeting point, whatever else is marked', () => {
    const points = [
      point('staging', 61, '2026-11-21T11:00:00Z'),
      point('staging', 62, '2026-11-21T12:00:00Z'),
      point('clue', 63, '2026-11-21T13:00:00Z'),
    ];
    expect(destinationOf(view({ points }))).toEqual({ kind: 'meeting', lonLat: [62, 53] });
    expect(destinationOf(view({ points: [...points].reverse() }))).toEqual({ kind: 'meeting', lonLat: [62, 53] });
  });

  it('is the last known point only while nobody has said more, and then it says so', () => {
    expect(destinationOf(view({ points: [point('clue', 63, '2026-11-21T13:00:00Z')] }))?.kind).toBe('last-known');
    expect(destinationOf(view({ kind: 'emergency' }))?.kind).toBe('place');
    const { location: _, ...nowhere } = view({});
    expect(destinationOf(nowhere)).toBeUndefined();
  });
});

describe('the addresses of a route', () => {
  const links = navigationLinks([63.95123, 53.42], 'Место сбора (у моста)');

  it('are what the programs take', () => {
    expect(links).toEqual({
      geo: `geo:53.42000,63.95123?q=53.42000,63.95123(${encodeURIComponent('Место сбора (у моста)')})`,
      twoGis: 'https://2gis.kz/directions/tab/car/points/%7C63.95123%2C53.42000',
      yandex: 'https://yandex.com/maps/?rtext=~53.42000%2C63.95123&rtt=auto',
      google: 'https://www.google.com/maps/dir/?api=1&destination=53.42000%2C63.95123&travelmode=driving',
    });
  });

  it('are addresses, also far in the west and south', () => {
    for (const lonLat of [
      [46.5, 49.0],
      [87.3, 49.1],
      [68.25, 41.0],
    ] as [number, number][])
      for (const link of Object.values(navigationLinks(lonLat, 'қ'))) expect(() => new URL(link)).not.toThrow();
  });

  it('lead back to the same place where the board can read them', () => {
    expect(readPlace(links.geo)).toMatchObject({ kind: 'place', lonLat: [63.95123, 53.42] });
  });
});
