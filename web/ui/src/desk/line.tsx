import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { CaseView } from '../api/views';
import { type OpenAction, wantedAction } from '../cases/action-state';
import { isOver, shortCaseTitle } from '../cases/describe';
import { outboxEntries } from '../commands/send';
import { say, words } from '../language';
import { StatusGlyph } from '../map';
import { go, hashOf, selectedCaseId } from '../route';

interface GroupProps {
  /** Names the part in the page, for the links to it and for tests. */
  name: string;
  title: string;
  items: readonly { key: string; line: () => ComponentChildren }[];
  loud?: boolean;
  /** Beside the title: what may be done with all of them. */
  head?: ComponentChildren;
}

const shownAtFirst = 8;

/** One part of the desk: what is to be done, the most pressing first. Nothing is drawn when there is nothing. */
export function Group({ name, title, items, loud, head }: GroupProps) {
  const [shown, setShown] = useState(shownAtFirst);
  if (items.length === 0) return null;
  const left = items.length - shown;
  return (
    <section
      class={`task-group${loud ? ' task-group-loud' : ''}`}
      id={`desk-${name}`}
      data-group={name}
      aria-label={title}
      tabIndex={-1}
    >
      <header>
        <h2>
          {title} <span class="number">{items.length}</span>
        </h2>
        {head}
      </header>
      <ul>
        {items.slice(0, shown).map(({ key, line }) => (
          <li key={key}>{line()}</li>
        ))}
      </ul>
      {left > 0 && (
        <button type="button" class="text-button" onClick={() => setShown(shown + 30)}>
          {say(words.desk.more, { count: left })}
        </button>
      )}
    </section>
  );
}

interface LineProps {
  view: CaseView;
  /** How long it waits, since when. */
  time?: string | undefined;
  children?: ComponentChildren;
  /** The one thing to do about it. */
  action?: ComponentChildren;
}

/** Village and person, what is the matter, what to do. */
export function Line({ view, time, children, action }: LineProps) {
  const unsent = outboxEntries.value.some((entry) => entry.caseId === view.id && entry.state !== 'refused');
  const chosen = selectedCaseId.value === view.id;
  return (
    <article class={`task${chosen ? ' task-chosen' : ''}`} data-case={view.id}>
      <h3>
        <a href={hashOf({ page: 'desk', caseId: view.id })} aria-current={chosen ? 'true' : undefined}>
          <StatusGlyph status={view.status} size={20} />
          <span>{shortCaseTitle(view)}</span>
        </a>
        {time && <span class="task-time">{time}</span>}
      </h3>
      <div class="task-body">
        <div class="task-why">
          <p class="task-marks">
            {view.urgency === 'life_threatening' && !isOver(view.status) && (
              <span class="mark mark-danger">{say(words.urgency.life_threatening)}</span>
            )}
            {view.first_in_queue && <span class="mark">{say(words.coordination.firstInQueue)}</span>}
            {view.exercise && <span class="mark mark-exercise">{say(words.shell.exercise)}</span>}
            {unsent && <span class="mark mark-unsent">{say(words.shell.notSent)}</span>}
          </p>
          {children}
        </div>
        {action && <div class="task-do">{action}</div>}
      </div>
    </article>
  );
}

interface DoProps {
  label: string;
  onClick(): void;
  /** Of which case, for who hears the button without seeing its line. */
  about: CaseView;
  main?: boolean;
}

export function Do({ label, onClick, about, main }: DoProps) {
  return (
    <button
      type="button"
      class={`button button-small${main ? ' button-primary' : ''}`}
      aria-description={shortCaseTitle(about)}
      onClick={onClick}
    >
      {label}
    </button>
  );
}

/** Opens the case beside the desk with one of its forms. */
export function openWith(view: CaseView, action: OpenAction): void {
  wantedAction.value = { caseId: view.id, action };
  go({ page: 'desk', caseId: view.id });
}
