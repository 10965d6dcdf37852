import type { AssignmentView, CaseView } from '../api/views';
import { allBack } from '../cases/coordination';
import { isOver } from '../cases/describe';
import { compareCases } from '../cases/order';

/** A team on a case that was not heard of in time, or came back with fewer people than went. */
export interface AlarmTask {
  view: CaseView;
  assignment: AssignmentView;
}

/** Two cases that may be the same; the older one first. */
export interface PairTask {
  view: CaseView;
  otherId: string;
  reasons: readonly string[];
}

/** All that a coordinator has to see to, each list with the most pressing first. */
export interface Tasks {
  alarms: AlarmTask[];
  told: CaseView[];
  waiting: CaseView[];
  proposals: CaseView[];
  review: CaseView[];
  pairs: PairTask[];
  home: CaseView[];
  unowned: CaseView[];
  mine: CaseView[];
}

/** What waits for a person in these cases. `me` is the id of the coordinator's key. */
export function tasksOf(views: readonly CaseView[], me: string | undefined): Tasks {
  const tasks: Tasks = {
    alarms: [],
    told: [],
    waiting: [],
    proposals: [],
    review: [],
    pairs: [],
    home: [],
    unowned: [],
    mine: [],
  };
  const paired = new Set<string>();
  for (const view of [...views].sort(compareCases)) {
    const over = isOver(view.status);
    for (const assignment of view.assignments ?? [])
      if (assignment.check_in_missed_at || assignment.people_missing_at) tasks.alarms.push({ view, assignment });
    if (!allBack(view)) tasks.home.push(view);
    const open = (view.open_items?.length ?? 0) > 0;
    if (me !== undefined && view.owner === me && (!over || open)) tasks.mine.push(view);
    if (over) continue;
    if (view.status === 'ended' && (view.sealed?.length ?? 0) > 0) tasks.told.push(view);
    if (view.status === 'waiting') tasks.waiting.push(view);
    if ((view.proposals?.length ?? 0) > 0) tasks.proposals.push(view);
    if (needsReview(view)) tasks.review.push(view);
    if (view.owner === undefined && view.call_out !== 'none') tasks.unowned.push(view);
    for (const { case_id: otherId, reasons } of view.likely_duplicates ?? []) {
      // Both cases name each other; they are one question.
      const pair = [view.id, otherId].sort().join(' ');
      if (!paired.has(pair)) tasks.pairs.push({ view, otherId, reasons });
      paired.add(pair);
    }
  }
  return tasks;
}

/** Something in it is wrong, or its call-out is held; what is only on record waits for nobody. */
export function needsReview(view: CaseView): boolean {
  if (view.call_out === 'none') return false;
  return view.status === 'review' || (view.needs_review?.length ?? 0) > 0;
}
