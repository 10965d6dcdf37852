import { describe, expect, it } from 'vitest';
import type { AssignmentView, CaseView } from '../api/views';
import { tasksOf } from './tasks';

const view = (id: string, fields: Partial<CaseView> = {}): CaseView => ({
  id,
  kind: 'missing_person',
  status: 'assigned',
  urgency: 'urgent',
  opened_at: '2026-11-26T00:00:00Z',
  owner: 'somebody',
  ...fields,
});
const on = (fields: Partial<AssignmentView>): AssignmentView => ({ team_id: 't1', status: 'on_scene', ...fields });
const ids = (views: readonly CaseView[]) => views.map(({ id }) => id);

describe('the desk', () => {
  it('is empty when every case is in hands', () => {
    const tasks = tasksOf([view('a'), view('b', { status: 'found' }), view('c', { status: 'searching' })], 'me');
    expect(Object.values(tasks).flat()).toEqual([]);
  });
  it('puts a threat to life before what has waited longer', () => {
    const waiting = [
      view('old', { status: 'waiting', opened_at: '2026-11-25T00:00:00Z' }),
      view('child', { status: 'waiting', urgency: 'life_threatening' }),
    ];
    expect(ids(tasksOf(waiting, undefined).waiting)).toEqual(['child', 'old']);
  });
  it('names every team that was not heard of, also of a search that has ended', () => {
    const tasks = tasksOf(
      [
        view('a', {
          status: 'found',
          assignments: [
            on({ people_missing_at: '2026-11-26T01:00:00Z' }),
            on({ team_id: 't2' }),
            on({ team_id: 't3', check_in_missed_at: '2026-11-26T01:00:00Z' }),
          ],
        }),
      ],
      undefined,
    );
    expect(tasks.alarms.map(({ assignment }) => assignment.team_id)).toEqual(['t1', 't3']);
  });
  it('asks about two cases once', () => {
    const likely = (case_id: string) => [{ case_id, score: 5, reasons: ['same_phone'] }];
    const tasks = tasksOf(
      [view('a', { likely_duplicates: likely('b') }), view('b', { likely_duplicates: likely('a') })],
      undefined,
    );
    expect(tasks.pairs).toHaveLength(1);
  });
  it('leaves out what is only on record', () => {
    const record = view('a', { status: 'review', call_out: 'none' });
    delete record.owner;
    const tasks = tasksOf([record], undefined);
    expect([tasks.review, tasks.unowned]).toEqual([[], []]);
  });
  it('keeps what holds a case, and a wrong field that holds nothing', () => {
    const wrong = [{ pointer: '/accuracy_m', detail: 'is no number' }];
    const views = [view('held', { status: 'review', call_out: 'hold' }), view('wrong', { needs_review: wrong })];
    expect(ids(tasksOf(views, undefined).review)).toEqual(['held', 'wrong']);
  });
  it('counts home, and keeps an ended case with its owner while something is open', () => {
    const back = { teams: 2, teams_know: 2, people: 9, people_back: 4, teams_back: 1 };
    const tasks = tasksOf(
      [
        view('a', { status: 'found', owner: 'me', call_back: back, open_items: [{ code: 'not_back', team_id: 't1' }] }),
        view('b', { status: 'found', owner: 'me', call_back: { ...back, teams_back: 2 } }),
      ],
      'me',
    );
    expect([ids(tasks.home), ids(tasks.mine)]).toEqual([['a'], ['a']]);
  });
});
