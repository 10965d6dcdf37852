import { useEffect, useRef, useState } from 'preact/hooks';
import { type Problem, request, RequestFailed } from '../api/client';
import type { CaseKind } from '../api/views';
import { optionsOf } from '../cases/team-forms';
import { type Filed, fileLater } from '../commands/send';
import { Below } from '../controls/below';
import { Choice, Field, SelectField, Switch } from '../controls/field';
import { Icon } from '../controls/icon';
import { ProblemNotice, problemOf } from '../controls/problem';
import { say, words } from '../language';
import { toLocalInput } from '../language/format';
import { serverNow } from '../live/store';
import { filingPath, LetterBeside } from '../desk/letter-beside';
import { go } from '../route';
import { accountOf, session } from '../session';
import { DraftList } from './draft-list';
import { LikelyCases } from './likely';
import { PlaceField, usePicking } from './place-field';
import {
  type Draft,
  type Drafts,
  emptyDraft,
  emptySubject,
  type FieldProblem,
  type FieldProblems,
  isEmpty,
  keepDrafts,
  keepFiled,
  limits,
  loadDrafts,
  mostParked,
  type SubjectDraft,
  toApplication,
} from './draft';

// Loaded with the form: what is filed as the connection goes has to be shown without one.
export { FiledPage } from './filed';

/** The words for a field's problem. */
export function fieldProblemText(problem: FieldProblem, pointer: string): string {
  switch (problem) {
    case 'required':
      return say(words.form.errorRequired);
    case 'outside':
      return say(words.form.coordinatesOutside);
    case 'unreadable':
      return say(words.form.coordinatesUnreadable);
    case 'short-link':
      return say(words.form.shortLink);
    case 'link':
      return say(words.filing.linkWithoutPlace);
    case 'order':
      return say(words.form.errorTimeOrder);
    case 'future':
      return say(words.form.errorFuture);
    default: {
      const max = pointer.endsWith('/age') ? limits.age : pointer === '/accuracy_m' ? limits.accuracy : limits.people;
      return say(words.form.errorNumber, { min: 0, max });
    }
  }
}

/** The form that files an application: first who calls, then what a call-out needs, the rest folded away. */
export function FilingPage() {
  const account = session.value ? accountOf(session.value) : '';
  const [drafts, setDrafts] = useState<Drafts>(() => loadDrafts(account));
  const [tried, setTried] = useState(false);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const box = useRef<HTMLFormElement>(null);
  const draft = drafts.current;

  const keep = (next: Drafts) => {
    keepDrafts(account, next);
    setDrafts(next);
    setProblem(undefined);
  };
  const change = (fields: Partial<Draft>) =>
    setDrafts((before) => {
      const next = { ...before, current: { ...before.current, ...fields } };
      keepDrafts(account, next);
      setProblem(undefined);
      return next;
    });
  const begin = (next: Drafts) => {
    keep(next);
    setTried(false);
    focusFirst();
  };
  usePicking(draft.coordinates, (coordinates) => change({ coordinates }));

  const local: FieldProblems = tried ? toApplication(draft, serverNow()).problems : {};
  const remote = new Map((problem?.errors ?? []).map((error) => [error.pointer, error.detail]));
  const error = (pointer: string): string | undefined => {
    const own = local[pointer];
    if (own) return fieldProblemText(own, pointer);
    // The server names the innermost value; the field stands for all of it.
    for (const [at, detail] of remote) if (at === pointer || at.startsWith(`${pointer}/`)) return detail;
    return undefined;
  };

  const focusFirst = () => requestAnimationFrame(() => box.current?.querySelector<HTMLElement>('input:not([type=radio])')?.focus());
  const focusFirstError = () =>
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  // An operator types the caller's number while the caller still speaks.
  useEffect(() => {
    focusFirst();
  }, []);

  const submit = async () => {
    if (sending) return;
    setTried(true);
    const { body, problems } = toApplication(draft, serverNow());
    if (Object.keys(problems).length > 0) return focusFirstError();
    setSending(true);
    try {
      const { body: answer } = await request<Filed>('POST', filingPath(draft), body);
      done(draft, answer.id ?? draft.id);
    } catch (cause) {
      if (cause instanceof RequestFailed && cause.problem.status === 0 && !draft.letter) {
        fileLater(draft.id, body);
        done(draft, draft.id);
        return;
      }
      setProblem(problemOf(cause));
      focusFirstError();
    } finally {
      setSending(false);
    }
  };
  const done = (filed: Draft, id: string) => {
    keepFiled(account, { ...filed, filedAt: filed.filedAt || new Date(serverNow()).toISOString() });
    keepDrafts(account, { current: emptyDraft(), parked: drafts.parked });
    go({ page: 'application', applicationId: id });
  };

  const wrong = Object.keys(local).length;
  const amends = draft.revision > 0;
  return (
    <form
      class="page form-page"
      noValidate
      ref={box}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          void submit();
        }
      }}
    >
      <h1>{say(amends ? words.filing.amending : words.form.title)}</h1>
      {draft.letter && <LetterBeside id={draft.letter} onForget={() => change({ letter: undefined })} />}
      <DraftList
        drafts={drafts}
        mayPark={!isEmpty(draft) && drafts.parked.length < mostParked}
        onPark={() => begin({ current: emptyDraft(), parked: [...drafts.parked, draft] })}
        onOpen={(index) => {
          const others = drafts.parked.filter((_, at) => at !== index);
          begin({ current: drafts.parked[index] ?? draft, parked: isEmpty(draft) ? others : [...others, draft] });
        }}
      />
      <fieldset class="group">
        <legend>{say(words.form.reporter)}</legend>
        <div class="field-row">
          <Field
            label={say(words.form.reporterPhone)}
            type="tel"
            value={draft.reporterPhone}
            onValue={(reporterPhone) => change({ reporterPhone })}
            error={error('/reporter/phone')}
          />
          <Field
            label={say(words.filing.callerName)}
            value={draft.reporterName}
            onValue={(reporterName) => change({ reporterName })}
            error={error('/reporter/name')}
          />
        </div>
        <div class="field-row">
          <Field
            label={say(words.form.reporterRelation)}
            value={draft.reporterRelation}
            onValue={(reporterRelation) => change({ reporterRelation })}
          />
          <Field
            label={say(words.form.reference)}
            value={draft.reference}
            onValue={(reference) => change({ reference })}
            error={error('/source/reference')}
          />
        </div>
      </fieldset>
      <Choice<CaseKind>
        label={say(words.form.kind)}
        value={draft.kind}
        onValue={(kind) => change({ kind })}
        options={[
          { value: 'missing_person', label: say(words.form.kindMissing) },
          { value: 'emergency', label: say(words.form.kindEmergency) },
          { value: 'volunteer_event', label: say(words.form.kindEvent) },
        ]}
      />
      {draft.kind === 'missing_person' && <Subjects draft={draft} change={change} error={error} />}
      <Below>
        <fieldset class="group">
          <legend>{say(words.form.where)}</legend>
          <PlaceField
            label={say(words.form.coordinates)}
            value={draft.coordinates}
            onValue={(coordinates) => change({ coordinates })}
            onPlace={(place) => change({ place })}
            error={error('/location')}
            pointer="/location"
            required
          />
          <div class="field-row">
            <Field
              label={say(words.form.place)}
              value={draft.place}
              onValue={(place) => change({ place })}
              pointer="/place"
              error={error('/place')}
            />
            <Field
              label={say(words.form.address)}
              value={draft.address}
              onValue={(address) => change({ address })}
              pointer="/address"
              error={error('/address')}
            />
          </div>
        </fieldset>
        {draft.kind === 'emergency' && <Emergency draft={draft} change={change} error={error} />}
        {draft.kind === 'volunteer_event' && <Event draft={draft} change={change} error={error} />}
        <LikelyCases draft={draft} onSame={(sameAs) => change({ sameAs })} />
        <Choice
          label={say(words.form.callOut)}
          value={draft.callOut}
          onValue={(callOut) => change({ callOut })}
          options={[
            { value: 'now', label: say(words.form.callNow) },
            { value: 'hold', label: say(words.form.callHold) },
            { value: 'none', label: say(words.form.callNone) },
          ]}
        />
        <More draft={draft} change={change} error={error} open={amends} />
        <div class="form-end">
          {wrong > 0 && (
            <p class="field-error" role="alert">
              {say(words.form.errorsAbove, { count: wrong })}
            </p>
          )}
          {problem && <ProblemNotice problem={problem} />}
          <button type="submit" class="button button-primary" disabled={sending}>
            {say(sending ? words.form.submitting : amends ? words.filing.amend : words.form.submit)}
          </button>
          <p class="secondary form-draft">
            {say(words.filing.keys)} · {say(words.form.draftKept)}{' '}
            <button type="button" class="text-button" onClick={() => begin({ ...drafts, current: emptyDraft() })}>
              {say(words.form.clearDraft)}
            </button>
          </p>
        </div>
      </Below>
    </form>
  );
}

/** What a call-out does not wait for: the rest of the questionnaire. */
function More({ draft, change, error, open }: PartProps & { open: boolean }) {
  const set = (index: number, fields: Partial<SubjectDraft>) =>
    change({ subjects: draft.subjects.map((subject, at) => (at === index ? { ...subject, ...fields } : subject)) });
  const wrong = ['/accuracy_m', '/weather', '/urgency'].some((pointer) => error(pointer));
  return (
    <details class="form-more" open={open || wrong}>
      <summary>{say(words.filing.more)}</summary>
      <div class="form-more-fields">
        {draft.kind === 'missing_person' &&
          draft.subjects.map((subject, index) => (
            // Subjects have no names of their own before they are filed; the place in the list is one.
            <div key={index} class="subject-form">
              {draft.subjects.length > 1 && <strong>{say(words.form.subjectN, { n: index + 1 })}</strong>}
              <Field
                label={say(words.form.description)}
                rows={2}
                value={subject.description}
                onValue={(description) => set(index, { description })}
                error={error(`/subjects/${index}/description`)}
              />
              <Field
                label={say(words.form.health)}
                rows={2}
                value={subject.health}
                onValue={(health) => set(index, { health })}
                error={error(`/subjects/${index}/health`)}
              />
              <Dangers dangers={subject.dangers} onDangers={(dangers) => set(index, { dangers })} />
            </div>
          ))}
        <Field
          label={say(words.form.accuracy)}
          type="number"
          value={draft.accuracy}
          onValue={(accuracy) => change({ accuracy })}
          pointer="/accuracy_m"
          error={error('/accuracy_m')}
        />
        <SelectField
          label={say(words.assessment.weather)}
          value={draft.weather}
          onValue={(weather) => change({ weather })}
          options={[{ value: '', label: say(words.assessment.weatherUnknown) }, ...optionsOf(words.weather)]}
        />
        <SelectField
          label={say(words.form.urgency)}
          value={draft.urgency}
          onValue={(urgency) => change({ urgency: urgency as Draft['urgency'] })}
          options={[{ value: '', label: say(words.form.urgencyComputed) }, ...optionsOf(words.urgency)]}
        />
        <Switch
          label={say(words.form.exercise)}
          checked={draft.exercise}
          onChecked={(exercise) => change({ exercise })}
        />
      </div>
    </details>
  );
}

interface PartProps {
  draft: Draft;
  change(fields: Partial<Draft>): void;
  error(pointer: string): string | undefined;
}

/** When somebody was seen last is rarely known to the minute. */
const hoursAgo = [1, 3, 12] as const;

function Subjects({ draft, change, error }: PartProps) {
  const set = (index: number, fields: Partial<SubjectDraft>) =>
    change({ subjects: draft.subjects.map((subject, at) => (at === index ? { ...subject, ...fields } : subject)) });
  const many = draft.subjects.length > 1;
  return (
    <fieldset class="group">
      <legend>{say(words.form.who)}</legend>
      {draft.subjects.map((subject, index) => (
        // Subjects have no names of their own before they are filed; the place in the list is one.
        <div key={index} class="subject-form">
          {many && (
            <p class="subject-form-head">
              <strong>{say(words.form.subjectN, { n: index + 1 })}</strong>
              <button
                type="button"
                class="text-button"
                onClick={() => change({ subjects: draft.subjects.filter((_, at) => at !== index) })}
              >
                {say(words.form.removeSubject)}
              </button>
            </p>
          )}
          <div class="field-row field-row-wide-first">
            <Field
              label={say(words.form.name)}
              value={subject.name}
              onValue={(name) => set(index, { name })}
              error={error(`/subjects/${index}/name`)}
            />
            <Field
              label={say(words.form.age)}
              type="number"
              value={subject.age}
              onValue={(age) => set(index, { age })}
              error={error(`/subjects/${index}/age`)}
              pointer={`/subjects/${index}/age`}
            />
          </div>
          <Choice<SubjectDraft['sex']>
            label={say(words.form.sex)}
            value={subject.sex}
            onValue={(sex) => set(index, { sex })}
            options={[
              { value: 'male', label: say(words.form.male) },
              { value: 'female', label: say(words.form.female) },
              { value: '', label: say(words.form.unknown) },
            ]}
          />
          <div class="ago" role="group" aria-label={say(words.form.lastSeen)}>
            {hoursAgo.map((hours) => (
              <button
                key={hours}
                type="button"
                class="button button-small"
                onClick={() => set(index, { lastSeen: toLocalInput(serverNow() - hours * 3_600_000) })}
              >
                {say(words.filing.ago, { count: hours })}
              </button>
            ))}
          </div>
          <Field
            label={say(words.form.lastSeen)}
            type="datetime-local"
            value={subject.lastSeen}
            onValue={(lastSeen) => set(index, { lastSeen })}
            help={say(words.shell.astanaTime)}
            error={error(`/subjects/${index}/last_seen_at`)}
          />
        </div>
      ))}
      <button type="button" class="button" onClick={() => change({ subjects: [...draft.subjects, emptySubject()] })}>
        <Icon name="file" size={18} />
        {say(words.form.addSubject)}
      </button>
    </fieldset>
  );
}

/** What makes a search urgent beside age: several may hold. */
function Dangers({ dangers, onDangers }: { dangers: string[]; onDangers(dangers: string[]): void }) {
  return (
    <fieldset class="choice">
      <legend>{say(words.assessment.dangers)}</legend>
      <div class="choice-options">
        {optionsOf(words.danger).map(({ value, label }) => (
          <label key={value} class="choice-option">
            <input
              type="checkbox"
              checked={dangers.includes(value)}
              onChange={(event) =>
                onDangers(
                  event.currentTarget.checked ? [...dangers, value] : dangers.filter((danger) => danger !== value),
                )
              }
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Emergency({ draft, change, error }: PartProps) {
  return (
    <fieldset class="group">
      <legend>{say(words.form.kindEmergency)}</legend>
      <SelectField
        label={say(words.form.incident)}
        value={draft.incident}
        onValue={(incident) => change({ incident })}
        options={optionsOf(words.incident)}
        error={error('/incident')}
      />
      <div class="field-row">
        <Field
          label={say(words.form.peopleTotal)}
          type="number"
          value={draft.total}
          onValue={(total) => change({ total })}
          error={error('/people_at_risk/total')}
        />
        <Field
          label={say(words.form.peopleChildren)}
          type="number"
          value={draft.children}
          onValue={(children) => change({ children })}
          error={error('/people_at_risk/children')}
        />
        <Field
          label={say(words.form.peopleImmobile)}
          type="number"
          value={draft.immobile}
          onValue={(immobile) => change({ immobile })}
          error={error('/people_at_risk/immobile')}
        />
      </div>
    </fieldset>
  );
}

function Event({ draft, change, error }: PartProps) {
  return (
    <fieldset class="group">
      <legend>{say(words.form.kindEvent)}</legend>
      <Field
        label={say(words.form.eventTitle)}
        value={draft.title}
        onValue={(title) => change({ title })}
        required
        error={error('/event/title')}
      />
      <Field
        label={say(words.form.eventDirection)}
        value={draft.direction}
        onValue={(direction) => change({ direction })}
        error={error('/event/direction')}
      />
      <div class="field-row">
        <Field
          label={say(words.form.eventStarts)}
          type="datetime-local"
          value={draft.starts}
          onValue={(starts) => change({ starts })}
          error={error('/event/starts_at')}
        />
        <Field
          label={say(words.form.eventEnds)}
          type="datetime-local"
          value={draft.ends}
          onValue={(ends) => change({ ends })}
          error={error('/event/ends_at')}
        />
      </div>
      <Field
        label={say(words.form.eventVolunteers)}
        type="number"
        value={draft.volunteers}
        onValue={(volunteers) => change({ volunteers })}
        error={error('/event/volunteers_needed')}
      />
    </fieldset>
  );
}
