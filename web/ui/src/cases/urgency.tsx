import type { CaseView } from '../api/views';
import { language, say, sayValue, words } from '../language';
import { moment, parseTime } from '../language/format';
import { slowNow } from '../live/store';
import { coordinates as mayCoordinate, seesOwners } from '../permissions';
import { session } from '../session';
import { openAction } from './action-state';
import { useOwners } from './coordination';
import { isOver } from './describe';

/** How urgent the case is, who said so, and what the table of factors says with its reasons. */
export function Urgency({ view }: { view: CaseView }) {
  const assessment = view.assessment;
  const may = mayCoordinate(session.value, view.region) && !isOver(view.status);
  const factors = assessment?.factors ?? [];
  return (
    <section class="section urgency" data-urgency={view.urgency}>
      <h3>{say(words.cases.urgency)}</h3>
      <div class="urgency-head">
        <p>
          <strong>{sayValue(words.urgency, view.urgency)}</strong>
          <span class="secondary">
            {' · '}
            {view.urgency_from ? sayValue(words.urgencyOrigin, view.urgency_from) : say(words.assessment.byTable)}
          </span>
          {view.urgency_from === 'set' && <SetBy view={view} />}
        </p>
        {may && (
          <button type="button" class="text-button" onClick={() => openAction({ name: 'urgency' })}>
            {say(words.teams.change)}
          </button>
        )}
      </div>
      {assessment && (
        <>
          <p class="secondary">
            {say(words.assessment.byTable)}: {sayValue(words.urgency, assessment.urgency)},{' '}
            {say(words.assessment.score, { count: assessment.score })}
          </p>
          {factors.length === 0 ? (
            <p class="secondary">{say(words.assessment.noFactor)}</p>
          ) : (
            <ul class="factors">
              {factors.map((factor) => (
                <li key={factor.code} data-factor={factor.code} class={factor.lifts ? 'factor-lifts' : undefined}>
                  {sayValue(words.urgencyFactor, factor.code)}{' '}
                  <span class="number">
                    {factor.points > 0 ? `+${factor.points}` : factor.points}
                    {factor.lifts && ` · ${say(words.assessment.lifts)}`}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </section>
  );
}

function SetBy({ view }: { view: CaseView }) {
  const at = parseTime(view.urgency_set_at);
  return (
    <span class="secondary">
      {seesOwners(session.value) && view.urgency_set_by && (
        <>
          {': '}
          <NameOf view={view} id={view.urgency_set_by} />
        </>
      )}
      {at !== undefined && ` ${moment(at, slowNow.value, language.value)}`}
    </span>
  );
}

function NameOf({ view, id }: { view: CaseView; id: string }) {
  const name = useOwners(view)?.find((owner) => owner.id === id)?.name;
  return <span class="number">{name || id}</span>;
}
