import { describe, expect, it } from 'vitest';
import { queryOf, readQuery } from './filter-link';
import { noFilters, statusGroups } from './order';

describe('a link', () => {
  it('restores the view that it was made of', () => {
    for (const group of statusGroups) {
      const view = {
        filters: { ...noFilters, group, kind: 'emergency' as const, team: 'region-10.kst~1', owner: 'k-7_x' },
        text: 'Жуковка & «Қостанай»?#',
        region: 'KZ-39',
      };
      expect(readQuery(queryOf(view))).toEqual(view);
    }
  });

  it('is short for the view that everybody begins with, and takes nothing that it does not know', () => {
    expect(queryOf({ filters: noFilters, text: ' ', region: undefined })).toBe('');
    expect(readQuery('status=nonsense&kind=x&region=KZ-3900&team=&owner=&q=')).toEqual({
      filters: noFilters,
      text: '',
      region: undefined,
    });
  });
});
