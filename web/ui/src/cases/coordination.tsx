import { useEffect, useState } from 'preact/hooks';
import { get } from '../api/client';
import type { CaseView, OpenItem } from '../api/views';
import { command } from '../commands/send';
import { Icon } from '../controls/icon';
import { language, say, sayValue, words } from '../language';
import { duration, moment, parseTime } from '../language/format';
import { feedState, slowNow, teamName } from '../live/store';
import { coordinates as mayCoordinate, seesOwners } from '../permissions';
import { session } from '../session';
import { openAction } from './action-state';
import { isOnCase, isOver, personOf } from './describe';

export interface Owner {
  id: string;
  name?: string;
}

/** Asks for people who may be responsible, of whom `path` tells; undefined until the server has said it. */
function useOwnersAt(path: string | undefined): Owner[] | undefined {
  const [known, setKnown] = useState<{ path: string; owners: Owner[] }>();
  const connected = feedState.value.kind === 'live';
  useEffect(() => {
    if (!connected || path === undefined) return;
    const controller = new AbortController();
    get<{ owners: Owner[] }>(path, controller.signal).then(
      ({ owners }) => setKnown({ path, owners }),
      // Without names the ids are shown.
      () => undefined,
    );
    return () => controller.abort();
  }, [path, connected]);
  return known?.path === path ? known?.owners : undefined;
}

/** Who may be responsible for the case, with their names. */
export function useOwners(view: CaseView): Owner[] | undefined {
  return useOwnersAt(`cases/${encodeURIComponent(view.id)}/owners`);
}

/** Who may be responsible for a case of this board; nobody until the server has said it. */
export function useAllOwners(): Owner[] {
  return useOwnersAt(seesOwners(session.value) ? 'owners' : undefined) ?? [];
}

/** Who is responsible, what is open, how many of those called back know it and are home. */
export function Coordination({ view }: { view: CaseView }) {
  const items = view.open_items ?? [];
  const sees = seesOwners(session.value);
  const checkIns = checkInText(view);
  if (!sees && !view.call_back && checkIns === undefined) return null;
  return (
    <section class="section coordination">
      <h3>{say(words.coordination.title)}</h3>
      {sees && <OwnerLine view={view} />}
      <CallBackLine view={view} />
      {items.length > 0 && <OpenItems view={view} items={items} />}
      {checkIns !== undefined && (
        <p class="secondary">
          {say(words.coordination.checkIns)}: {checkIns}
        </p>
      )}
    </section>
  );
}

function checkInText(view: CaseView): string | undefined {
  const minutes = view.check_in_minutes;
  if (minutes === undefined || !(view.assignments ?? []).some(isOnCase)) return undefined;
  return minutes === 0
    ? say(words.coordination.checkInNever)
    : say(words.coordination.checkInEach, { time: duration(minutes * 60_000, language.value) });
}

function OwnerLine({ view }: { view: CaseView }) {
  const owners = useOwners(view);
  const since = parseTime(view.owned_at);
  const mine = view.owner !== undefined && view.owner === session.value?.id;
  const may = mayCoordinate(session.value, view.region);
  const over = isOver(view.status) && (view.open_items ?? []).length === 0;
  const name = owners?.find(({ id }) => id === view.owner)?.name || view.owner;
  return (
    <div class="owner" data-owner={view.owner ?? ''}>
      <Icon name={view.owner ? 'person' : 'no-person'} size={18} />
      <p>
        {view.owner ? (
          <>
            <span class="secondary">{say(words.cases.owner)}: </span>
            <strong class="number">{name}</strong>
            {mine && ` (${say(words.coordination.ownerYou)})`}
            {since !== undefined && (
              <span class="secondary">
                {' '}
                {say(words.coordination.ownedSince, { time: moment(since, slowNow.value, language.value) })}
              </span>
            )}
          </>
        ) : (
          say(words.coordination.ownerNone)
        )}
      </p>
      {may && !over && (
        <p class="owner-buttons">
          {!mine && (
            <button type="button" class="button button-small" onClick={() => command(view.id, 'case.take')}>
              {say(words.coordination.take)}
            </button>
          )}
          <button type="button" class="button button-small" onClick={() => openAction({ name: 'hand-over' })}>
            {say(words.coordination.handOver)}
          </button>
        </p>
      )}
    </div>
  );
}

/** "знают 3 из 5 · вернулись 41 из 44" */
export function callBackText(view: CaseView): string | undefined {
  const count = view.call_back;
  if (!count) return undefined;
  const parts = [say(words.coordination.teamsKnow, { know: count.teams_know, teams: count.teams })];
  // Where nobody said how many went, teams are counted home instead of people.
  parts.push(
    count.people > 0
      ? say(words.coordination.peopleBack, { back: count.people_back, people: count.people })
      : say(words.coordination.teamsBack, { back: count.teams_back, teams: count.teams }),
  );
  return parts.join(' · ');
}

/** True once everybody who was called back is home. */
export function allBack(view: CaseView): boolean {
  const count = view.call_back;
  return count === undefined || count.teams_back === count.teams;
}

function CallBackLine({ view }: { view: CaseView }) {
  const text = callBackText(view);
  if (text === undefined) return null;
  return (
    <p class={`call-back${allBack(view) ? ' call-back-done' : ''}`}>
      <Icon name={allBack(view) ? 'check' : 'clock'} size={18} />
      <span>
        {say(words.coordination.calledBack)}: <strong>{text}</strong>
      </span>
    </p>
  );
}

const loud: ReadonlySet<string> = new Set(['people_missing', 'check_in_missed', 'unanswered']);

/** What somebody has to see to, the most pressing first, each kind once with what it is about. */
export function OpenItems({ view, items }: { view: CaseView; items: readonly OpenItem[] }) {
  const codes = [...new Set(items.map(({ code }) => code))];
  return (
    <div class="open-items">
      <p class="secondary">{say(words.coordination.open)}:</p>
      <ul>
        {codes.map((code) => {
          const of = items.filter((item) => item.code === code);
          const about = of.map((item) => aboutOf(view, item)).filter(Boolean);
          return (
            <li key={code} data-code={code} class={loud.has(code) ? 'open-loud' : undefined}>
              {loud.has(code) && <Icon name="alert" size={16} />}
              <span>
                {sayValue(words.openItem, code)}
                {about.length > 0 ? `: ${about.join(', ')}` : of.length > 1 && ` (${of.length})`}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

export function aboutOf(view: CaseView, item: OpenItem): string | undefined {
  if (item.team_id) return teamName(item.team_id);
  const subject = view.subjects?.find(({ id }) => id === item.subject_id);
  return subject && (subject.name ?? personOf(subject));
}
