import { describe, expect, it } from 'vitest';
import type { CaseView } from '../api/views';
import { emptyState } from './frames';
import { boardToKeep, boardToShow } from './kept';

const now = Date.parse('2026-11-21T12:00:00Z');
const view = (id: string, fields: Partial<CaseView> = {}): CaseView => ({
  id,
  kind: 'emergency',
  status: 'waiting',
  urgency: 'urgent',
  opened_at: '2026-11-21T10:00:00Z',
  ...fields,
});

function board(...views: CaseView[]) {
  const state = emptyState();
  state.position = 'e.7';
  for (const one of views) state.cases.set(one.id, one);
  return state;
}

describe('the last board', () => {
  it('is shown to the same person for the same region', () => {
    const kept = boardToKeep(board(view('a')), 'one', 'KZ-39', now);
    expect(boardToShow(kept, 'one', 'KZ-39', now + 1000)).toEqual(kept);
    expect(kept.position).toBe('e.7');
    expect(boardToShow(kept, 'two', 'KZ-39', now)).toBeUndefined();
    expect(boardToShow(kept, 'one', undefined, now)).toBeUndefined();
    expect(boardToShow(undefined, 'one', undefined, now)).toBeUndefined();
  });

  it('is not shown any more when a session would be over', () => {
    const kept = boardToKeep(board(view('a')), 'one', undefined, now);
    expect(boardToShow(kept, 'one', undefined, now + 12 * 3_600_000)).toBeDefined();
    expect(boardToShow(kept, 'one', undefined, now + 12 * 3_600_000 + 1)).toBeUndefined();
  });

  it('leaves out what has left the board meanwhile', () => {
    const ended = view('b', { status: 'found', ended_at: '2026-11-20T14:00:00Z' });
    const kept = boardToKeep(board(view('a'), ended), 'one', undefined, now);
    expect(boardToShow(kept, 'one', undefined, now)?.cases.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(boardToShow(kept, 'one', undefined, now + 3 * 3_600_000)?.cases.map(({ id }) => id)).toEqual(['a']);
  });

  it('is bounded: open cases stay, and what is left out is asked for again', () => {
    const views = Array.from({ length: 1200 }, (_, index) =>
      view(`c${index}`, index < 300 ? { status: 'found', ended_at: '2026-11-21T11:00:00Z' } : {}),
    );
    const kept = boardToKeep(board(...views), 'one', undefined, now);
    expect(kept.cases).toHaveLength(1000);
    expect(kept.cases.filter(({ ended_at }) => !ended_at)).toHaveLength(900);
    expect(kept.position).toBeUndefined();
    expect(kept.truncated).toBe(true);
  });
});
