import { useEffect, useState } from 'preact/hooks';
import { get, type Problem, request } from '../api/client';
import type { DeadLetter, DeadLetterContent } from '../api/views';
import { ProblemNotice, problemOf } from '../controls/problem';
import { isEmpty, keepDrafts, loadDrafts } from '../filing/draft';
import { language, say, sayValue, words } from '../language';
import { moment, parseTime } from '../language/format';
import { deadLetterCount, feedState, slowNow } from '../live/store';
import { go } from '../route';
import { accountOf, session } from '../session';
import { draftOfLetter } from './letter-draft';
import { LetterContent } from './letter-content';

/** The messages that nobody could read and nobody has dealt with; asked for again when the feed counts others. */
export function useOpenLetters(): { letters: DeadLetter[]; problem: Problem | undefined; again(): void } {
  const [letters, setLetters] = useState<DeadLetter[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const [attempt, setAttempt] = useState(0);
  const count = deadLetterCount.value;
  const connected = feedState.value.kind === 'live';
  useEffect(() => {
    if (count === 0) setLetters([]);
    if (count === 0 || !connected) return;
    const controller = new AbortController();
    get<{ dead_letters?: DeadLetter[] }>('dead-letters?open=true', controller.signal).then(
      (answer) => {
        setLetters(answer.dead_letters ?? []);
        setProblem(undefined);
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setProblem(problemOf(error));
      },
    );
    return () => controller.abort();
  }, [count, attempt, connected]);
  return { letters, problem, again: () => setAttempt((value) => value + 1) };
}

/** One message that could not be read: read it, file what it says by hand, let it be read again, set it aside. */
export function LetterLine({ letter, heading: Heading = 'h3' }: { letter: DeadLetter; heading?: 'h2' | 'h3' }) {
  const id = String(letter.id);
  const path = `dead-letters/${encodeURIComponent(id)}`;
  const [reading, setReading] = useState(false);
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const at = parseTime(letter.at);
  const done = parseTime(letter.replayed_at);

  const doing = async (task: () => Promise<unknown>) => {
    setProblem(undefined);
    setAsked(true);
    try {
      await task();
    } catch (error) {
      setProblem(problemOf(error));
      setAsked(false);
    }
  };
  const fileByHand = async () => {
    const content = await get<DeadLetterContent>(path);
    setAsked(false);
    // What stands in the form is put aside, not lost.
    const account = session.value ? accountOf(session.value) : '';
    const { current, parked } = loadDrafts(account);
    keepDrafts(account, {
      current: draftOfLetter(id, content.value ?? ''),
      parked: isEmpty(current) ? parked : [...parked, current],
    });
    go({ page: 'new' });
  };

  return (
    <article class="task" data-letter={id}>
      <Heading>
        <span>{sayValue(words.deadLetterReason, letter.reason)}</span>
        {at !== undefined && <span class="task-time">{moment(at, slowNow.value, language.value)}</span>}
      </Heading>
      <div class="task-why">
        {letter.detail && (
          <p class="secondary" lang="en">
            {letter.detail}
          </p>
        )}
        <p class="secondary number">
          {[letter.topic, letter.partition, letter.offset].filter((part) => part !== undefined).join(' / ')}
        </p>
        {reading && <LetterContent id={id} />}
        {problem &&
          (problem.code === 'forbidden' ? <p>{say(words.desk.letterSealed)}</p> : <ProblemNotice problem={problem} />)}
      </div>
      {done !== undefined ? (
        <p class="secondary">
          {say(words.deadLetters.replayed, { time: moment(done, slowNow.value, language.value) })}
        </p>
      ) : (
        <div class="task-do">
          <button
            type="button"
            class="button button-small button-primary"
            disabled={asked}
            onClick={() => void doing(fileByHand)}
          >
            {say(words.desk.fileByHand)}
          </button>
          <button
            type="button"
            class="button button-small"
            aria-expanded={reading}
            onClick={() => setReading(!reading)}
          >
            {say(reading ? words.desk.fold : words.desk.read)}
          </button>
          <button
            type="button"
            class="button button-small"
            disabled={asked}
            onClick={() => void doing(() => request('POST', `${path}/replay`))}
          >
            {say(words.deadLetters.replay)}
          </button>
          <button
            type="button"
            class="button button-small"
            disabled={asked}
            onClick={() => {
              if (confirm(say(words.desk.setAsideSure))) void doing(() => request('POST', `${path}/set-aside`));
            }}
          >
            {say(words.desk.setAside)}
          </button>
        </div>
      )}
    </article>
  );
}
