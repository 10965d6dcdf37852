import type { CaseView, TeamView } from '../api/views';

/** A frame of the live feed as CONTRACT.md fixes it; unknown fields and unknown types are ignored. */
export interface Frame {
  type: string;
  /** EPOCH.SEQ: everything up to here is known once the frame is applied. */
  position?: string;
  cases?: CaseView[];
  teams?: TeamView[];
  removed?: string[];
  /** What changed of cases that are known: members to set, and names of those that are gone. */
  patched?: { id: string; set: Partial<CaseView>; unset?: string[] }[];
  /** EPOCH.SEQ after which the changes in `patched` begin. */
  since?: string;
  /** Teams of which only the position changed. */
  moved?: { id: string; position: TeamView['position'] }[];
  /** Number of open dead letters. */
  dead_letters?: number;
  /** The server's clock. */
  now?: string;
  /** A snapshot that does not hold all cases. */
  truncated?: boolean;
}

/** What a board knows. The maps are changed in place; `revision` counts the changes. */
export interface BoardState {
  position: string | undefined;
  cases: Map<string, CaseView>;
  teams: Map<string, TeamView>;
  deadLetters: number;
  truncated: boolean;
  revision: number;
}

export function emptyState(): BoardState {
  return { position: undefined, cases: new Map(), teams: new Map(), deadLetters: 0, truncated: false, revision: 0 };
}

/** Reads one text frame. Undefined when it is no frame; the feed then goes on. */
export function parseFrame(text: string): Frame | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || typeof (value as Frame).type !== 'string') return undefined;
    return value as Frame;
  } catch {
    return undefined;
  }
}

/** What a frame changed, for the announcements. */
export interface Applied {
  changed: boolean;
  /** Cases that were not known before; empty after a snapshot. */
  opened: CaseView[];
  /** Teams that were not heard of in time, as of this frame; empty after a snapshot. */
  missed: Missed[];
  /** A patch is for something that is not known as it has to be: only a snapshot helps. */
  lost: boolean;
}

export interface Missed {
  view: CaseView;
  teamId: string;
}

function missedTeams(view: CaseView | undefined): string[] {
  return (view?.assignments ?? []).filter((one) => one.check_in_missed_at !== undefined).map((one) => one.team_id);
}

/** The sequence of EPOCH.SEQ. */
function sequence(position: string | undefined): number {
  return Number(position?.slice(position.lastIndexOf('.') + 1));
}

/** Patches lead from what was known at `since`: from somewhere between it and the frame they may lead astray. */
function lostTrack(state: BoardState, frame: Frame): boolean {
  if (!frame.patched?.length) return false;
  if (frame.patched.some(({ id }) => !state.cases.has(id))) return true;
  const known = sequence(state.position);
  return !(known <= sequence(frame.since)) && known < sequence(frame.position);
}

function withPatch(before: CaseView | undefined, { set, unset }: NonNullable<Frame['patched']>[number]): CaseView {
  const view = { ...before, ...set } as CaseView;
  for (const member of unset ?? []) delete view[member as keyof CaseView];
  return view;
}

/**
 * Applies a frame. A snapshot replaces everything, changes touch only what they name; a view that is
 * the same as the known one keeps its identity, so that its row is not drawn again.
 */
export function applyFrame(state: BoardState, frame: Frame): Applied {
  const opened: CaseView[] = [];
  const missed: Missed[] = [];
  let changed = false;
  if (frame.type === 'snapshot') {
    state.cases = new Map((frame.cases ?? []).map((view) => [view.id, view]));
    state.teams = new Map((frame.teams ?? []).map((view) => [view.id, view]));
    state.truncated = frame.truncated === true;
    changed = true;
  } else if (frame.type === 'changes') {
    if (lostTrack(state, frame)) return { changed: false, opened, missed, lost: true };
    const patched = (frame.patched ?? []).map((patch) => withPatch(state.cases.get(patch.id), patch));
    for (const view of [...(frame.cases ?? []), ...patched]) {
      const before = state.cases.get(view.id);
      if (!before) opened.push(view);
      const known = missedTeams(before);
      for (const teamId of missedTeams(view)) if (!known.includes(teamId)) missed.push({ view, teamId });
      state.cases.set(view.id, view);
      changed = true;
    }
    for (const view of frame.teams ?? []) {
      state.teams.set(view.id, view);
      changed = true;
    }
    for (const { id, position } of frame.moved ?? []) {
      const team = state.teams.get(id);
      if (!team) continue;
      state.teams.set(id, { ...team, position });
      changed = true;
    }
    for (const id of frame.removed ?? []) {
      if (state.cases.delete(id) || state.teams.delete(id)) changed = true;
    }
  } else {
    return { changed: false, opened, missed, lost: false };
  }
  if (frame.position) state.position = frame.position;
  if (typeof frame.dead_letters === 'number' && frame.dead_letters !== state.deadLetters) {
    state.deadLetters = frame.dead_letters;
    changed = true;
  }
  if (changed) state.revision += 1;
  return { changed, opened, missed, lost: false };
}
