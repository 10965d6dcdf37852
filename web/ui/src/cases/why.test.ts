import { beforeEach, describe, expect, it } from 'vitest';
import type { Candidate, CandidateDecision, CaseView, TeamView } from '../api/views';
import { language } from '../language';
import { originText, travelText } from './travel';
import { skillsText, whyText } from './why';

const now = Date.parse('2026-11-21T12:00:00Z'); // 17:00 in Kazakhstan
const view: CaseView = {
  id: 'a',
  kind: 'missing_person',
  status: 'waiting',
  urgency: 'urgent',
  opened_at: '2026-11-21T11:00:00Z',
  needs: { teams: 1, skills: ['medic', 'dog'] },
};
const decision: CandidateDecision = { position: 'e.1', at: '2026-11-21T11:30:00Z' };
const team: TeamView = {
  id: 'dos',
  name: 'Дос',
  skills: ['medic', 'drone'],
  range_km: 50,
  resting_until: '2026-11-21T14:00:00Z',
  certificates: [
    { skill: 'medic', expires_at: '2026-11-01T00:00:00Z' },
    { skill: 'drone', expires_at: '2026-11-01T00:00:00Z' },
  ],
};
const why = (result: string, fields: Partial<Candidate> = {}, latest = true, of: TeamView | undefined = team) =>
  whyText({ team_id: 'dos', result, ...fields }, decision, view, of, latest, now).replaceAll('\u00a0', ' ');

beforeEach(() => {
  language.value = 'ru';
});

describe('why a team was not asked', () => {
  it('names the certificate that the case needs and that had expired', () => {
    expect(why('certificate')).toBe('сертификат истёк 1 ноября 2026: медик');
    expect(why('certificate', {}, true, { ...team, certificates: [] })).toBe('сертификат просрочен');
  });

  it('says until when a team rests, but not of a decision that is long past', () => {
    expect(why('resting')).toBe('на отдыхе до 19:00');
    expect(why('resting', {}, false)).toBe('на отдыхе');
    expect(why('resting', {}, true, { ...team, resting_until: '2026-11-21T11:45:00Z' })).toBe('на отдыхе');
  });

  it('says what waiting would have gained, as the decision knew it', () => {
    expect(why('resting', { free_in_s: 1800, would_gain_s: 600 }, false)).toBe(
      'на отдыхе до 17:00 · если подождать, раньше на 10 мин',
    );
    expect(why('off_duty', { free_in_s: 5400 }, false)).toBe('не на дежурстве до 18:00');
  });

  it('tells an absence from the duty calendar', () => {
    const off = { ...team, off_duty: true, duty_until: '2026-11-21T15:00:00Z' };
    expect(why('off_duty', {}, true, off)).toBe('не на дежурстве до 20:00');
    expect(why('off_duty', {}, true, { ...off, unavailable_until: '2026-11-22T03:00:00Z' })).toBe(
      'не готов до 22 ноября, 08:00',
    );
    expect(why('off_duty')).toBe('не на дежурстве');
  });

  it('names the missing skills, the range, and what waiting would gain', () => {
    expect(why('skills')).toBe('нет навыков: кинолог');
    expect(why('range')).toBe('слишком далеко: выезд до 50 км');
    expect(why('busy', { would_gain_s: 1500 })).toBe('занят · ближе на 25 мин, если бы был свободен');
  });

  it('keeps the word for a team that the board does not know, and for a reason of a newer server', () => {
    expect(whyText({ team_id: 'x', result: 'skills' }, decision, view, undefined, true, now)).toBe(
      'нет нужных навыков',
    );
    expect(why('moonstruck')).toBe('moonstruck');
  });

  it('reads in Kazakh and English', () => {
    language.value = 'kk';
    expect(why('resting')).toBe('19:00 дейін демалыста');
    language.value = 'en';
    expect(why('certificate')).toBe('certificate expired 1 November 2026: medic');
  });
});

describe('where a team was taken to be', () => {
  const origin = (of: Parameters<typeof originText>[0]) => originText(of)?.replaceAll('\u00a0', ' ');

  it('is the base, a position with its age, or the base because the position is stale', () => {
    expect(origin({ from: 'base' })).toBe('от базы');
    expect(origin({ from: 'position', position_age_s: 20 })).toBe('от места отряда');
    expect(origin({ from: 'position', position_age_s: 720 })).toBe('от места 12 мин назад');
    expect(origin({ from: 'base', stale_position_age_s: 7200 })).toBe('координатам 2 ч, устарели: считаем от базы');
    expect(origin({})).toBeUndefined();
  });
});

describe('the travel time', () => {
  const travel = (of: Parameters<typeof travelText>[0]) => travelText(of)?.replaceAll('\u00a0', ' ');

  it('is a range, rounded up, and says that it is assumed', () => {
    expect(travel({ travel_s: 1800, travel_least_s: 1470, travel_most_s: 2990, travel_assumed: true })).toBe(
      'в пути 25–50 мин (по допущению)',
    );
    expect(travel({ travel_s: 3600, travel_least_s: 3000, travel_most_s: 4800 })).toBe('в пути 50 мин – 1 ч 20 мин');
    expect(travel({ travel_s: 600 })).toBe('в пути 10 мин');
    expect(travel({})).toBeUndefined();
  });
});

it('shows of the skills those that the case needs', () => {
  expect(skillsText(view, team)).toBe('медик');
  expect(skillsText({ ...view, needs: { teams: 1 } }, team)).toBe('медик, дрон');
  expect(skillsText(view, undefined)).toBeUndefined();
});
