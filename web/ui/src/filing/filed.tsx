import { useEffect, useRef } from 'preact/hooks';
import { caseTitle, statusText } from '../cases/describe';
import { say, words } from '../language';
import { caseById, caseViews } from '../live/store';
import { StatusGlyph } from '../map';
import { hashOf } from '../route';

interface FiledProps {
  id: string;
  caseId: string | undefined;
  onAnother(): void;
}

/** Where an application stands after it was filed; the live feed brings the case. */
export function Filed({ id, caseId, onAnother }: FiledProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const view =
    caseById(caseId) ?? caseViews.value.find((one) => one.applications?.some((application) => application.id === id));
  const link = view?.id ?? caseId;
  return (
    <section class="page form-page filed" data-application={id}>
      <h1 tabIndex={-1} ref={heading}>
        {say(words.form.filed)}
      </h1>
      <p class="secondary">
        {say(words.form.applicationNumber)} <span class="number">{id}</span>
      </p>
      <div role="status">
        {view ? (
          <p class="filed-state">
            <StatusGlyph status={view.status} size={24} />
            <span>
              <strong>{caseTitle(view)}</strong>
              <br />
              {view.number && <span class="number">{view.number} · </span>}
              {statusText(view)}
            </span>
          </p>
        ) : (
          <p>{say(words.form.filedWaiting)}</p>
        )}
      </div>
      <div class="filed-actions">
        {link && (
          <a class="button button-primary" href={hashOf({ page: 'map', caseId: link })}>
            {say(words.form.openCase)}
          </a>
        )}
        <button type="button" class="button" onClick={onAnother}>
          {say(words.form.fileAnother)}
        </button>
      </div>
    </section>
  );
}
