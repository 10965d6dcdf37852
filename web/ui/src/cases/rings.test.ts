import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CaseView } from '../api/views';
import { ringCategory } from '../language/words/map';
import { categoryOf, grounds, mayHaveRings, type RingTable, rowFor } from './rings';

// The very table that the server gives.
const table = JSON.parse(
  readFileSync(new URL('../../../../geo/rings/published.json', import.meta.url), 'utf8'),
) as RingTable;

function search(fields: Partial<CaseView>): CaseView {
  return {
    id: 'c1',
    kind: 'missing_person',
    location: { type: 'Point', coordinates: [63.6, 53.2] },
    subjects: [{ id: 's1' }],
    ...fields,
  } as CaseView;
}

describe('rowFor', () => {
  it('takes the row of the ground before the general one', () => {
    expect(rowFor(table, 'hiker', 'dry flat')?.km).toEqual([1.29, 2.09, 6.6, 13.04]);
    expect(rowFor(table, 'hiker', 'dry mountains')?.km).toEqual([1.61, 3.22, 6.44, 19.15]);
    expect(rowFor(table, 'hiker', 'temperate flat')?.km).toEqual([0.64, 1.77, 3.22, 9.82]);
    expect(rowFor(table, 'hiker', 'urban')?.km).toEqual([0.64, 1.77, 3.22, 9.82]);
    expect(rowFor(table, 'child_4_6', 'urban')?.km).toEqual([0.1, 0.48, 0.97, 3.38]);
    expect(rowFor(table, 'dementia', 'temperate mountains')?.km).toEqual([0.32, 0.8, 1.93, 8.21]);
    expect(rowFor(table, 'abduction', 'dry flat')?.km).toHaveLength(3);
    expect(rowFor(table, 'astronaut', 'dry flat')).toBeUndefined();
  });

  it('has a row for every category on every ground, each with a name in three languages', () => {
    for (const { category } of table.rows) {
      for (const ground of grounds) expect(rowFor(table, category, ground), `${category} ${ground}`).toBeDefined();
      expect(Object.keys(ringCategory)).toContain(category);
    }
  });
});

describe('categoryOf', () => {
  it('guesses nobody’s category', () => {
    expect(categoryOf(search({ subjects: [{ id: 's1', age: 40 }] }), table)).toBeUndefined();
    expect(categoryOf(search({ subjects: [{ id: 's1', age: 16 }] }), table)).toBeUndefined();
    expect(categoryOf(search({ subjects: [{ id: 's1', category: 'elderly' }] }), table)).toBeUndefined();
    expect(categoryOf(search({ kind: 'emergency' }), table)).toBeUndefined();
  });

  it('takes the one that is given, a danger that names one, or a child’s age', () => {
    expect(categoryOf(search({ subjects: [{ id: 's1', category: 'hunter', age: 14 }] }), table)).toBe('hunter');
    expect(categoryOf(search({ subjects: [{ id: 's1', dangers: ['dementia'], age: 80 }] }), table)).toBe('dementia');
    expect(categoryOf(search({ subjects: [{ id: 's1', age: 14 }] }), table)).toBe('child_13_15');
    const found = { id: 's1', age: 5, outcome: 'found' as const };
    expect(categoryOf(search({ subjects: [found, { id: 's2', age: 8 }] }), table)).toBe('child_7_9');
  });
});

describe('mayHaveRings', () => {
  it('needs an exact place and somebody who is still sought', () => {
    expect(mayHaveRings(search({}))).toBe(true);
    expect(mayHaveRings(search({ approximate: true }))).toBe(false);
    expect(mayHaveRings(search({ location: undefined } as Partial<CaseView>))).toBe(false);
    expect(mayHaveRings(search({ kind: 'emergency' }))).toBe(false);
    expect(mayHaveRings(search({ subjects: [{ id: 's1', outcome: 'found' }] }))).toBe(false);
  });
});
