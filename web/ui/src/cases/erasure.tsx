import { useState } from 'preact/hooks';
import { type Problem, request } from '../api/client';
import type { CaseView } from '../api/views';
import { ProblemNotice, problemOf } from '../controls/problem';
import { say, words } from '../language';
import { erasesPersonalData } from '../permissions';
import { forgetPictures } from '../photos/photo';
import { session } from '../session';
import { isLive } from './describe';

/** What an administrator may erase for good, once the search has ended and everybody is home. */
export function Erasure({ view }: { view: CaseView }) {
  const [done, setDone] = useState<string>();
  const [problem, setProblem] = useState<Problem>();
  const home = !(view.assignments ?? []).some(isLive);
  if (!erasesPersonalData(session.value) || !view.ended_at || !home) return null;

  const erase = async (what: 'photos' | 'tracks') => {
    if (!confirm(say(words.erasure[what === 'photos' ? 'photosSure' : 'tracksSure']))) return;
    setProblem(undefined);
    try {
      const path = `cases/${encodeURIComponent(view.id)}/${what}`;
      const { body } = await request<{ erased: number }>('DELETE', path);
      setDone(say(words.erasure.erased, { n: body.erased }));
      if (what === 'photos') forgetPictures(view.id);
    } catch (error) {
      setDone(undefined);
      setProblem(problemOf(error));
    }
  };

  return (
    <section class="section">
      <h3>{say(words.erasure.title)}</h3>
      <p class="secondary">{say(words.erasure.help)}</p>
      <div class="assignment-buttons">
        <button type="button" class="button" onClick={() => void erase('photos')}>
          {say(words.erasure.photos)}
        </button>
        <button type="button" class="button" onClick={() => void erase('tracks')}>
          {say(words.erasure.tracks)}
        </button>
      </div>
      <p role="status">{done}</p>
      {problem && <ProblemNotice problem={problem} />}
    </section>
  );
}
