import { useEffect, useRef, useState } from 'preact/hooks';
import type { CaseView } from '../api/views';
import { useAfterPicture } from '../controls/below';
import { Icon } from '../controls/icon';
import { language, type Phrase, say, sayValue, words } from '../language';
import { clock, duration, parseTime } from '../language/format';
import { slowNow, teamName, teamViews } from '../live/store';
import { outboxEntries } from '../commands/send';
import { StatusGlyph } from '../map';
import { go, hashOf, route, selectedCaseId } from '../route';
import { seesOwners, seesTeams } from '../permissions';
import { info, session } from '../session';
import { compact } from '../shell/media';
import { allBack, callBackText, useAllOwners } from './coordination';
import { isLive, isOver, missedCheckIns, shortCaseTitle, statusText } from './describe';
import { isAlarming, ownerNone, type StatusGroup, tint } from './order';
import { clearFilters, filtered, filters, searchInput, shownCases } from './selection';
import { visibleRange } from './window';

const rowHeight = 76;

// Who does not see owners has nothing to choose by them.
const ofOwners: ReadonlySet<StatusGroup> = new Set(['unowned', 'mine']);

const groupOptions: readonly { value: StatusGroup; name: Phrase }[] = [
  { value: 'active', name: words.cases.active },
  { value: 'unowned', name: words.coordination.filterUnowned },
  { value: 'mine', name: words.coordination.filterMine },
  { value: 'alarm', name: words.coordination.filterAlarm },
  { value: 'waiting', name: words.caseStatusShort.waiting },
  { value: 'review', name: words.caseStatusShort.review },
  { value: 'searching', name: words.caseStatusShort.searching },
  { value: 'ended', name: words.cases.ends },
  { value: 'all', name: words.cases.all },
];

/** The list of cases with its filters. Only the rows within sight exist. */
export function CaseList() {
  return (
    <section class="list" aria-label={say(words.cases.title)}>
      <Filters />
      <Rows />
    </section>
  );
}

function Filters() {
  const { group, kind, team, owner } = filters.value;
  const teams = seesTeams(session.value) ? teamViews.value : [];
  return (
    <div class="filters">
      <div class="search">
        <Icon name="search" size={18} />
        <input
          type="search"
          value={searchInput.value}
          placeholder={say(words.cases.search)}
          aria-label={say(words.cases.search)}
          onInput={(event) => {
            searchInput.value = event.currentTarget.value;
          }}
        />
        <span class="list-count" role="status">
          {say(words.cases.shown, { count: shownCases.value.length })}
        </span>
      </div>
      <div class="filter-selects">
        <select
          aria-label={say(words.cases.filterStatus)}
          value={group}
          onChange={(event) => {
            filters.value = { ...filters.value, group: event.currentTarget.value as StatusGroup };
          }}
        >
          {groupOptions
            .filter((option) => seesOwners(session.value) || !ofOwners.has(option.value))
            .map((option) => (
              <option key={option.value} value={option.value} selected={option.value === group}>
                {say(option.name)}
              </option>
            ))}
        </select>
        <select
          aria-label={say(words.cases.filterKind)}
          value={kind ?? ''}
          onChange={(event) => {
            const value = event.currentTarget.value as CaseView['kind'] | '';
            filters.value = { ...filters.value, kind: value || undefined };
          }}
        >
          <option value="" selected={kind === undefined}>
            {`${say(words.cases.filterKind)}: ${say(words.cases.all).toLocaleLowerCase()}`}
          </option>
          {(['missing_person', 'emergency', 'volunteer_event'] as const).map((value) => (
            <option key={value} value={value} selected={kind === value}>
              {say(words.caseKindShort[value])}
            </option>
          ))}
        </select>
        {(teams.length > 0 || team !== undefined) && (
          <select
            class="filter-team"
            aria-label={say(words.cases.filterTeam)}
            value={team ?? ''}
            onChange={(event) => {
              filters.value = { ...filters.value, team: event.currentTarget.value || undefined };
            }}
          >
            <option value="" selected={team === undefined}>
              {`${say(words.cases.filterTeam)}: ${say(words.cases.all).toLocaleLowerCase()}`}
            </option>
            {/* A link may name a team that this person does not see. */}
            {team !== undefined && !teams.some(({ id }) => id === team) && (
              <option value={team} selected>
                {team}
              </option>
            )}
            {teams.map(({ id, name }) => (
              <option key={id} value={id} selected={team === id}>
                {name}
              </option>
            ))}
          </select>
        )}
        {(seesOwners(session.value) || owner !== undefined) && <OwnerFilter owner={owner} />}
      </div>
    </div>
  );
}

/** One coordinator, or nobody. */
function OwnerFilter({ owner }: { owner: string | undefined }) {
  const owners = useAllOwners();
  const me = session.value?.id;
  const all = `${say(words.cases.owner)}: ${say(words.cases.all).toLocaleLowerCase()}`;
  const known = owner === undefined || owner === ownerNone || owners.some(({ id }) => id === owner);
  return (
    <select
      class="filter-owner"
      aria-label={say(words.cases.owner)}
      value={owner ?? ''}
      onChange={(event) => {
        filters.value = { ...filters.value, owner: event.currentTarget.value || undefined };
      }}
    >
      <option value="" selected={owner === undefined}>
        {all}
      </option>
      <option value={ownerNone} selected={owner === ownerNone}>
        {say(words.coordination.filterUnowned)}
      </option>
      {/* A link may name somebody who is not known here. */}
      {!known && (
        <option value={owner} class="number" selected>
          {owner}
        </option>
      )}
      {owners.map(({ id, name }) => (
        <option key={id} value={id} class="number" selected={owner === id}>
          {`${name || id}${id === me ? ` (${say(words.coordination.ownerYou)})` : ''}`}
        </option>
      ))}
    </select>
  );
}

function Rows() {
  const views = shownCases.value;
  if (views.length === 0) {
    return (
      <div class="list-empty">
        <p>{say(filtered.value ? words.cases.noneFiltered : words.cases.none)}</p>
        {filtered.value && (
          <button type="button" class="button" onClick={clearFilters}>
            {say(words.cases.clearFilters)}
          </button>
        )}
      </div>
    );
  }
  return <RowsInSight views={views} />;
}

/** So many rows are drawn above and below those within sight, so that scrolling does not show a gap. */
const rowsBeyond = 6;

function RowsInSight({ views }: { views: CaseView[] }) {
  const box = useRef<HTMLDivElement>(null);
  // Until it is measured: on a phone the list has less than half of the screen.
  const [scroll, setScroll] = useState({ top: 0, height: compact.value ? 300 : 800 });
  const margin = useAfterPicture() ? rowsBeyond : 0;
  const wantsFocus = useRef(false);
  const selected = selectedCaseId.value;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setScroll({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // The chosen row is brought into sight once, not held there while the list moves.
  useEffect(() => {
    const element = box.current;
    const index = selected ? views.findIndex((view) => view.id === selected) : -1;
    if (!element || index < 0) return;
    const top = index * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + rowHeight - element.clientHeight;
    if (wantsFocus.current) {
      wantsFocus.current = false;
      requestAnimationFrame(() => element.querySelector<HTMLElement>('[aria-current=true]')?.focus());
    }
  }, [selected]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    const index = views.findIndex((view) => view.id === selected);
    const next =
      views[index < 0 ? 0 : Math.min(views.length - 1, Math.max(0, index + (event.key === 'ArrowDown' ? 1 : -1)))];
    if (!next) return;
    wantsFocus.current = true;
    go({ page: route.value.page === 'cases' ? 'cases' : 'map', caseId: next.id });
  };

  const { first, end } = visibleRange(views.length, rowHeight, scroll.top, scroll.height, margin);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys move between the links inside
    <div
      class="rows"
      ref={box}
      onScroll={(event) => setScroll({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
      onKeyDown={onKeyDown}
    >
      <ul style={{ height: `${views.length * rowHeight}px` }}>
        {views.slice(first, end).map((view, offset) => (
          <li
            key={view.id}
            style={{ transform: `translateY(${(first + offset) * rowHeight}px)` }}
            aria-setsize={views.length}
            aria-posinset={first + offset + 1}
          >
            <Row view={view} chosen={view.id === selected} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Row({ view, chosen }: { view: CaseView; chosen: boolean }) {
  const now = slowNow.value;
  const opened = parseTime(view.opened_at) ?? now;
  const over = isOver(view.status);
  const end = parseTime(view.ended_at ?? view.suspended_at);
  const page = route.value.page === 'cases' ? 'cases' : 'map';
  const unsent = outboxEntries.value.some((entry) => entry.caseId === view.id && entry.state !== 'refused');
  return (
    <a
      class={`row row-${view.status}`}
      href={hashOf({ page, caseId: view.id })}
      aria-current={chosen ? 'true' : undefined}
      style={{ '--age': tint(view, now).toFixed(2) }}
      data-case={view.id}
    >
      <StatusGlyph status={view.status} size={22} />
      <span class="row-title">{shortCaseTitle(view)}</span>
      <span class="row-age">
        {over ? (end === undefined ? '' : clock(end)) : duration(now - opened, language.value)}
      </span>
      <OwnerMark view={view} />
      <span class="row-line">
        <Alarm view={view} />
        {view.urgency === 'life_threatening' && !over && !isAlarming(view) && (
          <span class="mark mark-danger">{say(words.urgency.life_threatening)}</span>
        )}
        {view.exercise && <span class="mark mark-exercise">{say(words.shell.exercise)}</span>}
        {view.demo && !info.value.demo && <span class="mark">{say(words.shell.demoMark)}</span>}
        {unsent && <span class="mark mark-unsent">{say(words.shell.notSent)}</span>}
        <span class="row-text">
          <span class="row-status">{statusText(view)}</span>
          <RowExtra view={view} />
        </span>
      </span>
    </a>
  );
}

/** Somebody who went out and was not heard of, or is not back: the loudest thing in a row. */
function Alarm({ view }: { view: CaseView }) {
  const missing = (view.assignments ?? []).some((assignment) => assignment.people_missing_at !== undefined);
  const code = missing ? 'people_missing' : missedCheckIns(view).length > 0 ? 'check_in_missed' : undefined;
  return code ? <span class="mark mark-alarm">{say(words.openItem[code])}</span> : null;
}

/** Whether somebody is responsible for the case; for those who may see it. */
function OwnerMark({ view }: { view: CaseView }) {
  if (!seesOwners(session.value) || isOver(view.status)) return null;
  const mine = view.owner !== undefined && view.owner === session.value?.id;
  const word = view.owner
    ? `${say(words.cases.owner)}${mine ? `: ${say(words.coordination.ownerYou)}` : ''}`
    : say(words.coordination.ownerNone);
  return (
    <span class={`row-owner${mine ? ' row-owner-mine' : ''}`} title={word} data-owned={view.owner !== undefined}>
      <Icon name={view.owner ? 'person' : 'no-person'} size={16} />
      <span class="visually-hidden">{word}</span>
    </span>
  );
}

function RowExtra({ view }: { view: CaseView }) {
  if (!allBack(view)) return <> · {callBackText(view)}</>;
  if (view.status === 'waiting' && view.unanswered_at) return <> · {say(words.cases.unanswered)}</>;
  if (view.status === 'review' && view.call_out === 'hold') return <> · {say(words.cases.held)}</>;
  if (view.status === 'review' && view.call_out === 'none') return <> · {say(words.cases.noCallOut)}</>;
  const active = (view.assignments ?? []).filter((assignment) => isLive(assignment));
  const first = active.find((assignment) => assignment.team_id === view.lead_team_id) ?? active[0];
  if (first) {
    const more = active.length > 1 ? ` +${active.length - 1}` : '';
    const called = first.status === 'offered' ? `: ${sayValue(words.assignmentStatus, 'offered')}` : '';
    return (
      <>
        {' · '}
        {teamName(first.team_id)}
        {more}
        {called}
      </>
    );
  }
  return view.number ? <> · {view.number}</> : null;
}
