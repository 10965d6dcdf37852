import { computed, effect, signal } from '@preact/signals';
import { type Problem, request, RequestFailed } from '../api/client';
import { withPending } from '../cases/pending';
import { metresBetween } from '../cases/team-forms';
import { outboxEntries } from '../commands/send';
import { caseViews, caughtUp, serverNow } from '../live/store';
import { accountOf, session, sessionEnded, whenForgotten } from '../session';
import { type Fix, withFix, worthSending } from './track';

/** Whose position this device shares, on request of the person; kept across a reload. */
interface Shared {
  teamId: string;
  account: string;
}

export const shared = signal<Shared | undefined>(undefined);
/** When a position was taken by the server last, on this device's clock. */
export const sentAt = signal<number | undefined>(undefined);
export const waitingFixes = signal<Fix[]>([]);
/** Why nothing goes out, where it is not for the connection. */
export const sharingProblem = signal<'blocked' | Problem | undefined>(undefined);

const choiceAt = 'izdeu.sharing';
const fixesAt = 'izdeu.positions';
const backOff = [5_000, 15_000, 30_000, 60_000, 120_000];

/** The statuses in which a team is away for a case: until it is home. */
const away: ReadonlySet<string> = new Set(['accepted', 'en_route', 'on_scene', 'standing_down']);

/** The person's own teams that are on a case now. */
export const teamsOut = computed<Set<string>>(() => {
  const own = session.value?.roles.includes('team') ? (session.value.teams ?? []) : [];
  return new Set(
    caseViews.value.flatMap((view) =>
      (withPending(view, outboxEntries.value).assignments ?? [])
        .filter(({ team_id, status }) => own.includes(team_id) && away.has(status))
        .map(({ team_id }) => team_id),
    ),
  );
});

export function canShare(): boolean {
  return isSecureContext && 'geolocation' in navigator;
}

let last: Fix | undefined;
let failures = 0;
let sending = false;
let timer: ReturnType<typeof setTimeout> | undefined;

export function share(teamId: string): void {
  const present = session.peek();
  if (!present) return;
  sharingProblem.value = undefined;
  shared.value = { teamId, account: accountOf(present) };
  write(choiceAt, shared.peek());
}

/** Ends it, and forgets where the team was and what was not sent. */
export function stopSharing(): void {
  shared.value = undefined;
  sentAt.value = undefined;
  waitingFixes.value = [];
  last = undefined;
  write(choiceAt, undefined);
  write(fixesAt, undefined);
}

/** Goes on with what was asked for before a reload, and stops when the team is home. Called once, at start. */
export function startSharing(): void {
  shared.value = read<Shared>(choiceAt);
  waitingFixes.value = shared.peek() ? (read<Fix[]>(fixesAt) ?? []) : [];
  effect(() => {
    const wanted = shared.value;
    const present = session.value;
    if (!wanted || !present) return;
    if (wanted.account !== accountOf(present)) {
      stopSharing();
      return;
    }
    if (!canShare()) return;
    const watch = navigator.geolocation.watchPosition(
      took,
      ({ code, PERMISSION_DENIED }) => {
        if (code === PERMISSION_DENIED) sharingProblem.value = 'blocked';
      },
      { enableHighAccuracy: true, maximumAge: 10_000 },
    );
    void send();
    return () => {
      navigator.geolocation.clearWatch(watch);
      clearTimeout(timer);
    };
  });
  effect(() => {
    const wanted = shared.value;
    // Only what the server says now tells that the team is home.
    if (wanted && caughtUp.value && !teamsOut.value.has(wanted.teamId)) stopSharing();
  });
  whenForgotten(stopSharing);
  addEventListener('online', () => {
    failures = 0;
    void send();
  });
}

function took({ coords }: GeolocationPosition): void {
  if (!shared.peek()) return;
  if (sharingProblem.peek() === 'blocked') sharingProblem.value = undefined;
  const fix: Fix = {
    position: { type: 'Point', coordinates: [coords.longitude, coords.latitude] },
    at: new Date(serverNow()).toISOString(),
    accuracy_m: Math.round(coords.accuracy),
  };
  if (!worthSending(fix, last, metresBetween)) return;
  last = fix;
  put(withFix(waitingFixes.peek(), fix));
  void send();
}

function put(fixes: Fix[]): void {
  waitingFixes.value = fixes;
  write(fixesAt, fixes);
}

/** Sends what waits, oldest first; after a failure later, the longer the more often it failed. */
async function send(): Promise<void> {
  if (sending) return;
  clearTimeout(timer);
  sending = true;
  try {
    for (;;) {
      const wanted = shared.peek();
      const [fix] = waitingFixes.peek();
      if (!wanted || !fix || !session.peek()) return;
      try {
        await request('POST', `teams/${encodeURIComponent(wanted.teamId)}/position`, fix);
        sentAt.value = Date.now();
        sharingProblem.value = undefined;
        failures = 0;
      } catch (error) {
        if (!(error instanceof RequestFailed) || !refusedForGood(error.problem)) {
          const wait = error instanceof RequestFailed ? (error.problem.retryAfter ?? 0) * 1000 : 0;
          const delay = Math.max(wait, backOff[Math.min(failures, backOff.length - 1)] ?? 0);
          failures += 1;
          timer = setTimeout(() => void send(), delay);
          return;
        }
        if (error.problem.status === 401) {
          sessionEnded();
          return;
        }
        sharingProblem.value = error.problem;
      }
      // It may have been thinned out meanwhile.
      put(waitingFixes.peek().filter((waiting) => waiting !== fix));
    }
  } finally {
    sending = false;
  }
}

function refusedForGood({ status }: Problem): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function write(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // It lasts until the page is closed.
  }
}

function read<T>(name: string): T | undefined {
  try {
    const text = localStorage.getItem(name);
    return text ? (JSON.parse(text) as T) : undefined;
  } catch {
    return undefined;
  }
}
