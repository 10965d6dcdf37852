import { describe, expect, it } from 'vitest';
import type { CaseView } from '../api/views';
import { noFilters } from '../cases/order';
import { exportAddress, type Shown } from './export-query';

const cases = (count: number): CaseView[] => Array.from({ length: count }, (_, i) => ({ id: `c1-${i}` }) as CaseView);

const shown = (fields: Partial<Shown>): Shown => ({
  cases: cases(2),
  filters: noFilters,
  text: '',
  region: undefined,
  chosen: undefined,
  language: 'kk',
  me: 'k1',
  ...fields,
});

const queryOf = (fields: Partial<Shown>) =>
  Object.fromEntries(new URL(exportAddress('gpx', shown(fields)), 'http://here').searchParams);

describe('the address of a file', () => {
  it('names the very cases that are shown', () => {
    expect(queryOf({ chosen: 'c1-1', region: 'KZ-39' })).toEqual({
      format: 'gpx',
      lang: 'kk',
      teams: 'true',
      region: 'KZ-39',
      chosen: 'c1-1',
      ids: 'c1-0,c1-1',
    });
    // Nothing shown is nothing asked for, not everything.
    expect(queryOf({ cases: [] }).ids).toBe('none');
  });

  it('says the filters where there are too many to name', () => {
    const many = { cases: cases(301), text: 'Жуковка' };
    expect(queryOf({ ...many, filters: { ...noFilters, kind: 'emergency', team: 't1' } })).toMatchObject({
      status: 'review,waiting,assigned,searching,ended',
      kind: 'emergency',
      team: 't1',
      q: 'Жуковка',
    });
    expect(queryOf({ ...many, filters: { ...noFilters, group: 'mine' } })).toMatchObject({ owner: 'k1' });
    expect(queryOf({ ...many, filters: { ...noFilters, group: 'all' } }).ids).toBeUndefined();
  });
});
