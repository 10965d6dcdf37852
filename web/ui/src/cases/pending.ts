import type { AssignmentStatus, AssignmentView, CaseView } from '../api/views';
import type { OutboxEntry } from '../commands/outbox';

/** What a command makes of its team's assignment, by the transition table of CONTRACT.md. */
const steps: Record<string, { from: readonly AssignmentStatus[]; to: AssignmentStatus }> = {
  'assignment.accept': { from: ['offered', 'no_answer'], to: 'accepted' },
  'assignment.decline': { from: ['offered', 'no_answer'], to: 'declined' },
  'assignment.en_route': { from: ['accepted'], to: 'en_route' },
  'assignment.on_scene': { from: ['accepted', 'en_route'], to: 'on_scene' },
};
const out: ReadonlySet<string> = new Set(['accepted', 'en_route', 'on_scene']);

/**
 * A case as it will be once what was done here has been sent, so that a lead without a connection can go on: yes,
 * on the way, there, found, home. Only the assignments are foreseen; everything else waits for the server. A view for
 * which nothing waits is given back as it is.
 */
export function withPending(view: CaseView, entries: readonly OutboxEntry[]): CaseView {
  let assignments = view.assignments ?? [];
  for (const { caseId, state, body } of entries) {
    if (caseId !== view.id || state === 'refused') continue;
    assignments = applied(assignments, body);
  }
  return assignments === (view.assignments ?? assignments) ? view : { ...view, assignments };
}

function applied(assignments: AssignmentView[], body: OutboxEntry['body']): AssignmentView[] {
  if (body.type === 'case.outcome') {
    if (body.outcome !== 'found' && body.outcome !== 'closed') return assignments;
    return changed(assignments, ({ status }) => out.has(status), { status: 'standing_down' });
  }
  const own = (one: AssignmentView): boolean => one.team_id === body.team_id;
  const people = typeof body.people === 'number' ? { people: body.people } : {};
  if (body.type === 'assignment.stand_down_ack')
    return changed(assignments, (one) => own(one) && one.status === 'standing_down', { acknowledged_at: body.at });
  if (body.type === 'assignment.returned')
    // While fewer are back than went, the team is not home.
    return changed(
      assignments,
      (one) => own(one) && one.status === 'standing_down' && (people.people ?? one.people ?? 0) >= (one.people ?? 0),
      { status: 'returned', returned_at: body.at },
    );
  const step = Object.hasOwn(steps, body.type) ? steps[body.type] : undefined;
  if (!step) return assignments;
  return changed(assignments, (one) => own(one) && step.from.includes(one.status), { status: step.to, ...people });
}

function changed(
  assignments: AssignmentView[],
  chosen: (one: AssignmentView) => boolean,
  fields: Partial<AssignmentView>,
): AssignmentView[] {
  if (!assignments.some(chosen)) return assignments;
  return assignments.map((one) => (chosen(one) ? { ...one, ...fields } : one));
}
