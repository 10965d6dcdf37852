import type { Candidate, CandidateDecision, CaseView } from '../api/views';
import { ProblemNotice } from '../controls/problem';
import { language, say, sayValue, words } from '../language';
import { distance, moment, parseTime } from '../language/format';
import { slowNow, teamById, teamName } from '../live/store';
import { useOfCase } from './of-case';
import { originText, travelText } from './travel';
import { skillsText, whyText } from './why';

/** Who was considered for the case, and why a team was or was not called; newest decision first. */
export function Candidates({ view }: { view: CaseView }) {
  // Choices come with calls; what the teams then do changes none of them.
  const decided = [view.status, ...(view.assignments ?? []).map(({ team_id, round, rings }) => `${team_id}/${round}/${rings}`)].join(' ');
  const { data, problem, again } = useOfCase<{ decisions?: CandidateDecision[] }>(view, 'candidates', decided);
  const decisions = [...(data?.decisions ?? [])].reverse();
  const [latest, ...earlier] = decisions;
  return (
    <section class="section why">
      <h3>{say(words.cases.candidates)}</h3>
      {problem && !data && <ProblemNotice problem={problem} onRetry={again} />}
      {data && !latest && <p class="secondary">{say(words.cases.candidatesNone)}</p>}
      {latest && <Decision decision={latest} view={view} latest />}
      {earlier.length > 0 && (
        <details class="earlier">
          <summary>
            {say(words.cases.history)} ({earlier.length})
          </summary>
          {earlier.map((decision) => (
            <Decision key={decision.position} decision={decision} view={view} />
          ))}
        </details>
      )}
    </section>
  );
}

function Decision({ decision, view, latest }: { decision: CandidateDecision; view: CaseView; latest?: boolean }) {
  const at = parseTime(decision.at);
  const list = decision.candidates ?? [];
  const others = Object.entries(decision.others ?? {}).filter(([, count]) => count > 0);
  return (
    <div class="decision">
      <p class="decision-head">
        {at !== undefined && <time dateTime={decision.at}>{moment(at, slowNow.value, language.value)}</time>}{' '}
        {!decision.chosen && <strong>{say(words.choice.nobody)}</strong>}
      </p>
      <ol class="candidates">
        {list.map((candidate) => (
          <Considered
            key={candidate.team_id}
            candidate={candidate}
            decision={decision}
            view={view}
            latest={latest ?? false}
          />
        ))}
      </ol>
      {others.length > 0 && (
        <p class="secondary">
          {say(words.choice.others)}:{' '}
          {others.map(([reason, count]) => `${sayValue(words.candidateResult, reason)} ${count}`).join(', ')}
        </p>
      )}
      {list.some((candidate) => candidate.travel_assumed) && <p class="secondary">{say(words.choice.assumedHelp)}</p>}
    </div>
  );
}

interface ConsideredProps {
  candidate: Candidate;
  decision: CandidateDecision;
  view: CaseView;
  latest: boolean;
}

function Considered({ candidate, decision, view, latest }: ConsideredProps) {
  const tongue = language.value;
  const team = teamById(candidate.team_id);
  const details = [
    travelText(candidate),
    candidate.transport && sayValue(words.transport, candidate.transport),
    originText(candidate),
    skillsText(view, team),
    candidate.cases_last_day ? say(words.cases.casesLastDay, { count: candidate.cases_last_day }) : undefined,
  ].filter(Boolean);
  return (
    <li
      class={candidate.result === 'offered' ? 'candidate-chosen' : undefined}
      data-team={candidate.team_id}
      data-result={candidate.result}
    >
      <p class="candidate-name">
        <span>{teamName(candidate.team_id)}</span>
        <span class="number">{candidate.distance_m === undefined ? '' : distance(candidate.distance_m, tongue)}</span>
      </p>
      <p class="candidate-why">
        {whyText(candidate, decision, view, team, latest, slowNow.value)}
        {candidate.result === 'offered' && decision.chosen && `: ${sayValue(words.chosen, decision.chosen)}`}
      </p>
      {details.length > 0 && <p class="secondary">{details.join(' · ')}</p>}
    </li>
  );
}
