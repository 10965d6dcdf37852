import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { AssignmentView, CaseView, TeamView } from '../api/views';
import { isLive, shortCaseTitle } from '../cases/describe';
import { selectedCase, shownCases } from '../cases/selection';
import { mapRings } from '../cases/ring-state';
import { language, say, sayValue, words } from '../language';
import { clock, parseTime } from '../language/format';
import { teamById, teamViews } from '../live/store';
import { BoardMap, type LonLat, type MapCase, type MapLine, type MapMark, type MapRing, type MapTiles, type MapTeam } from '../map';
import { region, theme } from '../preferences';
import { go, route } from '../route';
import { teamState } from '../teams/state';
import { info } from '../session';
import { ExportMenu } from './export';
import { pickedPlace, picking } from './picking';
import { listThere, mapIsLoaded, mapIsWanted } from './loading';
import { tracks } from './tracks';

// A view never changes, it is replaced: what the map shows of it is made once for each language.
let madeFor: string | undefined;
let cases = new WeakMap<CaseView, MapCase>();
let teams = new WeakMap<TeamView, MapTeam>();

export function mapCase(view: CaseView): MapCase {
  let made = cases.get(view);
  if (!made) {
    made = {
      id: view.id,
      status: view.status,
      kind: view.kind,
      urgency: view.urgency,
      label: shortCaseTitle(view),
      ...(view.location && { location: view.location.coordinates }),
      ...(view.demo && { demo: true }),
      ...(view.exercise && { exercise: true }),
    };
    cases.set(view, made);
  }
  return made;
}

function mapTeam(team: TeamView): MapTeam | undefined {
  // A team that is off duty and at home can neither be sent nor helped: the list of teams has it.
  if (team.available === false && (team.live_cases?.length ?? 0) === 0) return undefined;
  const made = teams.get(team);
  if (made) return made;
  const at = team.position?.position ?? team.base;
  if (!at) return undefined;
  const fresh: MapTeam = {
    id: team.id,
    name: team.name,
    location: at.coordinates,
    free: teamState(team).free,
    fromBase: team.position === undefined,
    ...(team.position && { positionAt: team.position.at }),
  };
  teams.set(team, fresh);
  return fresh;
}

/** From the chosen case to every team that is on it; a team that was only asked has no line. */
function linesOf(view: CaseView | undefined): MapLine[] {
  const to = view?.location?.coordinates;
  if (!view || !to) return [];
  return (view.assignments ?? [])
    .filter((assignment) => isLive(assignment) && assignment.status !== 'offered')
    .flatMap((assignment) => {
      const team = teamById(assignment.team_id);
      const from = team?.position?.position.coordinates ?? team?.base?.coordinates;
      return from ? [{ from, to, ...etaOf(assignment) }] : [];
    });
}

/** When a team that is on its way is expected: as it said, else the range that was reckoned. */
function etaOf({ status, eta_at, eta_least_at, eta_most_at }: AssignmentView): { label?: string } {
  if (status !== 'accepted' && status !== 'en_route') return {};
  const said = parseTime(eta_at);
  if (said !== undefined) return { label: say(words.mapping.eta, { time: clock(said) }) };
  const [from, to] = [parseTime(eta_least_at), parseTime(eta_most_at)];
  if (from === undefined || to === undefined) return {};
  return { label: say(words.mapping.etaRange, { from: clock(from), to: clock(to) }) };
}

const noRings: MapRing[] = [];
const noTracks: LonLat[][] = [];

/** Where the teams of a case meet, clues, dangers, where somebody was found. */
export function marksOf(view: CaseView | undefined): MapMark[] {
  return (view?.points ?? []).map(({ point, location }) => ({
    location: location.coordinates,
    label: sayValue(words.pointKind, point),
    kind: point,
  }));
}

/** The installation's own map, where it has one. */
export function mapTiles(): MapTiles | undefined {
  const basemap = info.value.basemap;
  if (!basemap || basemap.kind === 'builtin' || !basemap.url) return undefined;
  return { kind: basemap.kind, url: basemap.url, attribution: basemap.attribution ?? '' };
}

/**
 * The map with what the board knows, made when it is first shown; while it is not shown it stays as it was and costs
 * nothing.
 */
export function MapPane({ shown }: { shown: boolean }) {
  const waited = useRef(true);
  const drawn = useRef<VNode | undefined>(undefined);
  // Before anything that loads after the map looks whether one is wanted.
  useLayoutEffect(() => {
    if (shown) mapIsWanted();
  }, [shown]);
  if (shown || (drawn.current && waited.current)) drawn.current = mapNow();
  waited.current = !listThere.value;
  return drawn.current ?? null;
}

// Not a component: what it reads is watched only by the render that asked for it.
function mapNow(): VNode {
  const tongue = language.value;
  if (madeFor !== tongue) {
    madeFor = tongue;
    cases = new WeakMap();
    teams = new WeakMap();
  }
  const chosen = selectedCase.value;
  const shown = shownCases.value;
  const views = chosen && !shown.includes(chosen) ? [...shown, chosen] : shown;
  const wait = !listThere.value;
  const pick = picking.value;
  return (
    <BoardMap
      cases={wait ? [] : views.map(mapCase)}
      teams={wait ? [] : teamViews.value.map(mapTeam).filter((team) => team !== undefined)}
      selectedCase={chosen?.id}
      lines={linesOf(chosen)}
      tracks={chosen && tracks.value.caseId === chosen.id ? tracks.value.ways : noTracks}
      marks={marksOf(chosen)}
      rings={chosen ? mapRings.value : noRings}
      language={tongue}
      theme={theme.value}
      region={region.value}
      tiles={mapTiles()}
      wait={wait}
      onLoaded={mapIsLoaded}
      tools={<ExportMenu />}
      onSelectCase={(id) => go({ page: 'map', caseId: id })}
      onSelectTeam={(id) => go({ page: 'teams', teamId: id })}
      onPick={(lonLat) => pick?.(lonLat)}
      pickMode={pick !== undefined}
      picked={pickedPlace.value}
    />
  );
}

/** Pages beside which the map stands on a wide screen. */
export function mapBeside(): boolean {
  const { page } = route.value;
  // On the desk and while setting up it comes when a place is to be pointed at.
  return ['map', 'cases', 'new', 'teams'].includes(page) || (['desk', 'setup'].includes(page) && picking.value !== undefined);
}
