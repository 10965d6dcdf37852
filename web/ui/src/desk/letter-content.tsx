import { useEffect, useState } from 'preact/hooks';
import { get, type Problem } from '../api/client';
import type { DeadLetterContent } from '../api/views';
import { ProblemNotice, problemOf } from '../controls/problem';
import { say, words } from '../language';

/** What stands in a dead letter, asked for only when somebody wants to read it: it is personal. */
export function useLetter(id: string): { content: DeadLetterContent | undefined; problem: Problem | undefined } {
  const [content, setContent] = useState<DeadLetterContent>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    const controller = new AbortController();
    get<DeadLetterContent>(`dead-letters/${encodeURIComponent(id)}`, controller.signal).then(
      (answer) => {
        setContent(answer);
        setProblem(undefined);
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setProblem(problemOf(error));
      },
    );
    return () => controller.abort();
  }, [id]);
  return { content, problem };
}

export function LetterContent({ id }: { id: string }) {
  const { content, problem } = useLetter(id);
  if (problem?.code === 'forbidden') return <p>{say(words.desk.letterSealed)}</p>;
  if (problem) return <ProblemNotice problem={problem} />;
  if (!content) return <p class="secondary">{say(words.shell.loading)}</p>;
  return content.value ? (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box needs the keyboard's focus to be scrolled
    <pre class="letter-text" tabIndex={0} lang="und">
      {readable(content.value)}
    </pre>
  ) : (
    <p class="secondary">{say(words.desk.letterEmpty)}</p>
  );
}

/** JSON in lines; everything else as it came. */
function readable(value: string): string {
  try {
    return JSON.stringify(JSON.parse(value), undefined, 2);
  } catch {
    return value;
  }
}
