import { describe, expect, it } from 'vitest';
import {
  clock,
  coordinates,
  countdown,
  date,
  distance,
  duration,
  fromLocalInput,
  moment,
  monthName,
  number,
  toLocalInput,
} from './format';
import { render, russianPlural } from './phrase';
import { caseStatus, cases } from './words';

const at = Date.parse('2026-11-21T21:05:09Z'); // 02:05:09 on the 22nd in Kazakhstan

describe('times', () => {
  it('are on the clock of Kazakhstan whatever the device says', () => {
    expect(clock(at)).toBe('02:05');
    expect(clock(at, true)).toBe('02:05:09');
    expect(date(at, 'kk')).toBe('22\u00a0қараша\u00a02026');
    expect(date(at, 'ru')).toBe('22\u00a0ноября\u00a02026');
  });

  it('name the day only when it is another', () => {
    expect(moment(at, at + 3_600_000, 'kk')).toBe('02:05');
    expect(moment(at, at + 86_400_000, 'kk')).toBe('22\u00a0қараша, 02:05');
    expect(moment(at, at + 366 * 86_400_000, 'en')).toBe('22\u00a0November\u00a02026, 02:05');
  });

  it('go into an input and come back the same', () => {
    expect(toLocalInput(at)).toBe('2026-11-22T02:05');
    expect(fromLocalInput('2026-11-22T02:05')).toBe('2026-11-21T21:05:00.000Z');
    expect(fromLocalInput('')).toBeUndefined();
    expect(fromLocalInput('22.11.2026')).toBeUndefined();
  });

  it('as durations take two units and are never negative', () => {
    expect(duration(59_000, 'kk')).toBe('0\u00a0мин');
    expect(duration(487 * 60_000, 'kk')).toBe('8\u00a0сағ 7\u00a0мин');
    expect(duration(480 * 60_000, 'ru')).toBe('8\u00a0ч');
    expect(duration(50 * 3_600_000, 'en')).toBe('2\u00a0d 2\u00a0h');
    expect(duration(-1, 'en')).toBe('0\u00a0min');
  });

  it('count down to an answer', () => {
    expect(countdown(65_000, 0)).toBe('1:05');
    expect(countdown(400, 0)).toBe('0:01');
    expect(countdown(0, 0)).toBeUndefined();
  });

  it('name months in Kazakh', () => {
    expect(monthName('2026-01', 'kk')).toBe('қаңтар 2026');
    expect(monthName('2026-01', 'ru')).toBe('январь 2026');
    expect(monthName('2026-13', 'kk')).toBe('2026-13');
  });
});

describe('numbers', () => {
  it('are written as in Russian also in Kazakh', () => {
    expect(number(12345.6, 'kk', 1).replace(/\s/g, ' ')).toBe('12 345,6');
    expect(number(12345.6, 'ru', 1).replace(/\s/g, ' ')).toBe('12 345,6');
    expect(number(12345.6, 'en', 1)).toBe('12,345.6');
    for (const value of [0, 7, 12.04, 99.96, 999, 1000, -1234.5, 12_345.25, 1_234_567.8, 0.04, 1e9])
      for (const digits of [0, 1])
        for (const [language, locale] of [
          ['ru', 'ru-RU'],
          ['en', 'en-GB'],
        ] as const)
          expect(number(value, language, digits)).toBe(value.toLocaleString(locale, { maximumFractionDigits: digits }));
  });

  it('of metres become kilometres', () => {
    expect(distance(850, 'kk')).toBe('850\u00a0м');
    expect(distance(12_345, 'ru')).toBe('12,3\u00a0км');
    expect(distance(340_400, 'en')).toBe('340\u00a0km');
  });

  it('of a place start with the latitude', () => {
    expect(coordinates([63.62463, 53.21435])).toBe('53.2144, 63.6246');
  });
});

describe('Russian', () => {
  it('counts as CLDR says', () => {
    expect([0, 1, 2, 4, 5, 11, 12, 14, 21, 22, 25, 101, 111, 112].map(russianPlural)).toEqual([
      'many',
      'one',
      'few',
      'few',
      'many',
      'many',
      'many',
      'many',
      'one',
      'few',
      'many',
      'one',
      'many',
      'many',
    ]);
    expect(render(cases.age, 'ru', { count: 1 })).toBe('1 год');
    expect(render(cases.age, 'ru', { count: 3 })).toBe('3 года');
    expect(render(cases.age, 'ru', { count: 14 })).toBe('14 лет');
    expect(render(cases.age, 'kk', { count: 14 })).toBe('14 жас');
  });

  it('knows a person by sex', () => {
    expect(render(caseStatus.found, 'ru', { sex: 'male' })).toBe('найден');
    expect(render(caseStatus.found, 'ru', { sex: 'female' })).toBe('найдена');
    expect(render(caseStatus.found, 'ru')).toBe('найден(а)');
    expect(render(caseStatus.found, 'kk', { sex: 'female' })).toBe('табылды');
  });
});
