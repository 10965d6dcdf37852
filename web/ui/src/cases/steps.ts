import type { AssignmentView, CaseView } from '../api/views';
import { type Phrase, words } from '../language';
import { isOver } from './describe';
import type { FormName } from './action-state';

/** One thing that may be done next. Without a form it is done by the press alone. */
export interface Step {
  type: string;
  label: Phrase;
  form?: FormName;
}

/** A team's next steps, the main one first, by the transition table of assignments in CONTRACT.md. */
export function stepsFor(assignment: AssignmentView, view: CaseView, byCoordinator: boolean): Step[] {
  const byHand: Step[] = byCoordinator
    ? [
        { type: 'assignment.stand_down', label: words.coordination.standDown, form: 'stand-down' },
        ...(view.lead_team_id === assignment.team_id
          ? []
          : [{ type: 'case.lead', label: words.coordination.makeLead, form: 'lead' as const }]),
        { type: 'assignment.release', label: words.actions.release },
      ]
    : [];
  switch (assignment.status) {
    case 'offered':
    case 'no_answer':
      if (isOver(view.status) || view.status === 'ended') return [];
      return [
        { type: 'assignment.accept', label: words.actions.accept, form: 'accept' },
        { type: 'assignment.decline', label: words.actions.decline, form: 'decline' },
      ];
    case 'accepted':
      return [{ type: 'assignment.en_route', label: words.actions.enRoute }, ...byHand];
    case 'en_route':
      return [{ type: 'assignment.on_scene', label: words.actions.onScene, form: 'on-scene' }, ...byHand];
    case 'on_scene':
      return byHand;
    case 'standing_down':
      return [
        ...(assignment.acknowledged_at
          ? []
          : [{ type: 'assignment.stand_down_ack', label: words.actions.standDownAck }]),
        { type: 'assignment.returned', label: words.actions.returned, form: 'returned' as const },
      ];
    default:
      return [];
  }
}
