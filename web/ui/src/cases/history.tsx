import { useEffect, useState } from 'preact/hooks';
import { get } from '../api/client';
import type { CandidateDecision, CaseView, TimelineEvent } from '../api/views';
import { ProblemNotice, problemOf } from '../controls/problem';
import type { Problem } from '../api/client';
import { language, say, sayValue, words } from '../language';
import { distance, duration, moment, parseTime } from '../language/format';
import { feedState, slowNow, teamName } from '../live/store';

// Changes of one case come in bursts; one question after them is enough.
const settleMilliseconds = 250;

/** Asks for a part of a case again whenever the case has changed or the connection is back. */
function useOfCase<T>(
  view: CaseView,
  part: string,
): { data: T | undefined; problem: Problem | undefined; again(): void } {
  const [data, setData] = useState<T>();
  const [problem, setProblem] = useState<Problem>();
  const [attempt, setAttempt] = useState(0);
  const connected = feedState.value.kind === 'live';
  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      get<T>(`cases/${encodeURIComponent(view.id)}/${part}`, controller.signal).then(
        (answer) => {
          setData(() => answer);
          setProblem(undefined);
        },
        (error: unknown) => {
          if (!controller.signal.aborted) setProblem(problemOf(error));
        },
      );
    }, settleMilliseconds);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [view, part, attempt, connected]);
  return { data, problem, again: () => setAttempt((value) => value + 1) };
}

const shownEvents = 8;

/** What happened, newest first. */
export function Timeline({ view }: { view: CaseView }) {
  const { data, problem, again } = useOfCase<{ events?: TimelineEvent[] }>(view, 'timeline');
  const [all, setAll] = useState(false);
  const events = [...(data?.events ?? [])].reverse();
  return (
    <section class="section">
      <h3>{say(words.cases.timeline)}</h3>
      {problem && !data && <ProblemNotice problem={problem} onRetry={again} />}
      {data && events.length === 0 && <p class="secondary">{say(words.cases.timelineNone)}</p>}
      <ol class="timeline">
        {(all ? events : events.slice(0, shownEvents)).map((event) => (
          <Event key={event.position + event.type} event={event} view={view} />
        ))}
      </ol>
      {!all && events.length > shownEvents && (
        <button type="button" class="text-button" onClick={() => setAll(true)}>
          {say(words.cases.all)} ({events.length})
        </button>
      )}
    </section>
  );
}

function Event({ event, view }: { event: TimelineEvent; view: CaseView }) {
  // What a phone reports late is shown with the time when it happened.
  const at = parseTime(typeof event.happened_at === 'string' ? event.happened_at : event.at);
  const type = event.type.replace(/^kz\.izdeu\./, '').replace(/\.v\d+$/, '');
  return (
    <li>
      <time dateTime={event.at}>{at === undefined ? '' : moment(at, slowNow.value, language.value)}</time>
      <span>
        {sayValue(words.eventType, type)}
        <EventDetail event={event} view={view} />
        {typeof event.text === 'string' && <q class="note-text">{event.text}</q>}
      </span>
    </li>
  );
}

function EventDetail({ event, view }: { event: TimelineEvent; view: CaseView }) {
  const tongue = language.value;
  const subject = view.subjects?.find((one) => one.id === event.subject_id);
  const values = subject?.sex ? { sex: subject.sex } : {};
  const parts: string[] = [];
  if (event.team_id) parts.push(teamName(event.team_id));
  if (typeof event.outcome === 'string') {
    const told = event.outcome === 'found' && typeof event.condition === 'string';
    parts.push(
      told
        ? sayValue(words.foundWith, event.condition as string, values)
        : sayValue(words.caseStatus, event.outcome, values),
    );
  }
  if (typeof event.call_out === 'string') {
    const table = { now: words.form.callNow, hold: words.form.callHold, none: words.form.callNone };
    parts.push(sayValue(table, event.call_out));
  }
  if (typeof event.distance_m === 'number') parts.push(distance(event.distance_m, tongue));
  if (typeof event.eta_minutes === 'number') {
    parts.push(`${say(words.cases.eta).toLocaleLowerCase()} ${duration(event.eta_minutes * 60_000, tongue)}`);
  }
  if (typeof event.people === 'number' && event.people > 0)
    parts.push(say(words.cases.people, { count: event.people }));
  if (typeof event.found_by === 'string') parts.push(sayValue(words.foundBy, event.found_by, values));
  if (typeof event.reason === 'string') {
    parts.push(sayValue({ ...words.closeReason, ...words.declineReason, ...words.candidateResult }, event.reason));
  }
  return parts.length === 0 ? null : <span class="secondary"> · {parts.join(' · ')}</span>;
}

/** Who was considered for the case, and why a team was or was not called; newest decision first. */
export function Candidates({ view }: { view: CaseView }) {
  const { data, problem, again } = useOfCase<{ decisions?: CandidateDecision[] }>(view, 'candidates');
  const decisions = [...(data?.decisions ?? [])].reverse();
  const [latest, ...earlier] = decisions;
  return (
    <section class="section">
      <h3>{say(words.cases.candidates)}</h3>
      {problem && !data && <ProblemNotice problem={problem} onRetry={again} />}
      {data && !latest && <p class="secondary">{say(words.cases.candidatesNone)}</p>}
      {latest && <Decision decision={latest} />}
      {earlier.length > 0 && (
        <details class="earlier">
          <summary>
            {say(words.cases.history)} ({earlier.length})
          </summary>
          {earlier.map((decision) => (
            <Decision key={decision.position} decision={decision} />
          ))}
        </details>
      )}
    </section>
  );
}

function Decision({ decision }: { decision: CandidateDecision }) {
  const tongue = language.value;
  const at = parseTime(decision.at);
  const others = Object.entries(decision.others ?? {}).filter(([, count]) => count > 0);
  return (
    <div class="decision">
      <p class="secondary">{at !== undefined && moment(at, slowNow.value, tongue)}</p>
      <table class="candidates">
        <tbody>
          {(decision.candidates ?? []).map((candidate) => (
            <tr key={candidate.team_id} class={candidate.result === 'offered' ? 'candidate-chosen' : undefined}>
              <th scope="row">{teamName(candidate.team_id)}</th>
              <td class="number">
                {candidate.distance_m === undefined ? '' : distance(candidate.distance_m, tongue)}
                {candidate.from === 'base' && <span class="secondary"> {say(words.cases.fromBase)}</span>}
              </td>
              <td>{sayValue(words.candidateResult, candidate.result)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {others.length > 0 && (
        <p class="secondary">
          {say(words.cases.others)}:{' '}
          {others.map(([reason, count]) => `${sayValue(words.candidateResult, reason)} ${count}`).join(', ')}
        </p>
      )}
    </div>
  );
}
