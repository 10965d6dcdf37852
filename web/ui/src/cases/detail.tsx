import { useEffect, useState } from 'preact/hooks';
import { get } from '../api/client';
import type { CaseView, SubjectView } from '../api/views';
import { outboxEntries } from '../commands/send';
import { Below } from '../controls/below';
import { CopyButton } from '../controls/copy-button';
import { Icon } from '../controls/icon';
import { language, type Phrase, say, sayValue, words } from '../language';
import { coordinates, distance, duration, moment, parseTime } from '../language/format';
import { regionNames } from '../language/regions';
import { caseById, caughtUp, slowNow } from '../live/store';
import { StatusGlyph } from '../map';
import { coordinates as mayCoordinate, seesCandidates } from '../permissions';
import { ShareSwitch } from '../position/switch';
import { session } from '../session';
import { hashOf } from '../route';
import { CaseActions } from './actions';
import { Assignments } from './assignments';
import { Candidates } from './candidates';
import { Coordination } from './coordination';
import { LikelyDuplicates, MergedInto } from './duplicates';
import { Applications } from './applications';
import { Erasure } from './erasure';
import { Fact } from './fact';
import { withPending } from './pending';
import { Points } from './points';
import { Rings } from './rings-section';
import { Proposals } from './proposals';
import { Urgency } from './urgency';
import { caseTitle, outcomeText, personOf, personWord, statusText } from './describe';
import { Timeline } from './history';
import { Unsent } from './unsent';
import { WayThere } from './way-there';

/** Everything about one case, with what may be done about it at the bottom. */
export function CaseDetail({ id, onClose }: { id: string; onClose(): void }) {
  const known = caseById(id);
  const old = useOldCase(id, known === undefined);
  const told = known ?? (old.kind === 'here' ? old.view : undefined);
  const view = told && withPending(told, outboxEntries.value);
  if (!view) {
    if (old.kind === 'asking') return <p class="detail detail-empty">{say(words.shell.loading)}</p>;
    return (
      <article class="detail detail-empty">
        <p>{say(words.cases.gone)}</p>
        <button type="button" class="button" onClick={onClose}>
          {say(words.shell.back)}
        </button>
      </article>
    );
  }
  return (
    <article class={`detail detail-${view.status}`} aria-label={caseTitle(view)}>
      <Head view={view} onClose={onClose} />
      {/* A scrolling box needs the keyboard's focus to be scrolled. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <div class="detail-body" tabIndex={0}>
        <MergedInto view={view} />
        <NeedsReview view={view} />
        <Sealed view={view} />
        <LikelyDuplicates view={view} />
        <Proposals view={view} />
        <Unsent caseId={view.id} />
        <WayThere view={view} />
        <ShareSwitch view={view} />
        <Below key={view.id}>
          <Coordination view={view} />
          <Assignments view={view} />
          <Points view={view} />
          <Subjects view={view} />
          <Rings view={view} />
          <Urgency view={view} />
          <Facts view={view} />
          <Applications view={view} />
          {seesCandidates(session.value) && <Candidates view={view} />}
          <Timeline view={view} />
          <Erasure view={view} />
        </Below>
      </div>
      <CaseActions key={view.id} view={view} />
    </article>
  );
}

type OldCase = { kind: 'asking' } | { kind: 'gone' } | { kind: 'here'; view: CaseView };

/** A case that ended before the board's time is asked for once; a link may lead to it. */
function useOldCase(id: string, wanted: boolean): OldCase {
  const [old, setOld] = useState<{ id: string; answer: OldCase }>();
  const connected = caughtUp.value;
  useEffect(() => {
    if (!wanted || !connected) return;
    const controller = new AbortController();
    get<CaseView>(`cases/${encodeURIComponent(id)}`, controller.signal).then(
      (view) => setOld({ id, answer: { kind: 'here', view } }),
      () => {
        if (!controller.signal.aborted) setOld({ id, answer: { kind: 'gone' } });
      },
    );
    return () => controller.abort();
  }, [id, wanted, connected]);
  return old?.id === id ? old.answer : { kind: 'asking' };
}

function Head({ view, onClose }: { view: CaseView; onClose(): void }) {
  return (
    <header class="detail-head">
      <div class="detail-top">
        <span class={`chip chip-${view.status}`}>
          <StatusGlyph status={view.status} size={18} />
          {statusText(view)}
        </span>
        <span class="bar-space" />
        <CopyLink />
        <a
          class="icon-button"
          href={hashOf({ page: 'print', caseId: view.id })}
          aria-label={say(words.mapping.print)}
          title={say(words.mapping.print)}
        >
          <Icon name="print" />
        </a>
        <button
          type="button"
          class="icon-button"
          aria-label={say(words.shell.back)}
          title={say(words.shell.back)}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </div>
      <h2>{caseTitle(view)}</h2>
      <p class="detail-sub">
        {view.urgency === 'life_threatening' && (
          <span class="mark mark-danger">{say(words.urgency.life_threatening)}</span>
        )}
        {view.first_in_queue && <span class="mark">{say(words.coordination.firstInQueue)}</span>}
        {view.exercise && <span class="mark mark-exercise">{say(words.shell.exercise)}</span>}
        {view.demo && <span class="mark">{say(words.shell.demoMark)}</span>}
        <span class="number">{view.number ?? view.id}</span>
      </p>
    </header>
  );
}

function CopyLink() {
  const [copied, setCopied] = useState(false);
  if (!navigator.clipboard) return null;
  const label = say(copied ? words.cases.linkCopied : words.cases.copyLink);
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      onClick={() => {
        navigator.clipboard.writeText(location.href).then(
          () => setCopied(true),
          () => setCopied(false),
        );
      }}
    >
      <Icon name={copied ? 'check' : 'link'} />
    </button>
  );
}

const fieldNames: Record<string, Phrase> = {
  location: words.cases.place,
  place: words.cases.place,
  address: words.cases.address,
  accuracy_m: words.cases.accuracy,
  call_out: words.form.callOut,
  exercise: words.shell.exercise,
  urgency: words.cases.urgency,
  subjects: words.cases.subjects,
  reporter: words.cases.filer,
  filed_at: words.cases.filedAt,
  incident: words.cases.incident,
  people_at_risk: words.cases.atRisk,
  event: words.caseKind.volunteer_event,
  needs: words.cases.teamsNeeded,
  id: words.cases.number,
};

/** The field that a JSON pointer leads into, in words; an unknown one stays a pointer. */
export function fieldName(pointer: string): string {
  const first = pointer.split('/')[1] ?? '';
  return Object.hasOwn(fieldNames, first) ? `${sayValue(fieldNames, first)}:` : pointer;
}

function NeedsReview({ view }: { view: CaseView }) {
  const list = view.needs_review ?? [];
  const held = view.call_out === 'hold' && view.status === 'review';
  if (list.length === 0 && !held) return null;
  return (
    <section class="notice notice-review">
      <h3>{say(words.cases.needsReview)}</h3>
      {held && <p>{say(words.cases.held)}</p>}
      <ul>
        {list.map((item) => (
          <li key={item.pointer + item.detail}>
            <strong>{fieldName(item.pointer)}</strong> <span lang="en">{item.detail}</span>
            {item.holds && <em> ({say(words.cases.holdsCallOut)})</em>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Sealed({ view }: { view: CaseView }) {
  const list = view.sealed ?? [];
  if (list.length === 0 || !mayCoordinate(session.value, view.region)) return null;
  return (
    <section class="notice notice-sealed">
      <h3>{say(words.cases.sealed)}</h3>
      {list.map((sealed) => {
        const subject = view.subjects?.find((one) => one.id === sealed.subject_id);
        const at = parseTime(sealed.at);
        return (
          <p key={sealed.subject_id ?? 'case'}>
            {subject && <strong>{subject.name ?? personOf(subject)}: </strong>}
            {outcomeText({
              id: '',
              outcome: sealed.outcome,
              condition: sealed.condition,
              ...(subject?.sex ? { sex: subject.sex } : {}),
            })}
            {sealed.confirmed_by && ` · ${say(words.cases.confirmedBy)}: ${sealed.confirmed_by}`}
            {sealed.identity &&
              ` · ${say(sealed.identity === 'confirmed' ? words.cases.identityConfirmed : words.cases.identityUnconfirmed)}`}
            {at !== undefined && ` · ${moment(at, slowNow.value, language.value)}`}
          </p>
        );
      })}
      <p class="secondary">{say(words.cases.sealedHelp)}</p>
    </section>
  );
}

function Subjects({ view }: { view: CaseView }) {
  const list = view.subjects ?? [];
  if (list.length === 0) return null;
  return (
    <section class="section">
      <h3>{say(words.cases.subjects)}</h3>
      {list.map((subject) => (
        <Subject key={subject.id} subject={subject} view={view} />
      ))}
    </section>
  );
}

function Subject({ subject, view }: { subject: SubjectView; view: CaseView }) {
  const now = slowNow.value;
  const seen = parseTime(subject.last_seen_at);
  const ended = parseTime(subject.outcome_at);
  const state = subject.outcome
    ? outcomeText(subject)
    : view.status === 'ended'
      ? say(words.caseStatus.ended)
      : say(words.cases.stillSought);
  return (
    <div class="subject">
      <p class="subject-name">
        <strong>{subject.name || say(words.cases.unnamed)}</strong>
        <span class="secondary">
          {personWord(subject)}
          {subject.age !== undefined && `, ${say(words.cases.age, { count: subject.age })}`}
        </span>
      </p>
      <p class="subject-state">
        {state}
        {subject.found_by &&
          ` · ${say(words.cases.foundBy)}: ${sayValue(words.foundBy, subject.found_by, subject.sex ? { sex: subject.sex } : {})}`}
        {ended !== undefined && ` · ${moment(ended, now, language.value)}`}
      </p>
      <dl class="facts">
        {seen !== undefined && (
          <Fact name={say(words.cases.lastSeen)}>
            {moment(seen, now, language.value)}{' '}
            <span class="secondary">({duration((ended ?? now) - seen, language.value)})</span>
          </Fact>
        )}
        {subject.description && <Fact name={say(words.cases.description)}>{subject.description}</Fact>}
        {subject.health && <Fact name={say(words.cases.health)}>{subject.health}</Fact>}
        {(subject.dangers?.length ?? 0) > 0 && (
          <Fact name={say(words.assessment.dangers)}>
            {subject.dangers?.map((danger) => sayValue(words.danger, danger)).join(', ')}
          </Fact>
        )}
      </dl>
    </div>
  );
}

function Facts({ view }: { view: CaseView }) {
  const now = slowNow.value;
  const tongue = language.value;
  const opened = parseTime(view.opened_at);
  const ended = parseTime(view.ended_at);
  const point = view.location ? coordinates(view.location.coordinates) : undefined;
  const risk = view.people_at_risk;
  const starts = parseTime(view.event?.starts_at);
  const ends = parseTime(view.event?.ends_at);
  return (
    <section class="section">
      <h3>{say(words.cases.facts)}</h3>
      <dl class="facts">
        <Fact name={say(words.cases.kind)}>{sayValue(words.caseKind, view.kind)}</Fact>
        {view.weather && <Fact name={say(words.assessment.weather)}>{sayValue(words.weather, view.weather)}</Fact>}
        {view.incident && <Fact name={say(words.cases.incident)}>{sayValue(words.incident, view.incident)}</Fact>}
        {risk && (risk.children || risk.immobile) ? (
          <Fact name={say(words.cases.atRisk)}>
            {say(words.cases.atRiskParts, {
              total: risk.total ?? '?',
              children: risk.children ?? 0,
              immobile: risk.immobile ?? 0,
            })}
          </Fact>
        ) : (
          risk?.total !== undefined && <Fact name={say(words.cases.atRisk)}>{risk.total}</Fact>
        )}
        {starts !== undefined && (
          <Fact name={say(words.cases.eventTime)}>
            {moment(starts, now, tongue)}
            {ends !== undefined && ` – ${moment(ends, starts, tongue)}`}
          </Fact>
        )}
        {view.event?.direction && <Fact name={say(words.cases.eventDirection)}>{view.event.direction}</Fact>}
        {view.event?.volunteers_needed !== undefined && (
          <Fact name={say(words.cases.volunteersNeeded)}>{view.event.volunteers_needed}</Fact>
        )}
        {opened !== undefined && <Fact name={say(words.cases.opened)}>{moment(opened, now, tongue)}</Fact>}
        {ended !== undefined && <Fact name={say(words.cases.ended)}>{moment(ended, now, tongue)}</Fact>}
        {view.region && <Fact name={say(words.cases.region)}>{sayValue(regionNames, view.region)}</Fact>}
        {view.address && <Fact name={say(words.cases.address)}>{view.address}</Fact>}
        {point && (
          <Fact name={say(words.cases.coordinates)}>
            <span class="number">{point}</span>
            {view.approximate && <span class="mark">{say(words.cases.approximate)}</span>}
            <CopyButton
              label={say(words.cases.openInMaps)}
              done={say(words.cases.coordinatesCopied)}
              text={() => point}
            />
          </Fact>
        )}
        {view.accuracy_m !== undefined && (
          <Fact name={say(words.cases.accuracy)}>{distance(view.accuracy_m, tongue)}</Fact>
        )}
        {(view.needs?.teams ?? 0) > 1 && <Fact name={say(words.cases.teamsNeeded)}>{view.needs?.teams}</Fact>}
        {view.needs?.at_most ? <Fact name={say(words.coordination.atMost)}>{view.needs.at_most}</Fact> : null}
        {(view.needs?.skills?.length ?? 0) > 0 && (
          <Fact name={say(words.cases.skillsNeeded)}>
            {view.needs?.skills?.map((one) => sayValue(words.skill, one)).join(', ')}
          </Fact>
        )}
      </dl>
    </section>
  );
}
