import { useEffect, useState } from 'preact/hooks';
import { get, request, type Problem } from '../api/client';
import type { DeadLetter } from '../api/views';
import { ProblemNotice, problemOf } from '../controls/problem';
import { language, say, sayValue, words } from '../language';
import { moment, parseTime } from '../language/format';
import { deadLetterCount, slowNow } from '../live/store';

/** Messages that nobody could read, with the reason, each to be read again. */
export function DeadLettersPage() {
  const [list, setList] = useState<DeadLetter[]>();
  const [problem, setProblem] = useState<Problem>();
  const [attempt, setAttempt] = useState(0);
  const [asked, setAsked] = useState<ReadonlySet<string>>(new Set());
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

  const replay = async (id: string) => {
    try {
      await request('POST', `dead-letters/${encodeURIComponent(id)}/replay`);
      setAsked((before) => new Set(before).add(id));
      setAttempt((value) => value + 1);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };

  return (
    <section class="page">
      <h1>{say(words.deadLetters.title)}</h1>
      <p class="secondary">{say(words.deadLetters.help)}</p>
      {problem && <ProblemNotice problem={problem} onRetry={() => setAttempt(attempt + 1)} />}
      {list?.length === 0 && <p>{say(words.deadLetters.none)}</p>}
      <ul class="letters">
        {list?.map((letter) => {
          const id = String(letter.id);
          const at = parseTime(letter.at);
          const replayed = parseTime(letter.replayed_at);
          return (
            <li key={id} class="letter">
              <p>
                <strong>{sayValue(words.deadLetterReason, letter.reason)}</strong>
                {letter.detail && <span> · {letter.detail}</span>}
              </p>
              <p class="secondary number">
                {letter.topic}
                {letter.partition !== undefined && ` / ${letter.partition}`}
                {letter.offset !== undefined && ` / ${letter.offset}`}
                {at !== undefined && ` · ${moment(at, slowNow.value, language.value)}`}
              </p>
              {replayed !== undefined ? (
                <p class="secondary">
                  {say(words.deadLetters.replayed, { time: moment(replayed, slowNow.value, language.value) })}
                </p>
              ) : (
                <button type="button" class="button" disabled={asked.has(id)} onClick={() => void replay(id)}>
                  {say(asked.has(id) ? words.deadLetters.replayAsked : words.deadLetters.replay)}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
