import type { CaseView, PointKind, Session, TeamView } from './api/views';

// Which pages and buttons to show, after the server's one table (web/rights.go). The server decides;
// what it would refuse is only not offered here.

function has(session: Session | undefined, ...roles: readonly string[]): boolean {
  return session?.roles.some((role) => roles.includes(role)) ?? false;
}

export function coordinates(session: Session | undefined, region?: string): boolean {
  if (has(session, 'admin')) return true;
  if (!has(session, 'coordinator')) return false;
  return !session?.regions?.length || region === undefined || session.regions.includes(region);
}

/** May give commands for this team: its own members, and coordinators for it. */
export function actsFor(session: Session | undefined, teamId: string, view: CaseView): boolean {
  if (coordinates(session, view.region)) return true;
  return has(session, 'team') && (session?.teams?.includes(teamId) ?? false);
}

/** One of the person's own teams is on the case. */
export function committed(session: Session | undefined, view: CaseView): boolean {
  return (
    has(session, 'team') &&
    (view.assignments ?? []).some(
      (assignment) =>
        ['accepted', 'en_route', 'on_scene', 'standing_down'].includes(assignment.status) &&
        session?.teams?.includes(assignment.team_id),
    )
  );
}

/** A team that is on the case may report how it ended; so may coordinators. */
export function reportsOutcome(session: Session | undefined, view: CaseView): boolean {
  return coordinates(session, view.region) || committed(session, view);
}

/** The kinds of points that this person may mark on the case, the likeliest first; empty: none. */
export function markablePoints(session: Session | undefined, view: CaseView): PointKind[] {
  // Where somebody was found is told with the outcome.
  if (coordinates(session, view.region)) return ['staging', 'clue', 'hazard', 'home'];
  return committed(session, view) ? ['clue', 'hazard', 'staging'] : [];
}

export type NoteAudience = 'team' | 'coordination';

/** For whom this person may write a note on the case; empty: no notes. */
export function noteAudiences(session: Session | undefined, view: CaseView): NoteAudience[] {
  if (coordinates(session, view.region) || committed(session, view)) return ['team', 'coordination'];
  return has(session, 'office') ? ['coordination'] : [];
}

export function filesApplications(session: Session | undefined): boolean {
  return has(session, 'admin', 'coordinator', 'service', 'team', 'office');
}

export function seesCandidates(session: Session | undefined): boolean {
  return has(session, 'admin', 'coordinator', 'office');
}

/** Sees where the teams on a case went; a team its own way. */
export function seesTracks(session: Session | undefined): boolean {
  return has(session, 'admin', 'coordinator', 'team', 'office');
}

/** Sees who is responsible for a case. */
export function seesOwners(session: Session | undefined): boolean {
  return has(session, 'admin', 'coordinator', 'office');
}

export function seesTeams(session: Session | undefined): boolean {
  return has(session, 'admin', 'coordinator', 'team', 'office', 'observer');
}

export function seesStatistics(session: Session | undefined): boolean {
  return has(session, 'admin', 'coordinator', 'office', 'observer');
}

/** Signs a month's figures of its region. */
export function signsMonths(session: Session | undefined): boolean {
  return has(session, 'admin', 'office');
}

/** Compares a team's own list with ours: it holds names. */
export function comparesLists(session: Session | undefined): boolean {
  return has(session, 'admin', 'coordinator', 'office');
}

export function seesDeadLetters(session: Session | undefined): boolean {
  return has(session, 'admin', 'coordinator');
}

/** Erases photos and tracks of a case that is over. */
export function erasesPersonalData(session: Session | undefined): boolean {
  return has(session, 'admin');
}

/** Says who runs the installation. */
export function setsUp(session: Session | undefined): boolean {
  return has(session, 'admin');
}

/** Coordinates at all: the desk is for them. */
export function seesDesk(session: Session | undefined): boolean {
  return has(session, 'admin', 'coordinator');
}

export function changesTeams(session: Session | undefined): boolean {
  return has(session, 'admin', 'coordinator');
}

/** Is called by offers or alarms, so a device of theirs can be woken. */
export function isWoken(session: Session | undefined): boolean {
  return has(session, 'admin', 'coordinator', 'team');
}

export function switchesAvailability(session: Session | undefined, team: TeamView): boolean {
  return changesTeams(session) || (has(session, 'team') && (session?.teams?.includes(team.id) ?? false));
}
