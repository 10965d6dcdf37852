import { describe, expect, it } from 'vitest';
import type { CaseView } from '../api/views';
import { language } from '../language';
import { caseTitle, fold, searchText, statusText } from './describe';
import { compareCases, countCases, noFilters, ownerNone, selectCases, tint } from './order';
import { stepsFor } from './steps';
import { visibleRange } from './window';

const now = Date.parse('2026-11-21T12:00:00Z');
const view = (id: string, fields: Partial<CaseView> = {}): CaseView => ({
  id,
  kind: 'missing_person',
  status: 'waiting',
  urgency: 'urgent',
  opened_at: '2026-11-21T11:00:00Z',
  ...fields,
});
const order = (views: CaseView[]) => [...views].sort(compareCases).map(({ id }) => id);

describe('the order of cases', () => {
  it('is by status first: who has no team leads', () => {
    const views = (['closed', 'ended', 'searching', 'assigned', 'review', 'waiting'] as const).map((status) =>
      view(status, { status }),
    );
    expect(order(views)).toEqual(['waiting', 'review', 'assigned', 'searching', 'ended', 'closed']);
  });

  it('puts the one first that waits longest', () => {
    expect(
      order([
        view('late', { opened_at: '2026-11-21T11:30:00Z' }),
        view('early', { opened_at: '2026-11-21T08:00:00Z' }),
      ]),
    ).toEqual(['early', 'late']);
  });

  it('puts a threat to life before what waits longer, within a status', () => {
    expect(
      order([
        view('early', { opened_at: '2026-11-21T08:00:00Z' }),
        view('child', { opened_at: '2026-11-21T11:30:00Z', urgency: 'life_threatening' }),
        view('review', { status: 'review', urgency: 'life_threatening' }),
      ]),
    ).toEqual(['child', 'early', 'review']);
  });

  it('compares times, not their texts', () => {
    expect(
      order([
        view('later', { opened_at: '2026-11-21T08:00:00Z' }),
        view('earlier', { opened_at: '2026-11-21T10:00:00+05:00' }),
      ]),
    ).toEqual(['earlier', 'later']);
  });

  it('puts the newest end first, and what is only on record behind the active', () => {
    const views = [
      view('old', { status: 'found', ended_at: '2026-11-21T09:00:00Z' }),
      view('new', { status: 'deceased', ended_at: '2026-11-21T10:00:00Z' }),
      view('record', { status: 'review', call_out: 'none' }),
      view('search', { status: 'searching' }),
    ];
    expect(order(views)).toEqual(['search', 'record', 'new', 'old']);
  });

  it('is the same for equal times whatever came first', () => {
    expect(order([view('b'), view('a')])).toEqual(order([view('a'), view('b')]));
  });

  it('stays right for a status that is not known yet', () => {
    const strange = view('x', { status: 'paused' as CaseView['status'] });
    expect(order([strange, view('s', { status: 'searching' })])).toEqual(['x', 's']);
    expect(selectCases([strange], noFilters, searchText)).toEqual([strange]);
  });
});

describe('who was not heard of', () => {
  const missed = [{ team_id: 'dos', status: 'on_scene' as const, check_in_missed_at: '2026-11-21T11:50:00Z' }];

  it('comes before everything and counts', () => {
    const views = [view('a', { urgency: 'life_threatening' }), view('b', { status: 'searching', assignments: missed })];
    expect(order(views)).toEqual(['b', 'a']);
    expect(countCases(views).missed).toBe(1);
  });

  it('stays in sight when the search has ended', () => {
    const views = [view('b', { status: 'found', assignments: missed }), view('c', { status: 'found' })];
    expect(selectCases(views, noFilters, searchText).map(({ id }) => id)).toEqual(['b']);
    expect(selectCases(views, { ...noFilters, group: 'alarm' }, searchText).map(({ id }) => id)).toEqual(['b']);
  });
});

describe('owners', () => {
  const views = [
    view('free'),
    view('mine', { owner: 'k-1' }),
    view('theirs', { owner: 'k-2' }),
    view('record', { status: 'review', call_out: 'none' }),
    view('over', { owner: 'k-1', status: 'found' }),
    view('returning', {
      owner: 'k-1',
      status: 'found',
      call_back: { teams: 2, teams_know: 2, teams_back: 1, people: 9, people_back: 4 },
    }),
  ];
  const ids = (group: 'unowned' | 'mine', me?: string) =>
    selectCases(views, { ...noFilters, group, me }, searchText).map(({ id }) => id);

  it('can be asked for: nobody, and me', () => {
    expect(ids('unowned')).toEqual(['free']);
    expect(ids('mine', 'k-1')).toEqual(['mine', 'returning']);
    expect(ids('mine')).toEqual([]);
  });

  it('are a filter of their own: one of them, or nobody', () => {
    const of = (owner: string) => selectCases(views, { ...noFilters, group: 'all', owner }, searchText).map(({ id }) => id);
    expect(of('k-2')).toEqual(['theirs']);
    expect(of('k-3')).toEqual([]);
    expect(of(ownerNone).sort()).toEqual(['free', 'record']);
  });
});

describe('the filters', () => {
  const views = [
    view('zhukovka', { place: 'Жуковка', subjects: [{ id: 's1', sex: 'male', age: 14, name: 'Пётр' }] }),
    view('flood', { kind: 'emergency', incident: 'flood', place: 'Рудный', status: 'review' }),
    view('done', { status: 'found', place: 'Жуковка' }),
  ];
  const ids = (filters: Partial<typeof noFilters>) =>
    selectCases(views, { ...noFilters, ...filters }, searchText).map(({ id }) => id);

  it('hide what has ended', () => expect(ids({})).toEqual(['zhukovka', 'flood']));
  it('show it when asked', () => expect(ids({ group: 'ended' })).toEqual(['done']));
  it('know kinds', () => expect(ids({ kind: 'emergency' })).toEqual(['flood']));
  it('find all the words in any order, ё as е', () => {
    expect(ids({ text: fold('петр жук') })).toEqual(['zhukovka']);
    expect(ids({ text: 'рудный мальчик' })).toEqual([]);
  });
});

describe('counts', () => {
  it('leave out what nobody waits for', () => {
    expect(
      countCases([
        view('a', { urgency: 'life_threatening' }),
        view('b', { status: 'review' }),
        view('c', { status: 'review', call_out: 'none' }),
        view('d', { status: 'assigned' }),
        view('e', { status: 'searching' }),
        view('f', { status: 'ended' }),
      ]),
    ).toEqual({ waiting: 1, review: 1, searching: 2, alarming: 1, missed: 0 });
  });
});

describe('the tint', () => {
  it('grows with the time without a team, and only then', () => {
    expect(tint(view('a', { opened_at: '2026-11-21T11:00:00Z' }), now)).toBeCloseTo(0.25);
    expect(tint(view('a', { opened_at: '2026-11-20T11:00:00Z' }), now)).toBe(1);
    expect(tint(view('a', { status: 'searching' }), now)).toBe(0);
  });
});

describe('a case is named', () => {
  it('by place and person in each language', () => {
    const lost = view('a', { place: 'Жуковка', subjects: [{ id: 's1', sex: 'male', age: 14 }] });
    language.value = 'ru';
    expect(caseTitle(lost)).toBe('Жуковка, мальчик, 14');
    language.value = 'kk';
    expect(caseTitle(lost)).toBe('Жуковка, ұл бала, 14');
    language.value = 'en';
    expect(caseTitle(lost)).toBe('Жуковка, boy, 14');
  });

  it('by region and coordinates where no place is known', () => {
    language.value = 'ru';
    const lost = view('a', { region: 'KZ-39', location: { type: 'Point', coordinates: [63.62463, 53.21435] } });
    expect(caseTitle(lost)).toBe('Костанайская область, 53.21, 63.62, человек');
  });

  it('with what it is when it is no search', () => {
    language.value = 'ru';
    expect(
      caseTitle(view('a', { kind: 'emergency', place: 'Рудный', incident: 'flood', people_at_risk: { total: 3 } })),
    ).toBe('Рудный, паводок, 3 человека');
    expect(
      caseTitle(view('a', { kind: 'volunteer_event', place: 'Костанай', event: { title: 'Снежный десант' } })),
    ).toBe('Костанай, Снежный десант');
  });

  it('with the ending that her name asks for', () => {
    language.value = 'ru';
    const found = view('a', {
      status: 'found',
      subjects: [{ id: 's1', sex: 'female', outcome: 'found', condition: 'well' }],
    });
    expect(statusText(found)).toBe('найдена, жива');
    expect(statusText(view('a', { status: 'ended', subjects: found.subjects }))).toBe('поиск завершён');
  });
});

describe('the next steps of a team', () => {
  const steps = (status: Parameters<typeof stepsFor>[0]['status'], fields = {}, of = view('a'), coordinator = false) =>
    stepsFor({ team_id: 'dos', status, ...fields }, of, coordinator).map(({ type }) => type.replace('assignment.', ''));

  it('follow the table of transitions', () => {
    expect(steps('offered')).toEqual(['accept', 'decline']);
    expect(steps('no_answer')).toEqual(['accept', 'decline']);
    expect(steps('accepted')).toEqual(['en_route']);
    expect(steps('en_route')).toEqual(['on_scene']);
    expect(steps('on_scene')).toEqual([]);
    expect(steps('standing_down')).toEqual(['stand_down_ack', 'returned']);
    expect(steps('standing_down', { acknowledged_at: '2026-11-21T11:00:00Z' })).toEqual(['returned']);
    for (const done of ['returned', 'released', 'withdrawn', 'declined'] as const) expect(steps(done)).toEqual([]);
  });

  it('let a coordinator call a team back, give it the lead and release it', () => {
    expect(steps('on_scene', {}, view('a'), true)).toEqual(['stand_down', 'case.lead', 'release']);
    expect(steps('on_scene', {}, view('a', { lead_team_id: 'dos' }), true)).toEqual(['stand_down', 'release']);
  });

  it('take no yes after the end', () => {
    expect(steps('no_answer', {}, view('a', { status: 'found' }))).toEqual([]);
    expect(steps('no_answer', {}, view('a', { status: 'ended' }))).toEqual([]);
  });
});

describe('the window of the list', () => {
  it('holds what is in sight and a little more', () => {
    expect(visibleRange(5000, 76, 0, 760, 2)).toEqual({ first: 0, end: 12 });
    expect(visibleRange(5000, 76, 7600, 760, 2)).toEqual({ first: 98, end: 112 });
  });
  it('stays inside the list when it has become shorter', () => {
    expect(visibleRange(10, 76, 90_000, 760, 2)).toEqual({ first: 0, end: 10 });
    expect(visibleRange(0, 76, 500, 760, 6)).toEqual({ first: 0, end: 0 });
  });
});
