import { useEffect, useState } from 'preact/hooks';
import { request } from '../api/client';
import { caseTitle, statusText } from '../cases/describe';
import { say, sayValue, words } from '../language';
import { Icon } from '../controls/icon';
import { caseById, serverNow } from '../live/store';
import { hashOf } from '../route';
import { type Draft, toApplication } from './draft';

interface Likely {
  case_id: string;
  number: string;
  certain?: boolean;
  reasons: string[];
}

const likelyDelay = 500;

/** What may tell two filings of one person or place apart; the rest of a draft changes nothing. */
function evidenceOf(draft: Draft): string | undefined {
  if (draft.kind === 'volunteer_event' || draft.revision > 0) return undefined;
  const told = [draft.reference, draft.reporterPhone, draft.address, ...draft.subjects.map((subject) => subject.name)];
  if (!told.some((text) => text.trim().length > 2)) return undefined;
  const { kind, coordinates, incident, exercise, callOut } = draft;
  return JSON.stringify([kind, coordinates, incident, exercise, callOut, told, draft.subjects.map(({ age, sex }) => [age, sex])]);
}

/** Open cases that the draft may be about, found by the server while it is typed. */
export function LikelyCases({ draft, onSame }: { draft: Draft; onSame(caseId: string | undefined): void }) {
  const [likely, setLikely] = useState<Likely[]>([]);
  const evidence = evidenceOf(draft);
  useEffect(() => {
    if (evidence === undefined) {
      setLikely([]);
      return;
    }
    const controller = new AbortController();
    const timer = setTimeout(() => {
      request<{ likely: Likely[] }>('POST', 'applications/likely', bodyOf(draft), controller.signal)
        .then(({ body }) => {
          setLikely(body.likely);
          // What was typed since may be about somebody else.
          if (draft.sameAs && !body.likely.some((one) => one.case_id === draft.sameAs)) onSame(undefined);
        })
        .catch(() => undefined); // filing goes on without
    }, likelyDelay);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [evidence]);
  return (
    <section class="likely-cases" role="status" hidden={likely.length === 0} aria-label={say(words.filing.likely)}>
      {likely.length > 0 && (
        <>
          <h2>{say(words.filing.likely)}</h2>
          <ul>
            {likely.map((one) => (
              <li key={one.case_id} data-case={one.case_id}>
                <a href={hashOf({ page: 'map', caseId: one.case_id })}>{titleOf(one)}</a>
                <br />
                <span class="secondary">
                  {one.reasons.map((reason) => sayValue(words.duplicateReason, reason)).join(' · ')}
                </span>
                {one.certain ? (
                  <strong> · {say(words.filing.certain)}</strong>
                ) : (
                  <button
                    type="button"
                    class="button button-small likely-same"
                    aria-pressed={draft.sameAs === one.case_id}
                    onClick={() => onSame(draft.sameAs === one.case_id ? undefined : one.case_id)}
                  >
                    {draft.sameAs === one.case_id && <Icon name="check" size={16} />}
                    {say(words.filing.same)}
                  </button>
                )}
              </li>
            ))}
          </ul>
          <p class="secondary">{say(draft.sameAs ? words.filing.sameChosen : words.filing.likelyHelp)}</p>
        </>
      )}
    </section>
  );
}

// Asked without the choice: what is chosen stays one of those to choose from.
function bodyOf(draft: Draft): Record<string, unknown> {
  return { ...toApplication(draft, serverNow()).body, same_as: undefined };
}

function titleOf(one: Likely): string {
  const view = caseById(one.case_id);
  return view ? `${caseTitle(view)} · ${statusText(view)} · ${one.number}` : one.number;
}
