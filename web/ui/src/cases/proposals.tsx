import type { CaseView, Proposal } from '../api/views';
import { command } from '../commands/send';
import { language, say, words } from '../language';
import { duration } from '../language/format';
import { teamName } from '../live/store';
import { coordinates as mayCoordinate } from '../permissions';
import { session } from '../session';
import { CaseLink } from './duplicates';

/** Teams on their way to something routine that would be here much sooner; a person decides, with the cost in sight. */
export function Proposals({ view }: { view: CaseView }) {
  const list = view.proposals ?? [];
  if (list.length === 0) return null;
  return (
    <section class="notice notice-review duplicates">
      <h3>{say(words.preemption.title)}</h3>
      <ul>
        {list.map((proposal) => (
          <Proposed key={proposal.team_id} proposal={proposal} view={view} />
        ))}
      </ul>
    </section>
  );
}

export function Proposed({ proposal, view }: { proposal: Proposal; view: CaseView }) {
  const time = (seconds: number): string => duration(seconds * 1000, language.value);
  const { travel_s, gain_s, cost_s } = proposal;
  return (
    <li data-team={proposal.team_id}>
      <p>
        <strong>{teamName(proposal.team_id)}</strong> · {say(words.preemption.here, { time: time(travel_s) })}
      </p>
      <p>
        {gain_s === undefined ? say(words.preemption.gainAlone) : say(words.preemption.gain, { time: time(gain_s) })}
      </p>
      <p>
        {say(words.preemption.from)}: <CaseLink id={proposal.from_case_id} />
      </p>
      <p>
        {cost_s === undefined ? say(words.preemption.costAlone) : say(words.preemption.cost, { time: time(cost_s) })}
      </p>
      {mayCoordinate(session.value, view.region) && (
        <p class="assignment-buttons">
          <button
            type="button"
            class="button button-small"
            onClick={() => command(view.id, 'case.preempt', { team_id: proposal.team_id })}
          >
            {say(words.preemption.take)}
          </button>
        </p>
      )}
    </li>
  );
}
