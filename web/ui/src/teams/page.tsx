import { useState } from 'preact/hooks';
import { request, type Problem } from '../api/client';
import type { TeamView } from '../api/views';
import { Switch } from '../controls/field';
import { Icon } from '../controls/icon';
import { problemOf, problemText } from '../controls/problem';
import { language, say, sayValue, words } from '../language';
import { date, moment, parseTime } from '../language/format';
import { regionNames } from '../language/regions';
import { caseById, slowNow, teamById, teamViews } from '../live/store';
import { TeamGlyph } from '../map';
import { shortCaseTitle } from '../cases/describe';
import { changesTeams, switchesAvailability } from '../permissions';
import { go, hashOf, route } from '../route';
import { session } from '../session';
import { TeamForm } from './form';
import { teamState } from './state';

/** All teams with what they are doing, or one of them to change. */
export function TeamsPage() {
  const id = route.value.teamId;
  const team = id === undefined || id === 'new' ? undefined : teamById(id);
  if (id !== undefined && changesTeams(session.value) && (id === 'new' || team)) {
    return <TeamForm key={id} team={team} onDone={() => go({ page: 'teams' })} />;
  }
  const list = teamViews.value;
  return (
    <section class="page teams-page">
      <div class="page-head">
        <h1>{say(words.teams.title)}</h1>
        {changesTeams(session.value) && (
          <a class="button button-primary" href={hashOf({ page: 'teams', teamId: 'new' })}>
            <Icon name="file" size={18} />
            {say(words.teams.add)}
          </a>
        )}
      </div>
      {list.length === 0 && <p class="secondary">{say(words.teams.none)}</p>}
      <ul class="team-list">
        {list.map((one) => (
          <TeamRow key={one.id} team={one} chosen={one.id === id} />
        ))}
      </ul>
    </section>
  );
}

function TeamRow({ team, chosen }: { team: TeamView; chosen: boolean }) {
  const state = teamState(team);
  const cases = (team.live_cases ?? []).map((id) => caseById(id)).filter((view) => view !== undefined);
  return (
    <li class={`team${chosen ? ' team-chosen' : ''}`} data-team={team.id}>
      <div class="team-head">
        <TeamGlyph free={state.free || state.kind === 'off-duty'} stale={state.kind === 'off-duty'} size={20} />
        <strong>{team.name}</strong>
        <span class={`team-state team-${state.kind}`}>{state.word}</span>
      </div>
      <p class="secondary">
        {[
          team.region ? sayValue(regionNames, team.region) : undefined,
          team.members === undefined ? undefined : say(words.teams.membersCount, { count: team.members }),
          ...(team.skills ?? []).map((one) => sayValue(words.skill, one)),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <Readiness team={team} />
      {cases.map((view) => (
        <p key={view.id}>
          <a href={hashOf({ page: 'map', caseId: view.id })}>{shortCaseTitle(view)}</a>
        </p>
      ))}
      <div class="team-actions">
        {switchesAvailability(session.value, team) && <Availability team={team} />}
        {changesTeams(session.value) && (
          <a class="text-button" href={hashOf({ page: 'teams', teamId: team.id })}>
            {say(words.teams.change)}
          </a>
        )}
      </div>
    </li>
  );
}

/** How the team gets there, its duty, its rest, and which certificates hold. */
function Readiness({ team }: { team: TeamView }) {
  const tongue = language.value;
  const now = slowNow.value;
  const dutyUntil = parseTime(team.duty_until);
  const restingUntil = parseTime(team.resting_until);
  const parts = [
    team.transport && sayValue(words.transport, team.transport),
    team.duty &&
      !team.off_duty &&
      dutyUntil !== undefined &&
      say(words.duty.onUntil, { time: moment(dutyUntil, now, tongue) }),
    team.resting &&
      team.unavailable_because !== 'rest' &&
      restingUntil !== undefined &&
      say(words.teams.resting, { count: team.resting, time: moment(restingUntil, now, tongue) }),
  ].filter(Boolean);
  return (
    <>
      {parts.length > 0 && <p class="secondary">{parts.join(' · ')}</p>}
      {team.certificates?.map(({ skill, expires_at }) => {
        const at = parseTime(expires_at);
        if (at === undefined) return null;
        const values = { skill: sayValue(words.skill, skill), date: date(at, tongue) };
        return at > now ? (
          <p key={skill} class="secondary">
            {say(words.duty.expires, values)}
          </p>
        ) : (
          <p key={skill} class="team-expired">
            <Icon name="alert" size={16} />
            {say(words.duty.expired, values)}
          </p>
        );
      })}
    </>
  );
}

/** Shows what was asked for until the feed brings it, and goes back if it was refused. */
function Availability({ team }: { team: TeamView }) {
  const [asked, setAsked] = useState<boolean>();
  const [problem, setProblem] = useState<Problem>();
  const known = team.available !== false;
  if (asked !== undefined && asked === known) setAsked(undefined);
  const set = async (available: boolean) => {
    setAsked(available);
    setProblem(undefined);
    try {
      await request('POST', `teams/${encodeURIComponent(team.id)}/availability`, { available });
    } catch (error) {
      setAsked(undefined);
      setProblem(problemOf(error));
    }
  };
  return (
    <div>
      <Switch
        label={say(words.teams.available)}
        checked={asked ?? known}
        disabled={asked !== undefined}
        onChecked={(value) => void set(value)}
      />
      {problem && (
        <p class="field-error" role="alert">
          {problemText(problem)}
        </p>
      )}
    </div>
  );
}
