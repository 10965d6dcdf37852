/** What to do after the live connection has closed. */
export type AfterClose = 'at-once' | 'later' | 'sign-in' | 'stop';

/** Close codes as CONTRACT.md fixes them; every other code means that the network or the server went away. */
export function afterClose(code: number): AfterClose {
  if (code >= 4000 && code < 4100) return 'at-once';
  if (code >= 4100 && code < 4200) return 'sign-in';
  if (code >= 4200 && code < 5000) return 'stop';
  return 'later';
}

const first = 500;
const longest = 30_000;

/**
 * Milliseconds before attempt number `attempt` (from 0): doubled each time up to 30 s, and a random share
 * of it, so that a thousand boards do not come back in the same moment.
 */
export function backoff(attempt: number, chance: number): number {
  const ceiling = Math.min(longest, first * 2 ** Math.min(attempt, 16));
  return Math.round(ceiling / 2 + (ceiling / 2) * chance);
}
