import { useRef, useState } from 'preact/hooks';
import { request, type Problem } from '../api/client';
import type { CaseKind, TeamBody, TeamView } from '../api/views';
import { Choice, Field, SelectField } from '../controls/field';
import { optionsOf } from '../cases/team-forms';
import { Icon } from '../controls/icon';
import { ProblemNotice, problemOf } from '../controls/problem';
import { say, sayValue, words } from '../language';
import { coordinates } from '../language/format';
import { readPlace } from '../filing/coordinates';
import { PlaceField, usePicking } from '../filing/place-field';
import { teamById } from '../live/store';
import { certificatesOf, dayOf, type DutyDraft, dutyDraftOf, dutyOf } from './duty';
import { DutyFields } from './duty-fields';
import { freeIdOf } from './id';

interface TeamDraft {
  id: string;
  name: string;
  organisation: string;
  branch: string;
  base: string;
  kinds: CaseKind[];
  skills: string;
  members: string;
  capacity: string;
  range: string;
  answers: 'manual' | 'automatic';
  transport: string;
  /** The address of a gateway that calls the team; empty: as it was. */
  gateway: string;
  duty: DutyDraft;
  /** The last day of each skill's certificate, by skill. */
  certificates: Record<string, string>;
}

function draftOf(team: TeamView | undefined): TeamDraft {
  return {
    id: team?.id ?? '',
    name: team?.name ?? '',
    organisation: team?.organisation ?? '',
    branch: team?.branch ?? '',
    base: team?.base ? coordinates(team.base.coordinates) : '',
    kinds: team?.kinds ?? ['missing_person', 'emergency'],
    skills: (team?.skills ?? []).join(', '),
    members: team?.members === undefined ? '' : String(team.members),
    capacity: String(team?.capacity ?? 1),
    range: team?.range_km === undefined ? '' : String(team.range_km),
    answers: team?.answers ?? 'manual',
    transport: team?.transport ?? 'car',
    gateway: '',
    duty: dutyDraftOf(team?.duty),
    certificates: Object.fromEntries(
      (team?.certificates ?? []).map(({ skill, expires_at }) => [skill, dayOf(expires_at)]),
    ),
  };
}

function skillsOf(draft: TeamDraft): string[] {
  const skills = draft.skills.split(',').map((skill) => skill.trim());
  return [...new Set(skills.filter(Boolean))];
}

const allKinds: readonly CaseKind[] = ['missing_person', 'emergency', 'volunteer_event'];
const mostMembers = 100_000;
const mostCapacity = 1_000;
const mostRange = 5_000;

/** The body for the server, or what is wrong with the form, by JSON pointer. */
export function teamBody(
  draft: TeamDraft,
  team: TeamView | undefined,
): { body: TeamBody | undefined; problems: Record<string, string> } {
  const { duty, problems } = dutyOf(draft.duty);
  // What nobody typed follows the name.
  const id = draft.id.trim() || freeIdOf(draft.name, (taken) => teamById(taken) !== undefined);
  if (!/^[A-Za-z0-9._:~-]{1,128}$/.test(id)) problems['/id'] = say(words.teams.idWrong);
  if (draft.name.trim() === '') problems['/name'] = say(words.form.errorRequired);
  const place = readPlace(draft.base);
  if (place.kind !== 'place') {
    problems['/base'] = say(
      draft.base.trim() === ''
        ? words.form.errorRequired
        : place.kind === 'outside'
          ? words.form.coordinatesOutside
          : place.kind === 'short-link'
            ? words.form.shortLink
            : words.form.coordinatesUnreadable,
    );
  }
  const gateway = draft.gateway.trim();
  if (gateway !== '' && !/^https?:\/\/[^\s/]/.test(gateway)) problems['/contacts'] = say(words.teams.gatewayWrong);
  const whole = (text: string, pointer: string, max: number, min = 0): number | undefined => {
    if (text.trim() === '') return undefined;
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    problems[pointer] = say(words.form.errorNumber, { min, max });
    return undefined;
  };
  const members = whole(draft.members, '/members', mostMembers);
  const capacity = whole(draft.capacity, '/capacity', mostCapacity, 1);
  const range = whole(draft.range, '/range_km', mostRange, 1);
  if (Object.keys(problems).length > 0 || place.kind !== 'place') return { body: undefined, problems };
  const skills = skillsOf(draft);
  const certificates = certificatesOf(skills, draft.certificates, team?.certificates ?? []);
  return {
    problems,
    body: {
      type: 'team.registered',
      id,
      name: draft.name.trim(),
      ...(draft.organisation.trim() && { organisation: draft.organisation.trim() }),
      ...(draft.branch.trim() && { branch: draft.branch.trim() }),
      base: { type: 'Point', coordinates: place.lonLat },
      kinds: draft.kinds,
      skills,
      ...(members !== undefined && { members }),
      ...(capacity !== undefined && { capacity }),
      ...(range !== undefined && { range_km: range }),
      answers: draft.answers,
      transport: draft.transport,
      ...(duty && { duty }),
      ...(gateway && { contacts: [{ channel: 'webhook' as const, address: gateway }] }),
      ...(certificates.length > 0 && { certificates }),
    },
  };
}

interface TeamFormProps {
  team: TeamView | undefined;
  /** With the id of the team that was saved; without, when the form was closed. */
  onDone(saved?: string): void;
  /** It stands on a page of other things. */
  within?: boolean;
}

export function TeamForm({ team, onDone, within = false }: TeamFormProps) {
  const [draft, setDraft] = useState(() => draftOf(team));
  const [tried, setTried] = useState(false);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const box = useRef<HTMLFormElement>(null);
  const change = (fields: Partial<TeamDraft>) => {
    setDraft((before) => ({ ...before, ...fields }));
    setProblem(undefined);
  };
  usePicking(draft.base, (base) => change({ base }));
  const local = tried ? teamBody(draft, team).problems : {};
  const error = (pointer: string) =>
    local[pointer] ??
    problem?.errors.find((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`))?.detail;

  const submit = async () => {
    setTried(true);
    const { body } = teamBody(draft, team);
    if (!body) {
      requestAnimationFrame(() => box.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
      return;
    }
    setSending(true);
    try {
      await request('PUT', `teams/${encodeURIComponent(body.id)}`, body);
      onDone(body.id);
    } catch (cause) {
      setProblem(problemOf(cause));
      setSending(false);
    }
  };

  return (
    <form
      class={within ? 'form-within' : 'page form-page'}
      noValidate
      ref={box}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div class="page-head">
        {within ? <h3>{say(words.teams.add)}</h3> : <h1>{team ? team.name : say(words.teams.add)}</h1>}
        <button type="button" class="icon-button" aria-label={say(words.shell.back)} onClick={() => onDone()}>
          <Icon name="close" />
        </button>
      </div>
      <Field
        label={say(words.teams.name)}
        value={draft.name}
        onValue={(name) => change({ name })}
        required
        error={error('/name')}
      />
      <div class="field-row">
        <Field
          label={say(words.teams.organisation)}
          value={draft.organisation}
          onValue={(organisation) => change({ organisation })}
          error={error('/organisation')}
        />
        <Field
          label={say(words.teams.branch)}
          value={draft.branch}
          onValue={(branch) => change({ branch })}
          error={error('/branch')}
        />
      </div>
      <PlaceField
        label={say(words.teams.base)}
        value={draft.base}
        onValue={(base) => change({ base })}
        error={error('/base')}
        pointer="/base"
        required
      />
      <fieldset class="choice">
        <legend>{say(words.teams.kinds)}</legend>
        <div class="choice-options">
          {allKinds.map((kind) => (
            <label key={kind} class="choice-option">
              <input
                type="checkbox"
                checked={draft.kinds.includes(kind)}
                onChange={(event) =>
                  change({
                    kinds: allKinds.filter((one) =>
                      one === kind ? event.currentTarget.checked : draft.kinds.includes(one),
                    ),
                  })
                }
              />
              <span>{say(words.caseKindShort[kind])}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <div class="field-row">
        <Field
          label={say(words.teams.members)}
          type="number"
          value={draft.members}
          onValue={(members) => change({ members })}
          error={error('/members')}
        />
        <Field
          label={say(words.teams.capacity)}
          type="number"
          value={draft.capacity}
          onValue={(capacity) => change({ capacity })}
          error={error('/capacity')}
        />
        <Field
          label={say(words.teams.range)}
          type="number"
          value={draft.range}
          onValue={(range) => change({ range })}
          error={error('/range_km')}
        />
      </div>
      <Field
        label={say(words.teams.skills)}
        value={draft.skills}
        onValue={(skills) => change({ skills })}
        error={error('/skills')}
      />
      <Certificates draft={draft} change={change} error={error} />
      <SelectField
        label={say(words.duty.transport)}
        value={draft.transport}
        onValue={(transport) => change({ transport })}
        options={optionsOf(words.transport)}
        error={error('/transport')}
      />
      <DutyFields draft={draft.duty} change={(duty) => change({ duty })} error={error} />
      <Choice
        label={say(words.teams.answers)}
        value={draft.answers}
        onValue={(answers) => change({ answers })}
        stacked
        options={[
          { value: 'manual', label: say(words.teams.answersManual) },
          { value: 'automatic', label: say(words.teams.answersAutomatic) },
        ]}
      />
      <Field
        label={say(words.teams.gateway)}
        value={draft.gateway}
        onValue={(gateway) => change({ gateway })}
        help={say(team ? words.teams.contactsKept : words.teams.gatewayHelp)}
        error={error('/contacts')}
      />
      <Field
        label={say(words.teams.id)}
        value={draft.id}
        onValue={(id) => change({ id })}
        disabled={team !== undefined}
        help={say(words.teams.idHelp)}
        error={error('/id')}
      />
      <div class="form-end">
        {problem && <ProblemNotice problem={problem} />}
        <button type="submit" class="button button-primary" disabled={sending}>
          {say(words.shell.save)}
        </button>
      </div>
    </form>
  );
}

interface CertificatesProps {
  draft: TeamDraft;
  change(fields: Partial<TeamDraft>): void;
  error(pointer: string): string | undefined;
}

/** Until when each skill counts. */
function Certificates({ draft, change, error }: CertificatesProps) {
  const skills = skillsOf(draft);
  if (skills.length === 0) return null;
  return (
    <fieldset class="group">
      <legend>{say(words.duty.certificates)}</legend>
      <p class="field-help">{say(words.duty.certificatesHelp)}</p>
      <div class="field-row">
        {skills.map((skill) => (
          <Field
            key={skill}
            label={say(words.duty.validUntil, { skill: sayValue(words.skill, skill) })}
            type="date"
            value={draft.certificates[skill] ?? ''}
            onValue={(day) => change({ certificates: { ...draft.certificates, [skill]: day } })}
          />
        ))}
      </div>
      {error('/certificates') && <p class="field-error">{error('/certificates')}</p>}
    </fieldset>
  );
}
