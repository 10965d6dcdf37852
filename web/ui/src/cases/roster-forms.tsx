import { useEffect, useState } from 'preact/hooks';
import { get, type Problem } from '../api/client';
import { randomUUID } from '../api/identifiers';
import type { CaseView, MemberAnswer } from '../api/views';
import { command } from '../commands/send';
import { Choice, Field, SelectField, Switch } from '../controls/field';
import { Icon } from '../controls/icon';
import { ProblemNotice, problemOf } from '../controls/problem';
import { language, say, words } from '../language';
import { moment, parseTime } from '../language/format';
import { slowNow, teamName } from '../live/store';
import { closeAction } from './action-state';
import { FormFrame } from './form-frame';
import { numberError, optionsOf, whole } from './team-forms';

interface GroupText {
  text: string;
  link: string;
  expires_at: string;
}

/** The text for a team's own group, to share or to copy; members answer by its link. */
export function GroupTextForm({ view, teamId }: { view: CaseView; teamId: string }) {
  const [answer, setAnswer] = useState<GroupText>();
  const [problem, setProblem] = useState<Problem>();
  const [copied, setCopied] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const tongue = language.value;
  useEffect(() => {
    const controller = new AbortController();
    setProblem(undefined);
    setCopied(false);
    get<GroupText>(
      `cases/${encodeURIComponent(view.id)}/call-out?team_id=${encodeURIComponent(teamId)}&lang=${tongue}`,
      controller.signal,
    ).then(setAnswer, (error: unknown) => {
      if (!controller.signal.aborted) setProblem(problemOf(error));
    });
    return () => controller.abort();
  }, [view.id, teamId, tongue, attempt]);
  const until = parseTime(answer?.expires_at);
  return (
    <FormFrame title={`${say(words.coordination.groupText)} · ${teamName(teamId)}`}>
      {problem && <ProblemNotice problem={problem} onRetry={() => setAttempt(attempt + 1)} />}
      {!answer && !problem && <p class="secondary">{say(words.shell.loading)}</p>}
      {answer && (
        <>
          <p class="secondary">
            {say(words.coordination.groupTextHelp, {
              time: until === undefined ? '' : moment(until, slowNow.value, tongue),
            })}
          </p>
          {/* To be marked by hand where the browser lets nobody copy. */}
          <textarea
            class="group-text"
            readOnly
            rows={7}
            aria-label={say(words.coordination.groupText)}
            value={answer.text}
          />
          <div class="group-text-buttons">
            {'share' in navigator && (
              <button
                type="button"
                class="button button-primary"
                onClick={() => {
                  // Whoever turns the sheet away has not failed.
                  navigator.share({ text: answer.text }).catch(() => undefined);
                }}
              >
                <Icon name="share" />
                {say(words.coordination.share)}
              </button>
            )}
            {navigator.clipboard && (
              <button
                type="button"
                class="button"
                onClick={() => {
                  navigator.clipboard.writeText(answer.text).then(
                    () => setCopied(true),
                    () => setCopied(false),
                  );
                }}
              >
                <Icon name={copied ? 'check' : 'copy'} />
                <span role="status">{say(copied ? words.cases.coordinatesCopied : words.coordination.copy)}</span>
              </button>
            )}
          </div>
        </>
      )}
    </FormFrame>
  );
}

type YesNo = 'yes' | 'no';
const longestDrive = 1440;
const mostSeats = 60;

/** A lead or a coordinator answers for a member without a phone; the server refuses who is under 18. */
export function MemberForm({ view, teamId }: { view: CaseView; teamId: string }) {
  const members = view.assignments?.find((assignment) => assignment.team_id === teamId)?.members ?? [];
  const [fresh] = useState(() => `board-${randomUUID()}`);
  const [id, setId] = useState(fresh);
  const [name, setName] = useState('');
  const [phone, setPhone] = useState('');
  const [adult, setAdult] = useState<YesNo>();
  const [guardian, setGuardian] = useState(false);
  const [answer, setAnswer] = useState<MemberAnswer>('coming');
  const [minutes, setMinutes] = useState('');
  const [seats, setSeats] = useState('');
  const isNew = id === fresh;
  const eta = whole(minutes, longestDrive);
  const free = whole(seats, mostSeats);
  const unsaid = isNew && (name.trim() === '' || adult === undefined);
  return (
    <FormFrame
      title={`${say(words.roster.answerFor)} · ${teamName(teamId)}`}
      submit={say(words.shell.save)}
      disabled={unsaid || eta === null || free === null}
      onSubmit={() => {
        command(view.id, 'roster.answer', {
          team_id: teamId,
          member: {
            id,
            answer,
            ...(isNew && { name: name.trim(), adult: adult === 'yes' }),
            ...(isNew && phone.trim() && { phone: phone.trim() }),
            ...(isNew && adult === 'no' && guardian && { guardian }),
            ...(answer === 'coming' && eta !== undefined && { eta_minutes: eta }),
            ...(answer === 'coming' && free !== undefined && { seats: free }),
          },
        });
        closeAction();
      }}
    >
      {members.length > 0 && (
        <SelectField
          label={say(words.roster.who)}
          value={id}
          onValue={setId}
          options={[
            ...members.map((member) => ({ value: member.id, label: member.name ?? member.id })),
            { value: fresh, label: say(words.roster.newMember) },
          ]}
        />
      )}
      {isNew && (
        <>
          <div class="field-row">
            <Field label={say(words.form.name)} value={name} onValue={setName} required />
            <Field label={say(words.form.reporterPhone)} type="tel" value={phone} onValue={setPhone} />
          </div>
          <Choice
            label={say(words.roster.adult)}
            value={adult}
            onValue={setAdult}
            options={[
              { value: 'yes', label: say(words.actions.yes) },
              { value: 'no', label: say(words.actions.no) },
            ]}
          />
          {adult === 'no' && view.kind === 'volunteer_event' && (
            <Switch label={say(words.roster.guardian)} checked={guardian} onChecked={setGuardian} />
          )}
        </>
      )}
      <Choice
        label={say(words.roster.answer)}
        value={answer}
        onValue={setAnswer}
        options={optionsOf(words.memberAnswer)}
      />
      {answer === 'coming' && (
        <div class="field-row">
          <Field
            label={say(words.actions.etaMinutes)}
            type="number"
            value={minutes}
            onValue={setMinutes}
            error={numberError(eta, longestDrive)}
          />
          <Field
            label={say(words.roster.seatsAsked)}
            type="number"
            value={seats}
            onValue={setSeats}
            error={numberError(free, mostSeats)}
          />
        </div>
      )}
    </FormFrame>
  );
}
