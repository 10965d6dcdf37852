import type { AssignmentView, CaseView } from '../api/views';
import { command } from '../commands/send';
import { language, say, sayValue, words } from '../language';
import { clock, countdown, distance, duration, moment, parseTime } from '../language/format';
import { now, slowNow, teamName } from '../live/store';
import { TeamGlyph } from '../map';
import { actsFor, coordinates as mayCoordinate } from '../permissions';
import { session } from '../session';
import { isLive } from './describe';
import { stepsFor } from './steps';
import { openAction } from './action-state';

/** A position older than this counts as stale (reference of the map: 30 minutes). */
const staleSeconds = 1800;

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
  const tongue = language.value;
  const waitingForAnswer = assignment.status === 'offered' || assignment.status === 'no_answer';
  const eta = parseTime(assignment.eta_at);
  const showsEta = eta !== undefined && (assignment.status === 'accepted' || assignment.status === 'en_route');
  const stale = (assignment.position_age_s ?? 0) > staleSeconds;
  const people = assignment.status === 'returned' ? assignment.people_returned : assignment.people;
  return (
    <li
      class={`assignment${past ? ' assignment-past' : ''}`}
      data-team={assignment.team_id}
      data-status={assignment.status}
    >
      <p class="assignment-name">
        <TeamGlyph free={past ?? false} stale={stale} size={18} />
        <strong>{teamName(assignment.team_id)}</strong>
        {view.lead_team_id === assignment.team_id && <span class="mark">{say(words.cases.lead)}</span>}
        {(assignment.round ?? 1) > 1 && (
          <span class="secondary">{say(words.cases.round, { n: assignment.round })}</span>
        )}
      </p>
      <p class="assignment-line">
        <span class="assignment-status">{sayValue(words.assignmentStatus, assignment.status)}</span>
        {waitingForAnswer && <AnswerBy assignment={assignment} />}
        {showsEta && eta !== undefined && (
          <span class="assignment-eta">{say(words.cases.etaShort, { time: moment(eta, slowNow.value, tongue) })}</span>
        )}
        {people !== undefined && <span>{say(words.cases.people, { count: people })}</span>}
        {assignment.reason && <span>{sayValue(words.declineReason, assignment.reason)}</span>}
      </p>
      {assignment.distance_m !== undefined && (
        <p class="secondary">
          {distance(assignment.distance_m, tongue)}{' '}
          {assignment.from && say(assignment.from === 'base' ? words.cases.fromBase : words.cases.fromPosition)}
          {stale && ` · ${say(words.cases.stalePosition)}`}
          {assignment.position_age_s !== undefined &&
            assignment.position_age_s >= 60 &&
            ` · ${say(words.cases.positionAge, { age: duration(assignment.position_age_s * 1000, tongue) })}`}
          {(assignment.rings ?? 0) > 1 && ` · ${say(words.cases.rung, { count: assignment.rings })}`}
        </p>
      )}
      <AssignmentButtons view={view} assignment={assignment} />
    </li>
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
