import type { CaseView, LikelyDuplicate } from '../api/views';
import { command } from '../commands/send';
import { say, sayValue, words } from '../language';
import { caseById } from '../live/store';
import { coordinates as mayCoordinate } from '../permissions';
import { hashOf } from '../route';
import { session } from '../session';
import { openAction } from './action-state';
import { caseTitle } from './describe';

/** Where the applications of a merged case went, and the way back. */
export function MergedInto({ view }: { view: CaseView }) {
  const into = view.merged_into;
  if (!into) return null;
  return (
    <section class="notice notice-review merged">
      <p>
        {say(words.duplicates.mergedInto)}: <CaseLink id={into} />
      </p>
      {mayCoordinate(session.value, view.region) && (
        <button type="button" class="button button-small" onClick={() => command(view.id, 'case.split')}>
          {say(words.duplicates.undo)}
        </button>
      )}
    </section>
  );
}

/** Cases that may be the same, each with why; a person decides. */
export function LikelyDuplicates({ view }: { view: CaseView }) {
  const list = view.likely_duplicates ?? [];
  if (list.length === 0) return null;
  return (
    <section class="notice notice-review duplicates">
      <h3>{say(words.duplicates.title)}</h3>
      <ul>
        {list.map((one) => (
          <Likely key={one.case_id} view={view} one={one} />
        ))}
      </ul>
    </section>
  );
}

function Likely({ view, one }: { view: CaseView; one: LikelyDuplicate }) {
  return (
    <li data-case={one.case_id}>
      <p>
        <CaseLink id={one.case_id} />
      </p>
      <p>{one.reasons.map((reason) => sayValue(words.duplicateReason, reason)).join(', ')}</p>
      {mayCoordinate(session.value, view.region) && (
        <p class="assignment-buttons">
          <button
            type="button"
            class="button button-small"
            onClick={() => openAction({ name: 'merge', otherId: one.case_id })}
          >
            {say(words.duplicates.merge)}
          </button>
          <button
            type="button"
            class="button button-small"
            onClick={() => command(view.id, 'case.apart', { other: one.case_id })}
          >
            {say(words.duplicates.apart)}
          </button>
        </p>
      )}
    </li>
  );
}

/** A case by its name; one that the board does not hold by its id. */
export function CaseLink({ id }: { id: string }) {
  const other = caseById(id);
  return (
    <a href={hashOf({ page: 'map', caseId: id })}>
      {other ? (
        <>
          {caseTitle(other)} · <span class="number">{other.number}</span>
        </>
      ) : (
        say(words.duplicates.other)
      )}
    </a>
  );
}
