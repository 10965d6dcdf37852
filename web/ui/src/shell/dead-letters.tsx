import { useEffect, useState } from 'preact/hooks';
import { get, type Problem } from '../api/client';
import type { DeadLetter } from '../api/views';
import { ProblemNotice, problemOf } from '../controls/problem';
import { LetterLine } from '../desk/letters';
import { say, words } from '../language';
import { deadLetterCount } from '../live/store';

/** Messages that nobody could read, also those that somebody has dealt with since. */
export function DeadLettersPage() {
  const [list, setList] = useState<DeadLetter[]>();
  const [problem, setProblem] = useState<Problem>();
  const [attempt, setAttempt] = useState(0);
  const count = deadLetterCount.value;
  useEffect(() => {
    const controller = new AbortController();
    get<{ dead_letters?: DeadLetter[] }>('dead-letters', controller.signal).then(
      (answer) => {
        setList(answer.dead_letters ?? []);
        setProblem(undefined);
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setProblem(problemOf(error));
      },
    );
    return () => controller.abort();
  }, [count, attempt]);

  return (
    <section class="page">
      <h1>{say(words.deadLetters.title)}</h1>
      <p class="secondary">{say(words.deadLetters.help)}</p>
      {problem && <ProblemNotice problem={problem} onRetry={() => setAttempt(attempt + 1)} />}
      {list?.length === 0 && <p>{say(words.deadLetters.none)}</p>}
      <ul class="letters">
        {list?.map((letter) => (
          <li key={String(letter.id)} class="letter">
            <LetterLine letter={letter} heading="h2" />
          </li>
        ))}
      </ul>
    </section>
  );
}
