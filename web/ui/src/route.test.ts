import { describe, expect, it } from 'vitest';
import { hashOf, parseHash } from './route';
import { dayStart, monthDays, periodOf } from './statistics/period';

describe('a link', () => {
  it('restores the chosen case', () => {
    expect(parseHash('#/case/c7f3a9k2-41')).toEqual({ page: 'map', caseId: 'c7f3a9k2-41' });
    expect(parseHash(hashOf({ page: 'cases', caseId: 'c:1~x' }))).toEqual({ page: 'cases', caseId: 'c:1~x' });
    expect(parseHash(hashOf({ page: 'desk', caseId: 'c1-2' }))).toEqual({ page: 'desk', caseId: 'c1-2' });
    expect(parseHash(hashOf({ page: 'teams', teamId: 'new' }))).toEqual({ page: 'teams', teamId: 'new' });
  });
  it('that is not known leads to the map', () => {
    for (const hash of ['', '#', '#/', '#/nonsense', '#/case/', '#code=x', '#/%zz'])
      expect(parseHash(hash), hash).toEqual({ page: 'map' });
  });
});

describe('a period', () => {
  it('begins and ends at midnight in Kazakhstan and holds both days', () => {
    expect(periodOf('2026-11-01', '2026-11-30')).toEqual({
      from: '2026-10-31T19:00:00.000Z',
      to: '2026-11-30T19:00:00.000Z',
    });
    expect(periodOf('', '')).toEqual({});
    expect(dayStart('2026-13-01')).toBeUndefined();
  });
  it('of this month follows the clock of Kazakhstan', () => {
    expect(monthDays(Date.parse('2026-11-30T20:00:00Z'))).toEqual({ from: '2026-12-01', to: '2026-12-01' });
  });
});
