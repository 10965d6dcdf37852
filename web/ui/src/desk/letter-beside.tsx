import type { Draft } from '../filing/draft';
import { say, words } from '../language';
import { LetterContent } from './letter-content';

/** Where a draft is sent: one that stands for a dead letter takes it off the list. */
export function filingPath(draft: Draft): string {
  return draft.letter && draft.revision === 0 ? `dead-letters/${encodeURIComponent(draft.letter)}/file` : 'applications';
}

/** The message that is being filed by hand, above the form. */
export function LetterBeside({ id, onForget }: { id: string; onForget(): void }) {
  return (
    <section class="notice notice-review letter-beside">
      <p>{say(words.desk.letterBeside)}</p>
      <LetterContent id={id} />
      <button type="button" class="text-button" onClick={onForget}>
        {say(words.shell.cancel)}
      </button>
    </section>
  );
}
