import type { AssignmentStatus, CandidateDecision, CaseView } from '../api/views';
import { useOfCase } from '../cases/of-case';
import { whyText } from '../cases/why';
import { language, say, sayValue, words } from '../language';
import { distance, duration, moment, parseTime } from '../language/format';
import { slowNow, teamById, teamName } from '../live/store';
import { Do, Line, openWith } from './line';

/** How long a case has waited. */
export function waited(view: CaseView): string {
  return duration(slowNow.value - (parseTime(view.opened_at) ?? slowNow.value), language.value);
}

/** A case without a team: who was asked, who cannot come, and why nobody else was called. */
export function WaitingLine({ view }: { view: CaseView }) {
  const teams = (status: AssignmentStatus): string =>
    (view.assignments ?? [])
      .filter((assignment) => assignment.status === status)
      .map((assignment) => teamName(assignment.team_id))
      .join(', ');
  const asked = teams('offered');
  const silent = teams('no_answer');
  const declined = teams('declined');
  const nobody = parseTime(view.unanswered_at);
  return (
    <Line
      view={view}
      time={say(words.desk.waits, { time: waited(view) })}
      action={
        <Do main about={view} label={say(words.actions.assign)} onClick={() => openWith(view, { name: 'assign' })} />
      }
    >
      {nobody !== undefined && !asked && (
        <p class="task-loud">{say(words.desk.nobodySince, { time: moment(nobody, slowNow.value, language.value) })}</p>
      )}
      {asked && <p>{say(words.desk.asked, { teams: asked })}</p>}
      {silent && <p>{say(words.desk.noAnswer, { teams: silent })}</p>}
      {declined && <p>{say(words.desk.declined, { teams: declined })}</p>}
      <Reasons view={view} />
    </Line>
  );
}

// Who was asked is named above.
const named: ReadonlySet<string> = new Set(['offered', 'asked', 'no_answer', 'declined']);

/** The reasons of the newest decision, counted, and the nearest team that could not be called. */
function Reasons({ view }: { view: CaseView }) {
  const { data } = useOfCase<{ decisions?: CandidateDecision[] }>(view, 'candidates?latest=true');
  const decision = data?.decisions?.[0];
  const at = parseTime(decision?.at);
  if (!decision || at === undefined) return null;
  const now = slowNow.value;
  const counts = new Map<string, number>();
  for (const { result } of decision.candidates ?? []) counts.set(result, (counts.get(result) ?? 0) + 1);
  for (const [result, count] of Object.entries(decision.others ?? {}))
    counts.set(result, (counts.get(result) ?? 0) + count);
  const reasons = [...counts].filter(([result, count]) => count > 0 && !named.has(result));
  const first = decision.candidates?.find(({ result }) => !named.has(result) && result !== 'eligible');
  return (
    <>
      {reasons.length > 0 && (
        <p class="secondary">
          {say(words.desk.others, { time: moment(at, now, language.value) })}:{' '}
          {reasons.map(([result, count]) => `${sayValue(words.candidateResult, result)} ${count}`).join(' · ')}
        </p>
      )}
      {first && (
        <p class="secondary">
          {say(words.desk.first, { team: teamName(first.team_id) })}
          {first.distance_m !== undefined && `, ${distance(first.distance_m, language.value)}`} –{' '}
          {whyText(first, decision, view, teamById(first.team_id), true, now)}
        </p>
      )}
    </>
  );
}
