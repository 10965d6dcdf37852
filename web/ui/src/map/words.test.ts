import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { words } from './words';

describe('words', () => {
  it.each(['kk', 'ru'] as const)('has no English word in %s', (language) => {
    for (const [key, value] of Object.entries(words[language])) {
      const text = typeof value === 'function' ? value(3, 2) : [value].flat().join(' ');
      expect(text, key).not.toBe('');
      expect(text, key).not.toMatch(/[A-Za-z]/);
    }
  });
});

type PlaceRow = [kind: string, tier: number, longitude: number, latitude: number, kk: string, ru: string, en: string];

describe('places.json', () => {
  const rows = JSON.parse(
    readFileSync(new URL('../../public/basemap/places.json', import.meta.url), 'utf8'),
  ) as PlaceRow[];

  it('names every place in three languages and in the right letters', () => {
    for (const row of rows) {
      const [kind, tier, longitude, latitude, kk, ru, en] = row;
      expect(['town', 'country', 'water']).toContain(kind);
      expect([0, 1, 2, 3, 4]).toContain(tier);
      expect(longitude).toBeGreaterThan(40);
      expect(longitude).toBeLessThan(100);
      expect(latitude).toBeGreaterThan(30);
      expect(latitude).toBeLessThan(60);
      expect(kk).toMatch(/^[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі -]+$/);
      expect(ru).toMatch(/^[А-Яа-яЁё -]+$/);
      expect(en).toMatch(/^[A-Za-z -]+$/);
    }
  });

  it('has the centres of all twenty regions', () => {
    const english = new Set(rows.filter(([kind, tier]) => kind === 'town' && tier < 2).map((row) => row[6]));
    for (const name of [
      'Semey',
      'Kokshetau',
      'Aktobe',
      'Konaev',
      'Atyrau',
      'Oral',
      'Taraz',
      'Taldykorgan',
      'Karaganda',
      'Kostanay',
      'Kyzylorda',
      'Aktau',
      'Pavlodar',
      'Petropavl',
      'Turkistan',
      'Zhezkazgan',
      'Oskemen',
      'Astana',
      'Almaty',
      'Shymkent',
    ]) {
      expect(english).toContain(name);
    }
  });
});
