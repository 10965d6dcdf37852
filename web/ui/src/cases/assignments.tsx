import type { AssignmentView, CaseView } from '../api/views';
import { command } from '../commands/send';
import { Icon } from '../controls/icon';
import { language, say, sayValue, words } from '../language';
import { clock, countdown, distance, moment, number, parseTime } from '../language/format';
import { regionNames } from '../language/regions';
import { now, slowNow, teamName } from '../live/store';
import { TeamGlyph } from '../map';
import { actsFor, coordinates as mayCoordinate } from '../permissions';
import { session } from '../session';
import { isLive } from './describe';
import { CaseLink } from './duplicates';
import { Roster } from './roster';
import { stepsFor } from './steps';
import { openAction } from './action-state';
import { originText, travelText } from './travel';

/** The teams that were asked, with how far each is and how long it may still take to answer. */
export function Assignments({ view }: { view: CaseView }) {
  const list = view.assignments ?? [];
  const present = list.filter(isLive);
  const past = list.filter((assignment) => !isLive(assignment));
  return (
    <section class="section">
      <h3>{say(words.cases.assignments)}</h3>
      {list.length === 0 && <p class="secondary">{say(words.cases.noAssignments)}</p>}
      <ul class="assignments">
        {present.map((assignment) => (
          <Assignment key={keyOf(assignment)} view={view} assignment={assignment} />
        ))}
        {past.map((assignment) => (
          <Assignment key={keyOf(assignment)} view={view} assignment={assignment} past />
        ))}
      </ul>
    </section>
  );
}

function keyOf(assignment: AssignmentView): string {
  return `${assignment.team_id}/${assignment.round ?? 1}`;
}

function Assignment({ view, assignment, past }: { view: CaseView; assignment: AssignmentView; past?: boolean }) {
  const waitingForAnswer = assignment.status === 'offered' || assignment.status === 'no_answer';
  const people = assignment.status === 'returned' ? assignment.people_returned : assignment.people;
  return (
    <li
      class={`assignment${past ? ' assignment-past' : ''}`}
      data-team={assignment.team_id}
      data-status={assignment.status}
    >
      <p class="assignment-name">
        <TeamGlyph free={past ?? false} stale={assignment.stale_position_age_s !== undefined} size={18} />
        <strong>{teamName(assignment.team_id)}</strong>
        {view.lead_team_id === assignment.team_id && <span class="mark">{say(words.cases.lead)}</span>}
        {assignment.lent_by && (
          <span class="mark">
            {say(words.coordination.lent, { region: sayValue(regionNames, assignment.lent_by) })}
          </span>
        )}
        {(assignment.round ?? 1) > 1 && (
          <span class="secondary">{say(words.cases.round, { n: assignment.round })}</span>
        )}
      </p>
      <p class="assignment-line">
        <span class="assignment-status">{sayValue(words.assignmentStatus, assignment.status)}</span>
        {waitingForAnswer && <AnswerBy assignment={assignment} />}
        <Arrival assignment={assignment} />
        {people !== undefined && <span>{say(words.cases.people, { count: people })}</span>}
        <Hours assignment={assignment} />
      </p>
      <SaidWords reason={assignment.reason} />
      {assignment.released_for && (
        <p>
          {say(words.preemption.takenFor)}: <CaseLink id={assignment.released_for} />
        </p>
      )}
      <CheckIn view={view} assignment={assignment} />
      <p class="secondary">{wayOf(assignment).join(' · ')}</p>
      <Told assignment={assignment} />
      <Roster view={view} assignment={assignment} />
      <AssignmentButtons view={view} assignment={assignment} />
    </li>
  );
}

/** Distance, travel time, what they were measured from, how often it was called. */
function wayOf(assignment: AssignmentView): string[] {
  const parts = [
    assignment.distance_m !== undefined && distance(assignment.distance_m, language.value),
    isLive(assignment) && assignment.status !== 'on_scene' && travelText(assignment),
    assignment.distance_m !== undefined && originText(assignment),
    assignment.skills?.map((skill) => sayValue(words.skill, skill)).join(', '),
    (assignment.rings ?? 0) > 1 && say(words.cases.rung, { count: assignment.rings }),
  ];
  return parts.filter((part): part is string => Boolean(part));
}

/** When the team will be there: as it said, else the range that trips take. */
function Arrival({ assignment }: { assignment: AssignmentView }) {
  if (assignment.status !== 'accepted' && assignment.status !== 'en_route') return null;
  const tongue = language.value;
  const said = parseTime(assignment.eta_at);
  const least = parseTime(assignment.eta_least_at);
  const most = parseTime(assignment.eta_most_at);
  if (said !== undefined)
    return (
      <span class="assignment-eta">{say(words.cases.etaShort, { time: moment(said, slowNow.value, tongue) })}</span>
    );
  if (least === undefined || most === undefined) return null;
  return (
    <span class="assignment-eta">
      {say(words.choice.etaRange, { from: moment(least, slowNow.value, tongue), to: moment(most, least, tongue) })}
      {assignment.travel_assumed && ` (${say(words.choice.assumed)})`}
    </span>
  );
}

/** The words of the answer as they were said; a reason of the list in the reader's language. */
function SaidWords({ reason }: { reason: string | undefined }) {
  if (!reason) return null;
  const table: Record<string, unknown> = words.declineReason;
  return (
    <p class="assignment-words">
      {reason.split('\n').map((line) =>
        Object.hasOwn(table, line) ? (
          <span key={line}>{sayValue(words.declineReason, line)}</span>
        ) : (
          <q key={line} class="note-text">
            {line}
          </q>
        ),
      )}
    </p>
  );
}

function Hours({ assignment }: { assignment: AssignmentView }) {
  const tongue = language.value;
  if (!assignment.hours) return null;
  return (
    <span>
      {say(words.coordination.hoursOut, { hours: number(assignment.hours, tongue, 1) })}
      {assignment.people_hours !== undefined &&
        ` · ${say(words.coordination.personHours, { hours: number(assignment.people_hours, tongue, 1) })}`}
    </span>
  );
}

/** When the team has to be heard of; loud once it was not, until it is. */
function CheckIn({ view, assignment }: { view: CaseView; assignment: AssignmentView }) {
  const time = (at: number): string => moment(at, slowNow.value, language.value);
  const by = parseTime(assignment.check_in_by);
  const missed = parseTime(assignment.check_in_missed_at);
  const missing = parseTime(assignment.people_missing_at);
  if (by === undefined && missed === undefined && missing === undefined) return null;
  const own = session.value?.teams?.includes(assignment.team_id) ?? false;
  return (
    <>
      {missing !== undefined && (
        <p class="assignment-alarm" role="alert">
          <Icon name="alert" size={18} />
          {say(words.coordination.peopleMissing, { time: time(missing) })}
        </p>
      )}
      {missed !== undefined && (
        <p class="assignment-alarm" role="alert">
          <Icon name="alert" size={18} />
          {say(words.coordination.checkInMissed, { time: time(missed) })}
        </p>
      )}
      <p class="assignment-check-in">
        {missed === undefined && by !== undefined && (
          <span class="secondary">{say(words.coordination.checkInBy, { time: time(by) })}</span>
        )}
        {actsFor(session.value, assignment.team_id, view) && (
          <button
            type="button"
            class="text-button"
            onClick={() => command(view.id, 'assignment.check_in', { team_id: assignment.team_id })}
          >
            <Icon name="check" size={16} />
            {say(own ? words.coordination.checkIn : words.coordination.checkInFor)}
          </button>
        )}
      </p>
    </>
  );
}

/** Whether the call reached the team by its other channels. */
function Told({ assignment }: { assignment: AssignmentView }) {
  if (!assignment.notified?.length) return null;
  return (
    <p class="secondary">
      {assignment.notified
        .map(({ channel, delivered, at }) => {
          const time = parseTime(at);
          const text = say(delivered ? words.coordination.told : words.coordination.notTold, {
            channel: sayValue(words.channel, channel),
          });
          return time === undefined ? text : `${text} ${moment(time, slowNow.value, language.value)}`;
        })
        .join(' · ')}
    </p>
  );
}

function AnswerBy({ assignment }: { assignment: AssignmentView }) {
  const until = parseTime(assignment.answer_by);
  if (until === undefined || assignment.status !== 'offered') return null;
  const left = countdown(until, now.value);
  return (
    <span class="assignment-timer" title={say(words.cases.answerBy, { time: clock(until, true) })}>
      {left ? say(words.cases.answerLeft, { left }) : say(words.cases.answerOver)}
    </span>
  );
}

/** A coordinator gives a team's commands for it, here; a lead has them at the bottom of the page. */
function AssignmentButtons({ view, assignment }: { view: CaseView; assignment: AssignmentView }) {
  const own = session.value?.teams?.includes(assignment.team_id) ?? false;
  if (own || !mayCoordinate(session.value, view.region) || !actsFor(session.value, assignment.team_id, view))
    return null;
  const steps = stepsFor(assignment, view, true);
  if (steps.length === 0) return null;
  return (
    <p class="assignment-buttons">
      {steps.map((step) => (
        <button
          key={step.type}
          type="button"
          class="button button-small"
          onClick={() =>
            step.form
              ? openAction({ name: step.form, teamId: assignment.team_id })
              : command(view.id, step.type, { team_id: assignment.team_id })
          }
        >
          {say(step.label)}
        </button>
      ))}
    </p>
  );
}
