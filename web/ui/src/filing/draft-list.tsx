import { say, words } from '../language';
import { type Drafts, draftTitle } from './draft';

interface DraftListProps {
  drafts: Drafts;
  mayPark: boolean;
  onPark(): void;
  onOpen(index: number): void;
}

/** Drafts that were put aside while another caller was on the line. */
export function DraftList({ drafts, mayPark, onPark, onOpen }: DraftListProps) {
  if (!mayPark && drafts.parked.length === 0) return null;
  return (
    <nav class="draft-list" aria-label={say(words.filing.drafts)}>
      {drafts.parked.map((draft, index) => (
        <button key={draft.id} type="button" class="button button-small" onClick={() => onOpen(index)}>
          {draftTitle(draft) || say(words.filing.draftUnnamed)}
        </button>
      ))}
      {mayPark && (
        <button type="button" class="text-button" onClick={onPark}>
          {say(words.filing.park)}
        </button>
      )}
    </nav>
  );
}
