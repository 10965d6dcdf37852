import type { CaseKind, CaseStatus, CaseView } from '../api/views';
import { parseTime } from '../language/format';

/**
 * The groups of the filter. `active`: somebody still has to do something; `unowned` and `mine`: of those,
 * without a coordinator and the viewer's own; `alarm`: a team was not heard of or not everybody is back.
 */
export type StatusGroup =
  | 'active'
  | 'unowned'
  | 'mine'
  | 'alarm'
  | 'waiting'
  | 'review'
  | 'searching'
  | 'ended'
  | 'all';

export const statusGroups: readonly StatusGroup[] = [
  'active',
  'unowned',
  'mine',
  'alarm',
  'waiting',
  'review',
  'searching',
  'ended',
  'all',
];

export interface Filters {
  group: StatusGroup;
  kind: CaseKind | undefined;
  /** Folded words that must all occur. */
  text: string;
  /** A team that was asked. */
  team?: string | undefined;
  /** The id of the key whose holder is responsible; `ownerNone`: nobody is. */
  owner?: string | undefined;
  /** The id of the viewer's key, for the viewer's own cases. */
  me?: string | undefined;
}

/** As the API says it; no key has this id. */
export const ownerNone = 'none';

export const noFilters: Filters = { group: 'active', kind: undefined, text: '' };

// The place in the list is one of the four cues of a status: who has no team comes first.
const rank: Record<CaseStatus, number> = {
  waiting: 0,
  review: 1,
  assigned: 2,
  searching: 3,
  ended: 4,
  missing: 5,
  found: 5,
  deceased: 5,
  closed: 5,
};

// A status that this board does not know yet is shown as active, at the top.
function isActive({ status }: CaseView): boolean {
  return (rank[status] ?? 0) < 5;
}

/** Ended, but not everybody is home: somebody still has to see to it. */
function comesHome({ open_items, call_back }: CaseView): boolean {
  return (open_items?.length ?? 0) > 0 || (call_back !== undefined && call_back.teams_back < call_back.teams);
}

/** A team was not heard of in time, or fewer are back than went. */
export function isAlarming(view: CaseView): boolean {
  return (view.assignments ?? []).some(
    (one) => one.check_in_missed_at !== undefined || one.people_missing_at !== undefined,
  );
}

const groups: Record<StatusGroup, (view: CaseView, me: string | undefined) => boolean> = {
  active: (view) => isActive(view) || isAlarming(view),
  unowned: (view) => view.owner === undefined && isActive(view) && view.call_out !== 'none',
  mine: (view, me) => me !== undefined && view.owner === me && (isActive(view) || comesHome(view)),
  alarm: isAlarming,
  waiting: ({ status }) => status === 'waiting',
  review: ({ status }) => status === 'review',
  searching: ({ status }) => status === 'assigned' || status === 'searching',
  ended: ({ status }) => (rank[status] ?? 0) === 5 || status === 'ended',
  all: () => true,
};

export function inGroup(view: CaseView, group: StatusGroup, me?: string): boolean {
  return groups[group](view, me);
}

function openedAt(view: CaseView): number {
  return parseTime(view.opened_at) ?? 0;
}

function place(view: CaseView): number {
  // Somebody who went out and was not heard of comes before everything.
  if (isAlarming(view)) return -1;
  // What is only on record has nobody waiting for it.
  if (view.status === 'review' && view.call_out === 'none') return 4.5;
  const status = rank[view.status] ?? 0;
  // A threat to life is not to be looked for below what has waited longer.
  return status < 4 && view.urgency === 'life_threatening' ? status - 0.5 : status;
}

interface Rank {
  place: number;
  opened: number;
  ended: number;
}

// A view never changes, it is replaced: its times are read once, not in every comparison.
const ranks = new WeakMap<CaseView, Rank>();

function rankOf(view: CaseView): Rank {
  let known = ranks.get(view);
  if (!known) {
    const opened = openedAt(view);
    known = { place: place(view), opened, ended: parseTime(view.ended_at ?? view.suspended_at) ?? opened };
    ranks.set(view, known);
  }
  return known;
}

/**
 * Waiting first, a threat to life before the others, then the one that waits longest; what has ended
 * comes last, the newest end first.
 * Equal times are ordered by id, so that rows never change places without a reason.
 */
export function compareCases(a: CaseView, b: CaseView): number {
  const one = rankOf(a);
  const other = rankOf(b);
  if (one.place !== other.place) return one.place - other.place;
  if (one.place === 5 && one.ended !== other.ended) return other.ended - one.ended;
  if (one.opened !== other.opened) return one.opened - other.opened;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** The cases that the filters let through, in order. `textOf` gives a case's folded text. */
export function selectCases(
  views: readonly CaseView[],
  filters: Filters,
  textOf: (view: CaseView) => string,
): CaseView[] {
  const wanted = filters.text.split(/\s+/).filter(Boolean);
  return views
    .filter((view) => {
      if (!inGroup(view, filters.group, filters.me)) return false;
      if (filters.kind && view.kind !== filters.kind) return false;
      if (filters.team && !view.assignments?.some((one) => one.team_id === filters.team && one.status !== 'withdrawn'))
        return false;
      if (filters.owner && (view.owner ?? ownerNone) !== filters.owner) return false;
      if (wanted.length === 0) return true;
      const text = textOf(view);
      return wanted.every((word) => text.includes(word));
    })
    .sort(compareCases);
}

export interface Counts {
  waiting: number;
  review: number;
  searching: number;
  /** Life-threatening cases without a team. */
  alarming: number;
  /** Teams that were not heard of in time, or are not all back. */
  missed: number;
}

/** The numbers of the top bar. Exercises count: teams are out for them. */
export function countCases(views: readonly CaseView[]): Counts {
  const counts: Counts = { waiting: 0, review: 0, searching: 0, alarming: 0, missed: 0 };
  for (const view of views) {
    for (const one of view.assignments ?? []) if (one.check_in_missed_at || one.people_missing_at) counts.missed += 1;
    if (view.status === 'waiting') {
      counts.waiting += 1;
      if (view.urgency === 'life_threatening') counts.alarming += 1;
    } else if (view.status === 'review' && view.call_out !== 'none') counts.review += 1;
    else if (view.status === 'assigned' || view.status === 'searching') counts.searching += 1;
  }
  return counts;
}

const fullTint = 4 * 3_600_000;

/** How strongly the row of a case that waits is tinted, 0 to 1: full after four hours without a team. */
export function tint(view: CaseView, now: number): number {
  if (view.status !== 'waiting') return 0;
  const waited = now - openedAt(view);
  return Math.min(1, Math.max(0.12, waited / fullTint));
}
