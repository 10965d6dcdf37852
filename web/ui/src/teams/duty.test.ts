import { beforeEach, describe, expect, it } from 'vitest';
import { language } from '../language';
import { certificatesOf, dayOf, dutyDraftOf, dutyOf, endsNextDay } from './duty';

beforeEach(() => {
  language.value = 'en';
});

describe('a duty calendar', () => {
  const duty = {
    weekly: [{ days: ['fri', 'sat'], from: '20:00', to: '08:00' }],
    exceptions: [{ from: '2026-12-31T13:00:00.000Z', to: '2027-01-01T03:00:00.000Z', on: false }],
  };

  it('goes into the form and comes back the same', () => {
    expect(dutyOf(dutyDraftOf(duty))).toEqual({ duty, problems: {} });
    expect(dutyDraftOf(duty).exceptions[0]).toEqual({ from: '2026-12-31T18:00', to: '2027-01-01T08:00', on: 'off' });
  });

  it('that is empty means always on duty', () => {
    expect(dutyOf(dutyDraftOf(undefined)).duty).toBeUndefined();
  });

  it('says what is wrong, and where', () => {
    const { problems } = dutyOf({
      weekly: [{ days: [], from: '24:00', to: '8' }],
      exceptions: [{ from: '2026-12-31T18:00', to: '2026-12-31T18:00', on: 'off' }],
    });
    expect(Object.keys(problems).sort()).toEqual([
      '/duty/exceptions/0/to',
      '/duty/weekly/0/days',
      '/duty/weekly/0/from',
      '/duty/weekly/0/to',
    ]);
  });

  it('tells a shift over midnight', () => {
    expect(endsNextDay({ days: ['sat'], from: '20:00', to: '08:00' })).toBe(true);
    expect(endsNextDay({ days: ['sat'], from: '08:00', to: '24:00' })).toBe(false);
    expect(endsNextDay({ days: ['sat'], from: '20:00', to: '' })).toBe(false);
  });
});

describe('certificates', () => {
  const known = [{ skill: 'medic', expires_at: '2026-12-31T12:00:00Z' }];

  it('last to the end of their day', () => {
    const made = certificatesOf(['medic', 'boat'], { boat: '2026-11-30' }, []);
    expect(made).toEqual([{ skill: 'boat', expires_at: '2026-11-30T23:59:59+05:00' }]);
    expect(dayOf(made[0]?.expires_at ?? '')).toBe('2026-11-30');
  });

  it('that were not touched keep their moment; those of other skills go', () => {
    expect(certificatesOf(['medic'], { medic: '2026-12-31', dog: '2026-12-31' }, known)).toEqual(known);
    expect(certificatesOf(['medic'], { medic: '2027-01-31' }, known)[0]?.expires_at).toBe('2027-01-31T23:59:59+05:00');
  });
});
