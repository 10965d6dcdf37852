import { describe, expect, it } from 'vitest';
import type { CaseView, TeamView } from '../api/views';
import { applyFrame, emptyState, parseFrame } from './frames';

const view = (id: string, fields: Partial<CaseView> = {}): CaseView => ({
  id,
  kind: 'missing_person',
  status: 'waiting',
  urgency: 'urgent',
  opened_at: '2026-11-21T10:00:00Z',
  ...fields,
});
const team = (id: string): TeamView => ({ id, name: id });

describe('frames', () => {
  it('that are none are not taken', () => {
    for (const text of ['', 'nonsense', 'null', '[]', '7', '{}', '{"type":7}'])
      expect(parseFrame(text), text).toBeUndefined();
    expect(parseFrame('{"type":"changes","position":"e.4","new":1}')?.position).toBe('e.4');
  });

  it('as a snapshot replace everything', () => {
    const state = emptyState();
    applyFrame(state, { type: 'snapshot', position: 'e.1', cases: [view('a'), view('b')], teams: [team('t')] });
    const { opened } = applyFrame(state, { type: 'snapshot', position: 'f.9', cases: [view('c')], teams: [] });
    expect([...state.cases.keys()]).toEqual(['c']);
    expect(state.teams.size).toBe(0);
    expect(state.position).toBe('f.9');
    expect(opened).toEqual([]);
  });

  it('as changes touch only what they name', () => {
    const state = emptyState();
    const untouched = view('a');
    applyFrame(state, { type: 'snapshot', position: 'e.1', cases: [untouched, view('b')], teams: [] });
    const { opened, changed } = applyFrame(state, {
      type: 'changes',
      position: 'e.4',
      cases: [view('b', { status: 'searching' }), view('c', { urgency: 'life_threatening' })],
      teams: [team('t')],
      removed: [],
    });
    expect(changed).toBe(true);
    expect(state.cases.get('a')).toBe(untouched);
    expect(state.cases.get('b')?.status).toBe('searching');
    expect(opened.map(({ id }) => id)).toEqual(['c']);
    expect(state.teams.has('t')).toBe(true);
  });

  it('tell once which teams were not heard of', () => {
    const state = emptyState();
    const missed = (status: 'on_scene' | 'standing_down') =>
      view('a', { assignments: [{ team_id: 't', status, check_in_missed_at: '2026-11-21T11:00:00Z' }] });
    const frame = (...cases: CaseView[]) =>
      applyFrame(state, { type: 'changes', cases }).missed.map(({ teamId }) => teamId);
    expect(applyFrame(state, { type: 'snapshot', cases: [view('a')] }).missed).toEqual([]);
    expect(frame(missed('on_scene'))).toEqual(['t']);
    expect(frame(missed('standing_down'))).toEqual([]);
    expect(frame(view('a'))).toEqual([]);
    expect(frame(missed('on_scene'))).toEqual(['t']);
  });

  it('may say only what changed of a case, and where a team is', () => {
    const state = emptyState();
    const known = view('a', { place: 'Жуковка', unanswered_at: '2026-11-21T10:05:00Z' });
    applyFrame(state, { type: 'snapshot', position: 'e.4', cases: [known], teams: [team('t')] });
    const position = {
      position: { type: 'Point' as const, coordinates: [63, 53] as [number, number] },
      at: '2026-11-21T11:00:00Z',
    };
    const applied = applyFrame(state, {
      type: 'changes',
      position: 'e.9',
      since: 'e.4',
      patched: [{ id: 'a', set: { status: 'assigned' }, unset: ['unanswered_at'] }],
      moved: [
        { id: 't', position },
        { id: 'unknown', position },
      ],
    });
    expect(applied).toEqual({ changed: true, opened: [], missed: [], lost: false });
    expect(state.cases.get('a')).toEqual(view('a', { place: 'Жуковка', status: 'assigned' }));
    expect(known.unanswered_at).toBeDefined();
    expect(state.teams.get('t')?.position).toEqual(position);
    expect(state.teams.size).toBe(1);
  });

  it('with patches are taken only from where they lead on', () => {
    const patch = (since: string, position: string, id = 'a') => ({
      type: 'changes',
      since,
      position,
      patched: [{ id, set: { status: 'assigned' as const } }],
    });
    const at = (position: string) => {
      const state = emptyState();
      applyFrame(state, { type: 'snapshot', position, cases: [view('a')] });
      return state;
    };
    expect(applyFrame(at('e.10'), patch('e.10', 'e.12')).lost).toBe(false);
    expect(applyFrame(at('e.7'), patch('e.10', 'e.12')).lost).toBe(false);
    expect(applyFrame(at('e.12'), patch('e.10', 'e.12')).lost).toBe(false);
    // A status that changed to and fro after e.10 would be in no patch.
    const between = at('e.11');
    expect(applyFrame(between, patch('e.10', 'e.12')).lost).toBe(true);
    expect(between.cases.get('a')?.status).toBe('waiting');
    expect(applyFrame(at('e.10'), patch('e.10', 'e.12', 'unknown')).lost).toBe(true);
  });

  it('take away what was removed', () => {
    const state = emptyState();
    applyFrame(state, { type: 'snapshot', position: 'e.1', cases: [view('a')], teams: [team('t')] });
    applyFrame(state, { type: 'changes', position: 'e.2', removed: ['a', 't', 'unknown'] });
    expect(state.cases.size + state.teams.size).toBe(0);
  });

  it('with the position alone change nothing but the position', () => {
    const state = emptyState();
    applyFrame(state, { type: 'snapshot', position: 'e.1', cases: [view('a')] });
    const { revision } = state;
    expect(applyFrame(state, { type: 'changes', position: 'e.7' }).changed).toBe(false);
    expect(state.revision).toBe(revision);
    expect(state.position).toBe('e.7');
  });

  it('of a type that is not known yet are left alone', () => {
    const state = emptyState();
    expect(applyFrame(state, { type: 'weather', position: 'e.9', cases: [view('x')] }).changed).toBe(false);
    expect(state.position).toBeUndefined();
  });

  it('carry the number of dead letters', () => {
    const state = emptyState();
    expect(applyFrame(state, { type: 'changes', position: 'e.1', dead_letters: 3 }).changed).toBe(true);
    expect(state.deadLetters).toBe(3);
  });
});
