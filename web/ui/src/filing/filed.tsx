import { useEffect, useRef, useState } from 'preact/hooks';
import { get } from '../api/client';
import type { CaseStatus } from '../api/views';
import { caseTitle, statusText } from '../cases/describe';
import { dismiss, outboxEntries } from '../commands/send';
import { problemText } from '../controls/problem';
import { say, words } from '../language';
import { caseById, caseViews } from '../live/store';
import { StatusGlyph } from '../map';
import { go, hashOf, route } from '../route';
import { accountOf, session } from '../session';
import { filedDrafts, keepDrafts, loadDrafts } from './draft';

interface Standing {
  case_id: string;
  number: string;
  status: CaseStatus;
}

const askAgain = 5_000;

/**
 * Where an application stands; the live feed brings its case. A withheld outcome is never here: the server
 * says only that the search has ended until the family knows.
 */
export function FiledPage() {
  const id = route.value.applicationId ?? '';
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const waiting = outboxEntries.value.find((entry) => entry.id === id);
  const own = caseViews.value.find((one) => one.applications?.some((application) => application.id === id));
  const standing = useStanding(id, own === undefined && waiting === undefined);
  const view = own ?? caseById(standing?.case_id);
  const link = view?.id;
  const account = session.value ? accountOf(session.value) : '';
  const filed = filedDrafts(account).find((draft) => draft.id === id);
  const title = waiting
    ? waiting.state === 'refused'
      ? words.filing.refusedTitle
      : words.filing.queuedTitle
    : filed
      ? filed.revision > 0
        ? words.filing.amended
        : words.form.filed
      : words.filing.standing;

  const reopen = (revision: number) => {
    if (!filed) return;
    const { parked } = loadDrafts(account);
    keepDrafts(account, { current: { ...filed, revision }, parked });
    go({ page: 'new' });
  };
  return (
    <section class="page form-page filed" data-application={id}>
      <h1 tabIndex={-1} ref={heading}>
        {say(title)}
      </h1>
      <p class="secondary">
        {say(words.form.applicationNumber)} <span class="number">{id}</span>
      </p>
      <div role="status">
        {waiting ? (
          <p>{waiting.state === 'refused' && waiting.problem ? problemText(waiting.problem) : say(words.filing.queued)}</p>
        ) : view ? (
          <p class="filed-state">
            <StatusGlyph status={view.status} size={24} />
            <span>
              <strong>{caseTitle(view)}</strong>
              <br />
              {view.number && <span class="number">{view.number} · </span>}
              {statusText(view)}
            </span>
          </p>
        ) : standing ? (
          <p class="filed-state">
            <StatusGlyph status={standing.status} size={24} />
            <span>
              <span class="number">{standing.number}</span> · {say(words.caseStatus[standing.status])}
            </span>
          </p>
        ) : (
          <p>{say(filed ? words.form.filedWaiting : words.filing.unknownApplication)}</p>
        )}
      </div>
      <div class="filed-actions">
        {link && (
          <a class="button button-primary" href={hashOf({ page: 'map', caseId: link })}>
            {say(words.form.openCase)}
          </a>
        )}
        {filed && !waiting && (
          <button type="button" class="button" onClick={() => reopen(filed.revision + 1)}>
            {say(words.filing.amend)}
          </button>
        )}
        {filed && waiting?.state === 'refused' && (
          <button
            type="button"
            class="button"
            onClick={() => {
              dismiss(waiting.id);
              reopen(filed.revision);
            }}
          >
            {say(words.filing.backToForm)}
          </button>
        )}
        <a class="button" href="#/new">
          {say(words.form.fileAnother)}
        </a>
      </div>
    </section>
  );
}

/** Asks where an application stands until it is known; the live feed may not bring its case, when it ended long ago. */
function useStanding(id: string, asks: boolean): Standing | undefined {
  const [standing, setStanding] = useState<Standing>();
  const system = session.value?.systems?.[0] ?? 'board';
  useEffect(() => {
    if (!asks || id === '') return;
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      get<Standing>(`applications/${encodeURIComponent(system)}/${encodeURIComponent(id)}`, controller.signal)
        .then(setStanding)
        .catch(() => undefined)
        .finally(() => {
          if (!controller.signal.aborted) timer = setTimeout(ask, askAgain);
        });
    };
    ask();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [id, asks, system]);
  return standing;
}
