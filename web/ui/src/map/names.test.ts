import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Named, type Obstacles, type PlacedName, placeNames, readPlaces } from './names';

// A picture of 1000 × 1000 CSS pixels at about zoom 7: a pixel is 1000 map units.
const unit = 1000;
const picture = { extent: [0, 0, 1000 * unit, 1000 * unit], width: 2000, pixelRatio: 2 };
const nothing: Obstacles = { cases: [], teams: [] };
/** As wide as in a typeface whose letters all are. */
const measure = (text: string): number => text.length * 7;

let made = 0;
/** A town at CSS pixels from the picture's top left corner. */
function town(x: number, y: number, name: string, tier = 3): Named {
  const point = [x * unit, (1000 - y) * unit];
  return { kind: 'town', tier, point, names: { kk: `${name} kk`, ru: name, en: name }, order: made++ };
}

/** A box around CSS pixels, in map units. */
function around([x, y]: readonly [number, number], across: number, down: number) {
  const [middleX, middleY] = [x * unit, (1000 - y) * unit];
  const [halfX, halfY] = [(across * unit) / 2, (down * unit) / 2];
  return [middleX - halfX, middleY - halfY, middleX + halfX, middleY + halfY];
}

const place = (named: readonly Named[], obstacles = nothing): PlacedName[] =>
  placeNames(named, picture, 'ru', obstacles, measure);

/** Left, top, right, bottom of the letters of a name that was placed. */
function letters({ text }: PlacedName): [number, number, number, number] {
  if (!text) throw new Error('it has no name');
  return [text.left, text.middle - 6, text.left + measure(text.name), text.middle + 6];
}

function apart(a: readonly number[], b: readonly number[]): boolean {
  const [left = 0, top = 0, right = 0, bottom = 0] = a;
  const [left2 = 0, top2 = 0, right2 = 0, bottom2 = 0] = b;
  return left >= right2 || left2 >= right || top >= bottom2 || top2 >= bottom;
}

describe('a name', () => {
  it('stands above its dot, in the middle, in the language of the board', () => {
    expect(place([town(500, 500, 'Лисаковск')])).toEqual([
      { kind: 'town', tier: 3, dot: [500, 500], text: { name: 'Лисаковск', left: 500 - 31.5, middle: 489 } },
    ]);
    expect(placeNames([town(500, 500, 'L')], picture, 'kk', nothing, measure)[0]?.text?.name).toBe('L kk');
  });

  it('is left out below its zoom, and outside of the picture', () => {
    const far = { ...picture, extent: [0, 0, 10_000 * unit, 10_000 * unit] };
    const two = [town(100, 100, 'Большой', 1), town(500, 500, 'Малый', 4)];
    expect(placeNames(two, far, 'ru', nothing, measure)).toHaveLength(0);
    expect(place([town(-1, 500, 'Слева'), town(500, 1001, 'Внизу')])).toHaveLength(0);
    expect(place([{ ...town(500, 500, 'Область'), kind: 'region' }])).toHaveLength(1);
    const near = { ...picture, extent: [0, 0, 100 * unit, 100 * unit] };
    const region = { ...town(50, 950, 'Область'), kind: 'region' as const };
    expect(placeNames([region], near, 'ru', nothing, measure)).toHaveLength(0);
  });
});

describe('names that collide', () => {
  it('make room for the one before them beside their dot', () => {
    const [first, second] = place([town(500, 500, 'Первый'), town(510, 504, 'Второй')]);
    expect(first?.text?.middle).toBe(489);
    expect(second?.text).toBeDefined();
    expect(apart(letters(first as PlacedName), letters(second as PlacedName))).toBe(true);
  });

  it('are left out where their dot is under another, unless it is a centre', () => {
    const first = town(500, 500, 'Первый', 1);
    expect(place([first, town(510, 490, 'Второй')]).map(({ text }) => text?.name)).toEqual(['Первый', undefined]);
    expect(place([first, town(510, 490, 'Второй', 1)]).map(({ text }) => text?.name)).toEqual(['Первый', 'Второй']);
  });

  it('are left out where every place is taken, not their dots', () => {
    const crowd = Array.from({ length: 60 }, (_, at) => town(500 + (at % 6) * 3, 500 + at * 2, `Посёлок ${at}`));
    const placed = place(crowd);
    expect(placed).toHaveLength(60);
    const named = placed.filter(({ text }) => text);
    expect(named[0]?.text?.name).toBe('Посёлок 0');
    expect(named.length).toBeGreaterThan(4);
    expect(named.length).toBeLessThan(40);
    for (const [at, one] of named.entries())
      for (const other of named.slice(at + 1)) expect(apart(letters(one), letters(other))).toBe(true);
  });

  it('do so wherever they are on the real map', () => {
    const file = new URL('../../public/basemap/places.json', import.meta.url);
    const all = readPlaces(JSON.parse(readFileSync(file).toString())).sort((a, b) => a.order - b.order);
    for (const half of [2_400_000, 1_200_000, 600_000]) {
      const extent = [7_500_000 - half, 6_200_000 - half, 7_500_000 + half, 6_200_000 + half];
      const view = { extent, width: 1400, pixelRatio: 1 };
      const named = placeNames(all, view, 'kk', nothing, measure).filter(({ text }) => text);
      expect(named.length).toBeGreaterThan(20);
      expect(named.some(({ text }) => text?.name === 'Астана')).toBe(true);
      for (const [at, one] of named.entries())
        for (const other of named.slice(at + 1)) expect(apart(letters(one), letters(other))).toBe(true);
    }
  });

  it('of areas stand in their middle or not at all', () => {
    const areas = [town(500, 500, 'Озеро'), town(510, 500, 'Область')];
    const placed = place(areas.map((one) => ({ ...one, kind: 'region' as const })));
    expect(placed.map(({ text }) => text)).toEqual([{ name: 'Озеро', left: 500 - 17.5, middle: 500 }]);
  });
});

describe('icons', () => {
  it('keep a place free of names', () => {
    for (const by of ['cases', 'teams'] as const) {
      const icon = around([500, 489], 24, 24);
      const [one] = place([town(500, 500, 'Рудный')], { ...nothing, [by]: [icon] });
      expect(apart(letters(one as PlacedName), [488, 477, 512, 501])).toBe(true);
    }
  });

  it('leave a small town its dot alone where they are all around', () => {
    for (const by of ['cases', 'teams'] as const)
      expect(place([town(500, 500, 'Рудный')], { ...nothing, [by]: [around([500, 500], 300, 300)] })).toEqual([
        { kind: 'town', tier: 3, dot: [500, 500] },
      ]);
  });

  it('of teams may lie on the name of a centre, where they cover least of it', () => {
    const centre = town(500, 500, 'Костанай', 1);
    // Everything but a strip on the right.
    const wall = around([405, 500], 250, 300);
    const [one] = place([centre], { cases: [], teams: [wall] });
    expect(one?.text?.left).toBe(526);
    expect(place([centre], { cases: [wall, around([600, 500], 300, 300)], teams: [] })[0]?.text).toBeUndefined();
  });

  it('do not move the names of areas', () => {
    const area = { ...town(500, 500, 'Область'), kind: 'region' as const };
    expect(place([area], { cases: [around([500, 500], 40, 40)], teams: [] })[0]?.text).toBeDefined();
  });
});
