import { useState } from 'preact/hooks';
import type { AssignmentView, CaseView } from '../api/views';
import { command } from '../commands/send';
import { Field } from '../controls/field';
import { say, words } from '../language';
import { teamById } from '../live/store';
import { closeAction } from './action-state';
import { FormFrame } from './form-frame';
import { numberError, optionsOf, whole } from './team-forms';

interface AnswerFormProps {
  view: CaseView;
  teamId: string;
}

const longestDrive = 1440;
const mostPeople = 1000;
export const usualMinutes = [15, 30, 45, 60, 90, 120] as const;
const usualPeople = [2, 3, 4, 5, 6, 8] as const;

/** The usual time that a trip fits into, in minutes; undefined where the trip is not known or longer than all. */
export function usualTime(assignment: AssignmentView | undefined): number | undefined {
  const seconds = assignment?.travel_s;
  if (seconds === undefined) return undefined;
  return usualMinutes.find((minutes) => minutes * 60 >= seconds);
}

// A team comes with about as many as the last time.
const keptAt = (teamId: string): string => `izdeu.people.${teamId}`;

function lastPeople(teamId: string): string {
  try {
    return localStorage.getItem(keptAt(teamId)) ?? '';
  } catch {
    return '';
  }
}

function keepPeople(teamId: string, people: number): void {
  try {
    localStorage.setItem(keptAt(teamId), String(people));
  } catch {
    // It is asked again next time.
  }
}

/** Yes: the time by estimate and the people of last time are there already, so that one more tap sends it. */
export function AcceptForm({ view, teamId }: AnswerFormProps) {
  const offered = (view.assignments ?? []).find((assignment) => assignment.team_id === teamId);
  const [estimate] = useState(() => usualTime(offered));
  const [minutes, setMinutes] = useState(estimate === undefined ? '' : String(estimate));
  const [people, setPeople] = useState(() => lastPeople(teamId));
  const [said, setSaid] = useState('');
  const eta = whole(minutes, longestDrive);
  const count = whole(people, mostPeople);
  return (
    <FormFrame
      title={`${say(words.actions.accept)} · ${teamById(teamId)?.name ?? teamId}`}
      submit={say(words.actions.accept)}
      disabled={eta === null || count === null}
      onSubmit={() => {
        if (typeof count === 'number') keepPeople(teamId, count);
        command(view.id, 'assignment.accept', {
          team_id: teamId,
          ...(eta !== undefined && { eta_minutes: eta }),
          ...(count !== undefined && { people: count }),
          ...(said.trim() && { words: said.trim() }),
        });
        closeAction();
      }}
    >
      <div class="quick">
        {usualMinutes.map((value) => (
          <button
            key={value}
            type="button"
            class="button button-small"
            aria-pressed={minutes === String(value)}
            onClick={() => setMinutes(String(value))}
          >
            {value}
          </button>
        ))}
      </div>
      <Field
        label={
          estimate !== undefined && minutes === String(estimate)
            ? `${say(words.actions.etaMinutes)} (${say(words.lead.minutesByEstimate)})`
            : say(words.actions.etaMinutes)
        }
        type="number"
        value={minutes}
        onValue={setMinutes}
        error={numberError(eta, longestDrive)}
      />
      <div class="quick">
        {usualPeople.map((value) => (
          <button
            key={value}
            type="button"
            class="button button-small"
            aria-pressed={people === String(value)}
            aria-label={say(words.lead.peopleChip, { count: value })}
            onClick={() => setPeople(String(value))}
          >
            {value}
          </button>
        ))}
      </div>
      <Field
        label={say(words.actions.people)}
        type="number"
        value={people}
        onValue={setPeople}
        error={numberError(count, mostPeople)}
      />
      <Field
        label={say(words.coordination.ownWords)}
        value={said}
        onValue={setSaid}
        help={say(words.coordination.ownWordsHelp)}
      />
    </FormFrame>
  );
}

/** No: a tap on a reason sends it, with what was written in one's own words. */
export function DeclineForm({ view, teamId }: AnswerFormProps) {
  const [said, setSaid] = useState('');
  const decline = (reason?: string) => {
    command(view.id, 'assignment.decline', {
      team_id: teamId,
      ...(reason && { reason }),
      ...(said.trim() && { words: said.trim() }),
    });
    closeAction();
  };
  return (
    <FormFrame
      title={`${say(words.actions.decline)} · ${teamById(teamId)?.name ?? teamId}`}
      submit={say(words.actions.decline)}
      onSubmit={() => decline()}
    >
      <div class="quick-reasons" role="group" aria-label={say(words.actions.reason)}>
        {optionsOf(words.declineReason).map(({ value, label }) => (
          <button key={value} type="button" class="button" data-reason={value} onClick={() => decline(value)}>
            {label}
          </button>
        ))}
      </div>
      <p class="secondary">{say(words.lead.declineHelp)}</p>
      <Field label={say(words.coordination.ownWords)} value={said} onValue={setSaid} />
    </FormFrame>
  );
}
