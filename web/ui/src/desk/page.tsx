import { computed } from '@preact/signals';
import type { CaseView } from '../api/views';
import { isUnconfirmed } from '../cases/describe';
import { Proposed } from '../cases/proposals';
import { Unsent } from '../cases/unsent';
import { command, outboxEntries } from '../commands/send';
import { Icon } from '../controls/icon';
import { ProblemNotice } from '../controls/problem';
import { type Phrase, say, words } from '../language';
import { caseById, caseViews, feedState } from '../live/store';
import { coordinates as mayCoordinate } from '../permissions';
import { accountOf, session } from '../session';
import { AlarmLine, HomeLine } from './home';
import { LetterLine, useOpenLetters } from './letters';
import { Do, Group, Line, openWith } from './line';
import { HandOverAll, MineLine } from './mine';
import { PairLine } from './pairs';
import { ReviewLine } from './review';
import { tasksOf } from './tasks';
import { waited, WaitingLine } from './waiting';

const tasks = computed(() =>
  tasksOf(
    caseViews.value.filter((view) => mayCoordinate(session.value, view.region)),
    session.value?.id,
  ),
);

const parts: readonly { name: string; title: Phrase }[] = [
  { name: 'alarms', title: words.desk.alarms },
  { name: 'told', title: words.desk.told },
  { name: 'waiting', title: words.desk.waiting },
  { name: 'proposals', title: words.preemption.title },
  { name: 'review', title: words.desk.review },
  { name: 'letters', title: words.deadLetters.title },
  { name: 'pairs', title: words.duplicates.title },
  { name: 'home', title: words.desk.home },
  { name: 'unowned', title: words.coordination.filterUnowned },
  { name: 'mine', title: words.coordination.filterMine },
];

/** Everything that waits for a coordinator, on one screen: each line says why, and has the one thing to do. */
export function DeskPage() {
  const { alarms, told, waiting, proposals, review, pairs, home, unowned, mine } = tasks.value;
  const { letters, problem, again } = useOpenLetters();
  const refused = refusedCases();
  const counts: Record<string, number> = {
    alarms: alarms.length,
    told: told.length,
    waiting: waiting.length,
    proposals: proposals.length,
    review: review.length,
    letters: letters.length,
    pairs: pairs.length,
    home: home.length,
    unowned: unowned.length,
    mine: mine.length,
  };
  const busy = parts.filter(({ name }) => counts[name]);
  const quiet = parts.filter(({ name }) => !counts[name]);
  const well = busy.every(({ name }) => name === 'mine') && refused.length === 0;
  return (
    <div class="tasks">
      <header class="tasks-head">
        <h1>{say(words.desk.title)}</h1>
        <nav aria-label={say(words.desk.title)}>
          {busy.map(({ name, title }) => (
            <button key={name} type="button" class="task-jump" data-jump={name} onClick={() => jump(name)}>
              {say(title)} <span class="number">{counts[name]}</span>
            </button>
          ))}
        </nav>
      </header>
      {problem && <ProblemNotice problem={problem} onRetry={again} />}
      {well && feedState.value.kind === 'live' && (
        <p class="tasks-well" role="status">
          <Icon name="check" size={22} />
          <span>
            <strong>{say(words.desk.allWell)}.</strong> {say(words.desk.allWellHelp)}
          </span>
        </p>
      )}
      <div class="tasks-columns">
        <div>
          <Group
            name="refused"
            title={say(words.desk.refused)}
            loud
            items={refused.map(({ id, view }) => ({
              key: id,
              line: () =>
                view ? (
                  <Line view={view}>
                    <Unsent caseId={id} />
                  </Line>
                ) : (
                  <Unsent caseId={id} />
                ),
            }))}
          />
          <Group
            name="alarms"
            title={say(words.desk.alarms)}
            loud
            items={alarms.map((task) => ({
              key: `${task.view.id}/${task.assignment.team_id}/${task.assignment.round ?? 1}`,
              line: () => <AlarmLine task={task} />,
            }))}
          />
          <Group
            name="told"
            title={say(words.desk.told)}
            items={linesOf(told, (view) => (
              <Line
                view={view}
                action={
                  isUnconfirmed(view) ? (
                    <Do
                      about={view}
                      label={say(words.actions.deceased)}
                      onClick={() => openWith(view, { name: 'deceased' })}
                    />
                  ) : (
                    <Do
                      about={view}
                      label={say(words.actions.familyTold)}
                      onClick={() => openWith(view, { name: 'family-told' })}
                    />
                  )
                }
              >
                {isUnconfirmed(view) && <p>{say(words.condition.no_signs_of_life)}</p>}
              </Line>
            ))}
          />
          <Group
            name="waiting"
            title={say(words.desk.waiting)}
            items={linesOf(waiting, (view) => <WaitingLine view={view} />)}
          />
          <Group
            name="proposals"
            title={say(words.preemption.title)}
            items={linesOf(proposals, (view) => (
              <Line view={view} time={say(words.desk.waits, { time: waited(view) })}>
                <ul class="duplicates">
                  {view.proposals?.map((proposal) => (
                    <Proposed key={proposal.team_id} proposal={proposal} view={view} />
                  ))}
                </ul>
              </Line>
            ))}
          />
          <Group
            name="review"
            title={say(words.desk.review)}
            items={linesOf(review, (view) => <ReviewLine view={view} />)}
          />
        </div>
        <div>
          <Group
            name="letters"
            title={say(words.deadLetters.title)}
            items={letters.map((letter) => ({ key: String(letter.id), line: () => <LetterLine letter={letter} /> }))}
          />
          <Group
            name="pairs"
            title={say(words.duplicates.title)}
            items={pairs.map((pair) => ({
              key: `${pair.view.id} ${pair.otherId}`,
              line: () => <PairLine pair={pair} />,
            }))}
          />
          <Group name="home" title={say(words.desk.home)} items={linesOf(home, (view) => <HomeLine view={view} />)} />
          <Group
            name="unowned"
            title={say(words.coordination.filterUnowned)}
            items={linesOf(unowned, (view) => (
              <Line
                view={view}
                time={waited(view)}
                action={
                  <Do
                    main
                    about={view}
                    label={say(words.coordination.take)}
                    onClick={() => command(view.id, 'case.take')}
                  />
                }
              />
            ))}
          />
          <Group
            name="mine"
            title={say(words.coordination.filterMine)}
            head={mine.length > 1 && <HandOverAll views={mine} />}
            items={linesOf(mine, (view) => <MineLine view={view} />)}
          />
        </div>
      </div>
      {!well && quiet.length > 0 && (
        <p class="tasks-quiet secondary">
          <Icon name="check" size={16} />
          {say(words.desk.quiet)}: {quiet.map(({ title }) => say(title)).join(' · ')}
        </p>
      )}
    </div>
  );
}

function linesOf(views: readonly CaseView[], line: (view: CaseView) => preact.ComponentChild) {
  return views.map((view) => ({ key: view.id, line: () => line(view) }));
}

function jump(name: string): void {
  const part = document.getElementById(`desk-${name}`);
  part?.scrollIntoView({ block: 'start' });
  part?.focus({ preventScroll: true });
}

/** The cases for which the server has refused what was done here: nobody must miss that. */
function refusedCases(): { id: string; view: CaseView | undefined }[] {
  const account = session.value ? accountOf(session.value) : undefined;
  const ids = outboxEntries.value
    .filter((entry) => entry.state === 'refused' && entry.account === account)
    .map((entry) => entry.caseId);
  return [...new Set(ids)].map((id) => ({ id, view: caseById(id) }));
}
