import { useEffect, useState } from 'preact/hooks';
import { get, type Problem } from '../api/client';
import type { CaseView } from '../api/views';
import { problemOf } from '../controls/problem';
import { feedState } from '../live/store';

// Changes of one case come in bursts; one question after them is enough.
const settleMilliseconds = 250;

/** Asks for a part of a case again whenever what it follows has changed, else the case, or the connection is back. */
export function useOfCase<T>(
  view: CaseView,
  part: string,
  follows: unknown = view,
): { data: T | undefined; problem: Problem | undefined; again(): void } {
  const [data, setData] = useState<T>();
  const [problem, setProblem] = useState<Problem>();
  const [attempt, setAttempt] = useState(0);
  const connected = feedState.value.kind === 'live';
  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      get<T>(`cases/${encodeURIComponent(view.id)}/${part}`, controller.signal).then(
        (answer) => {
          setData(() => answer);
          setProblem(undefined);
        },
        (error: unknown) => {
          if (!controller.signal.aborted) setProblem(problemOf(error));
        },
      );
    }, settleMilliseconds);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [view.id, follows, part, attempt, connected]);
  return { data, problem, again: () => setAttempt((value) => value + 1) };
}
