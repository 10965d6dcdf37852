import { useState } from 'preact/hooks';
import type { CaseView, LonLat, TeamView } from '../api/views';
import { command } from '../commands/send';
import { Choice, Field, SelectField } from '../controls/field';
import { type Phrase, language, say, words } from '../language';
import { distance } from '../language/format';
import { teamById, teamName, teamViews } from '../live/store';
import { TeamGlyph } from '../map';
import { coordinates, type NoteAudience, noteAudiences } from '../permissions';
import { session } from '../session';
import { teamState } from '../teams/state';
import { closeAction } from './action-state';
import { isLive, isOnCase } from './describe';
import { FormFrame } from './form-frame';

interface TeamFormProps {
  view: CaseView;
  teamId: string;
}

/** A whole number from 0 to `max`; undefined for an empty text, null for anything else. */
export function whole(text: string, max: number): number | undefined | null {
  if (text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isInteger(value) && value >= 0 && value <= max ? value : null;
}

export function numberError(value: number | undefined | null, max: number): string | undefined {
  return value === null ? say(words.form.errorNumber, { min: 0, max }) : undefined;
}

const mostPeople = 1000;

/** The options of a table of phrases, in its order. */
export function optionsOf<K extends string>(
  table: Record<K, Phrase>,
  sex?: 'male' | 'female',
): { value: K; label: string }[] {
  return (Object.keys(table) as K[]).map((value) => ({ value, label: say(table[value], sex ? { sex } : {}) }));
}

interface PeopleFormProps extends TeamFormProps {
  type: 'assignment.on_scene' | 'assignment.returned';
  title: Phrase;
  label: Phrase;
}

export function PeopleForm({ view, teamId, type, title, label }: PeopleFormProps) {
  const known = (view.assignments ?? []).find((assignment) => assignment.team_id === teamId)?.people;
  const [people, setPeople] = useState(known === undefined ? '' : String(known));
  const [reason, setReason] = useState('');
  const count = whole(people, mostPeople);
  // While fewer are back than went the team is not home; a coordinator may say why that stays so.
  const asksWhy =
    type === 'assignment.returned' &&
    typeof count === 'number' &&
    count < (known ?? 0) &&
    coordinates(session.value, view.region);
  return (
    <FormFrame
      title={`${say(title)} · ${teamById(teamId)?.name ?? teamId}`}
      submit={say(title)}
      disabled={count === null}
      onSubmit={() => {
        command(view.id, type, {
          team_id: teamId,
          ...(count !== undefined && { people: count }),
          ...(asksWhy && reason.trim() && { reason: reason.trim() }),
        });
        closeAction();
      }}
    >
      <Field
        label={say(label)}
        type="number"
        value={people}
        onValue={setPeople}
        error={numberError(count, mostPeople)}
      />
      {asksWhy && <Field label={say(words.coordination.whyFewer)} value={reason} onValue={setReason} rows={2} />}
    </FormFrame>
  );
}

const earthRadius = 6_371_008.8;

/** Great-circle distance in metres (haversine, mean radius of IUGG), to sort the teams to choose from. */
export function metresBetween(a: LonLat, b: LonLat): number {
  const radians = Math.PI / 180;
  const dLat = (b[1] - a[1]) * radians;
  const dLon = (b[0] - a[0]) * radians;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a[1] * radians) * Math.cos(b[1] * radians) * Math.sin(dLon / 2) ** 2;
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(h)));
}

const shownTeams = 40;

export function AssignForm({ view }: { view: CaseView }) {
  const [chosen, setChosen] = useState<string>();
  const [replaces, setReplaces] = useState('');
  const [reason, setReason] = useState('');
  const present = (view.assignments ?? []).filter(
    (assignment) => isLive(assignment) && assignment.status !== 'standing_down',
  );
  const from = view.location?.coordinates;
  const taken = new Set(
    (view.assignments ?? [])
      .filter((assignment) =>
        ['accepted', 'en_route', 'on_scene', 'standing_down', 'offered'].includes(assignment.status),
      )
      .map((assignment) => assignment.team_id),
  );
  const away = (team: TeamView): number | undefined => {
    const at = team.position?.position.coordinates ?? team.base?.coordinates;
    return from && at ? metresBetween(from, at) : undefined;
  };
  const rows = teamViews.value
    .filter((team) => !taken.has(team.id))
    .map((team) => ({ team, metres: away(team), state: teamState(team) }))
    .sort((a, b) => (a.metres ?? Number.POSITIVE_INFINITY) - (b.metres ?? Number.POSITIVE_INFINITY))
    .slice(0, shownTeams);
  return (
    <FormFrame
      title={say(words.actions.assign)}
      submit={say(words.actions.assign)}
      disabled={!chosen}
      onSubmit={() => {
        command(view.id, 'case.assign', {
          team_id: chosen,
          ...(replaces && { replaces }),
          ...(reason.trim() && { reason: reason.trim() }),
        });
        closeAction();
      }}
    >
      <fieldset class="team-choice">
        <legend class="visually-hidden">{say(words.actions.chooseTeam)}</legend>
        {rows.map(({ team, metres, state }) => (
          <label key={team.id} class="team-option">
            <input
              type="radio"
              name="team"
              value={team.id}
              checked={chosen === team.id}
              onChange={() => setChosen(team.id)}
            />
            <TeamGlyph free={state.free || state.kind === 'off-duty'} stale={state.kind === 'off-duty'} size={18} />
            <span class="team-option-name">{team.name}</span>
            <span class="secondary">{state.word}</span>
            <span class="number">{metres === undefined ? '' : distance(metres, language.value)}</span>
          </label>
        ))}
      </fieldset>
      {present.length > 0 && (
        <SelectField
          label={say(words.coordination.replaces)}
          value={replaces}
          onValue={setReplaces}
          options={[
            { value: '', label: say(words.coordination.replacesNone) },
            ...present.map(({ team_id }) => ({ value: team_id, label: teamName(team_id) })),
          ]}
        />
      )}
      <Field label={say(words.actions.reason)} value={reason} onValue={setReason} />
    </FormFrame>
  );
}

export function NoteForm({ view }: { view: CaseView }) {
  const [text, setText] = useState('');
  const allowed = noteAudiences(session.value, view);
  const [chosen, setAudience] = useState<NoteAudience>();
  const audience = chosen ?? allowed[0] ?? 'coordination';
  const names = { team: words.actions.audienceTeam, coordination: words.actions.audienceCoordination };
  const own = (view.assignments ?? []).find(
    (assignment) => isOnCase(assignment) && session.value?.teams?.includes(assignment.team_id),
  );
  const [log, setLog] = useState<'case' | 'team'>('case');
  return (
    <FormFrame
      title={say(words.actions.note)}
      submit={say(words.shell.save)}
      disabled={text.trim() === ''}
      onSubmit={() => {
        command(view.id, 'case.note', {
          note: text.trim(),
          audience,
          ...(own && log === 'team' && { team_id: own.team_id }),
        });
        closeAction();
      }}
    >
      <Field label={say(words.actions.noteText)} value={text} onValue={setText} rows={3} />
      <Choice
        label={say(words.actions.noteFor)}
        value={audience}
        onValue={setAudience}
        options={allowed.map((value) => ({ value, label: say(names[value]) }))}
      />
      {own && (
        <Choice
          label={say(words.coordination.log)}
          value={log}
          onValue={setLog}
          options={[
            { value: 'case', label: say(words.coordination.logCase) },
            { value: 'team', label: say(words.coordination.logTeam) },
          ]}
        />
      )}
    </FormFrame>
  );
}
