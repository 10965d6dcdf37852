import { RequestFailed, type Problem } from '../api/client';
import { say, words } from '../language';
import type { Phrase } from '../language';

/** Why something failed, in words of the person's language; an unknown code keeps the server's own words. */
export function problemText(problem: Problem): string {
  const table: Record<string, Phrase> = words.problems;
  const phrase = Object.hasOwn(table, problem.code) ? table[problem.code] : undefined;
  if (phrase) return say(phrase);
  return say(words.problemUnknown, { code: problem.code, detail: problem.detail || problem.title });
}

export function problemOf(error: unknown): Problem {
  if (error instanceof RequestFailed) return error.problem;
  return { code: 'network-down', status: 0, title: '', detail: String(error), errors: [] };
}

/** A failure where it happened, with a way to try again. */
export function ProblemNotice({ problem, onRetry }: { problem: Problem; onRetry?(): void }) {
  return (
    <div class="notice notice-problem" role="alert">
      <p>{problemText(problem)}</p>
      {onRetry && (
        <button type="button" class="button" onClick={onRetry}>
          {say(words.shell.retry)}
        </button>
      )}
    </div>
  );
}
