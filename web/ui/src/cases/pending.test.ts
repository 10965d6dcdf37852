import { describe, expect, it } from 'vitest';
import type { AssignmentStatus, CaseView } from '../api/views';
import type { EntryState, OutboxEntry } from '../commands/outbox';
import { withPending } from './pending';

const view = (status: AssignmentStatus, people?: number): CaseView => ({
  id: 'c1',
  kind: 'missing_person',
  status: 'waiting',
  urgency: 'urgent',
  opened_at: '2026-11-21T10:00:00Z',
  assignments: [
    { team_id: 'own', status, ...(people !== undefined && { people }) },
    { team_id: 'other', status: 'offered' },
  ],
});
const entry = (type: string, fields: Record<string, unknown> = {}, state: EntryState = 'queued'): OutboxEntry => ({
  id: type,
  caseId: 'c1',
  account: 'lead',
  body: { type, command_id: type, at: '2026-11-21T11:00:00Z', team_id: 'own', ...fields },
  state,
  order: 1,
});
const statuses = (from: CaseView, ...entries: OutboxEntry[]) =>
  withPending(from, entries).assignments?.map((one) => one.status);

describe('what was done without a connection', () => {
  it('lets a lead go on, from yes until home', () => {
    const hour = [
      entry('assignment.accept', { people: 4 }),
      entry('assignment.en_route'),
      entry('assignment.on_scene', { people: 4 }),
      entry('case.outcome', { outcome: 'found', team_id: undefined }),
      entry('assignment.returned', { people: 4 }),
    ];
    expect(hour.map((_, index) => statuses(view('offered'), ...hour.slice(0, index + 1))?.[0])).toEqual([
      'accepted',
      'en_route',
      'on_scene',
      'standing_down',
      'returned',
    ]);
    expect(statuses(view('offered'), ...hour)?.[1]).toBe('offered');
  });

  it('is not foreseen when it was refused, is for another case or does not fit', () => {
    const known = view('offered');
    expect(withPending(known, [entry('assignment.accept', {}, 'refused')])).toBe(known);
    expect(withPending(known, [{ ...entry('assignment.accept'), caseId: 'c2' }])).toBe(known);
    expect(withPending(known, [entry('assignment.en_route'), entry('case.note'), entry('constructor')])).toBe(known);
    expect(withPending(known, [])).toBe(known);
  });

  it('does not bring a team home that is not all back', () => {
    expect(statuses(view('standing_down', 5), entry('assignment.returned', { people: 4 }))?.[0]).toBe('standing_down');
    expect(statuses(view('standing_down', 5), entry('assignment.returned'))?.[0]).toBe('returned');
  });
});
