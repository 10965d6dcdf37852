import { computed, effect, signal } from '@preact/signals';
import type { AssignmentView, CaseView } from '../api/views';
import { openAction, openedAction } from '../cases/action-state';
import { caseTitle, isOver } from '../cases/describe';
import { travelText } from '../cases/travel';
import { outboxEntries } from '../commands/send';
import { Icon } from '../controls/icon';
import { language, say, words } from '../language';
import { countdown, distance, parseTime } from '../language/format';
import { caseViews, now, teamName } from '../live/store';
import { go, hashOf, selectedCaseId } from '../route';
import { session } from '../session';
import { alarmCount } from './alarms';
import { ring } from './sound';

interface Offer {
  view: CaseView;
  assignment: AssignmentView;
  /** One ring of one round: a team that is rung again is rung aloud again. */
  key: string;
}

/** The calls to the person's own teams that nobody has answered, also not here without a connection. */
export const openOffers = computed<Offer[]>(() => {
  const present = session.value;
  if (!present?.roles.includes('team')) return [];
  const answered = new Set(
    outboxEntries.value
      .filter(({ body, state }) => /^assignment\.(accept|decline)$/.test(body.type) && state !== 'refused')
      .map(({ caseId, body }) => `${caseId}/${body.team_id}`),
  );
  return caseViews.value
    .filter((view) => !isOver(view.status) && view.status !== 'ended')
    .flatMap((view) =>
      (view.assignments ?? [])
        .filter(
          ({ status, team_id }) =>
            (status === 'offered' || status === 'no_answer') &&
            present.teams?.includes(team_id) &&
            !answered.has(`${view.id}/${team_id}`),
        )
        .map((assignment) => ({
          view,
          assignment,
          key: `${view.id}/${assignment.team_id}/${assignment.round ?? 1}/${assignment.rings ?? 1}`,
        })),
    );
});

const silenced = signal<ReadonlySet<string>>(new Set());
/** There is a call that is to be heard. */
const loud = computed(() =>
  openOffers.value.some(({ assignment, key }) => assignment.status === 'offered' && !silenced.value.has(key)),
);

// Often enough not to be missed, seldom enough to be spoken over.
const ringEvery = 4_000;

/** Rings for a call until it is answered or silenced, and says it in the title of the page. Called once, at start. */
export function startOffers(): void {
  const title = document.title;
  effect(() => {
    if (!loud.value) return;
    ring();
    const timer = setInterval(ring, ringEvery);
    return () => clearInterval(timer);
  });
  effect(() => {
    const [first] = openOffers.value;
    const news = alarmCount.value > 0 ? `(${alarmCount.value}) ${title}` : title;
    document.title = first ? say(words.lead.offer, { title: caseTitle(first.view) }) : news;
  });
}

/** Opens the case with its form, in one tap from any page. */
function answer({ view, assignment }: Offer, name: 'accept' | 'decline'): void {
  const open = (): void => openAction({ name, teamId: assignment.team_id });
  if (selectedCaseId.peek() === view.id) {
    open();
    return;
  }
  // The case that was shown before closes its own form when it goes.
  addEventListener('hashchange', () => setTimeout(open), { once: true });
  go({ page: 'map', caseId: view.id });
}

/** The calls that wait for an answer, on every page: what, how far, how long still, yes and no. */
export function Offers() {
  const form = openedAction.value?.name;
  const answering = form === 'accept' || form === 'decline';
  const shown = openOffers.value.filter(({ view }) => !(answering && selectedCaseId.value === view.id));
  if (shown.length === 0) return null;
  return (
    <div class="offers" role="alert">
      {shown.map((offer) => (
        <OfferCard key={offer.key} offer={offer} />
      ))}
    </div>
  );
}

function OfferCard({ offer }: { offer: Offer }) {
  const { view, assignment, key } = offer;
  const details = [
    view.urgency === 'life_threatening' && say(words.urgency.life_threatening),
    (session.value?.teams?.length ?? 0) > 1 && teamName(assignment.team_id),
    assignment.distance_m !== undefined && distance(assignment.distance_m, language.value),
    travelText(assignment),
  ].filter(Boolean);
  const isLoud = assignment.status === 'offered' && !silenced.value.has(key);
  return (
    <section class="offer" data-case={view.id} data-team={assignment.team_id}>
      <p class="offer-head">
        <a href={hashOf({ page: 'map', caseId: view.id })}>{say(words.lead.offer, { title: caseTitle(view) })}</a>
        {isLoud && (
          <button
            type="button"
            class="icon-button"
            aria-label={say(words.lead.silence)}
            title={say(words.lead.silence)}
            onClick={() => {
              silenced.value = new Set([...silenced.value, key]);
            }}
          >
            <Icon name="no-sound" size={22} />
          </button>
        )}
      </p>
      <p class="offer-details">
        <Remaining assignment={assignment} />
        {details.length > 0 && <span>{details.join(' · ')}</span>}
      </p>
      <div class="offer-buttons">
        <button type="button" class="button button-primary" onClick={() => answer(offer, 'accept')}>
          {say(words.actions.accept)}
        </button>
        <button type="button" class="button" onClick={() => answer(offer, 'decline')}>
          {say(words.actions.decline)}
        </button>
      </div>
    </section>
  );
}

/** Not an alert of its own: nobody wants every second read aloud. */
function Remaining({ assignment }: { assignment: AssignmentView }) {
  const by = parseTime(assignment.answer_by);
  const left = assignment.status === 'offered' && by !== undefined ? countdown(by, now.value) : undefined;
  return (
    <strong class="number" aria-live="off">
      {left ? say(words.lead.answerIn, { time: left }) : say(words.lead.answerLate)}
    </strong>
  );
}
