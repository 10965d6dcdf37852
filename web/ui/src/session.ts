import { computed, signal } from '@preact/signals';
import { get, request, RequestFailed } from './api/client';
import type { Info, Session } from './api/views';

export type SessionState =
  | { kind: 'asking' }
  /** Nobody is signed in. `ended`: there was a session and the server ended it. */
  | { kind: 'signed-out'; ended: boolean; failed?: 'code' | 'key' | 'unreachable' }
  | { kind: 'signed-in'; session: Session };

export const sessionState = signal<SessionState>({ kind: 'asking' });
export const info = signal<Info>({});

/** Where others reach the board: for codes and paper. */
export function boardAddress(): string {
  return `${info.value.public_url ?? location.origin}/`;
}

export const session = computed<Session | undefined>(() =>
  sessionState.value.kind === 'signed-in' ? sessionState.value.session : undefined,
);

/** Names the person for what is kept on this device; two keys with the same rights and name count as one. */
export function accountOf(of: Session): string {
  return [of.name ?? '', [...of.roles].sort().join('+'), [...(of.teams ?? [])].sort().join('+')].join('|');
}

/** Takes a single-use code out of the address, so that it is neither bookmarked nor sent on. */
export function takeCode(): string | undefined {
  const match = /^#code=([^&]+)/.exec(location.hash);
  if (!match?.[1]) return undefined;
  history.replaceState(null, '', `${location.pathname}${location.search}`);
  return decodeURIComponent(match[1]);
}

/** Asks who is signed in; a code signs in first. The page is usable whatever comes of it. */
export async function startSession(code: string | undefined): Promise<void> {
  void loadInfo();
  if (code !== undefined) {
    await signIn({ code });
    const now = sessionState.value;
    if (now.kind !== 'signed-out') return;
    // A link that was opened twice: the code is used up but the cookie may be there.
    await resume('code');
    return;
  }
  await resume();
}

async function resume(failed?: 'code'): Promise<void> {
  // Who was signed in a moment ago sees the last board at once; the server then says whether it still holds.
  const kept = keptSession();
  if (kept) sessionState.value = { kind: 'signed-in', session: kept };
  try {
    const present = await get<Session | undefined>('session?optional=true');
    if (!present) {
      signedOut(kept, failed);
      return;
    }
    // The same person again changes nothing on the page.
    if (JSON.stringify(present) !== JSON.stringify(kept)) sessionState.value = { kind: 'signed-in', session: present };
    keepSession();
  } catch (error) {
    const unreachable = error instanceof RequestFailed && error.problem.status !== 401;
    if (kept && unreachable) return;
    signedOut(kept, failed ?? (unreachable ? 'unreachable' : undefined));
  }
}

function signedOut(kept: Session | undefined, failed: 'code' | 'unreachable' | undefined): void {
  forgetSession();
  sessionState.value = { kind: 'signed-out', ended: kept !== undefined, ...(failed && { failed }) };
}

/** Signs in with a key or a single-use code. Afterwards the cookie does it; neither is kept here. */
export async function signIn(credential: { key: string } | { code: string }): Promise<void> {
  try {
    const { body } = await request<Session>('POST', 'session', credential);
    sessionState.value = { kind: 'signed-in', session: body };
    keepSession();
  } catch (error) {
    const refused = error instanceof RequestFailed && error.problem.status >= 400 && error.problem.status < 500;
    const failed = refused ? ('key' in credential ? 'key' : 'code') : 'unreachable';
    sessionState.value = { kind: 'signed-out', ended: false, failed };
  }
}

const beforeSignOut: (() => Promise<void>)[] = [];
const afterwards: (() => void)[] = [];

/** Runs a task that needs the session, before somebody signs out. */
export function whenSigningOut(task: () => Promise<void>): void {
  beforeSignOut.push(task);
}

/** Runs a task when what this device keeps about people has to go: after signing out, and when the session is over. */
export function whenForgotten(task: () => void): void {
  afterwards.push(task);
}

export async function signOut(): Promise<void> {
  await Promise.allSettled(beforeSignOut.map((task) => task()));
  try {
    await request('DELETE', 'session');
  } catch {
    // The cookie stays with the browser then; the server forgets the session when it runs out.
  }
  forgetSession();
  sessionState.value = { kind: 'signed-out', ended: false };
}

/** The server said 401: the session is over. */
export function sessionEnded(): void {
  if (sessionState.peek().kind !== 'signed-in') return;
  forgetSession();
  sessionState.value = { kind: 'signed-out', ended: true };
}

const keptAt = 'izdeu.session';

// Only roles and ids, so that a page opened without the server knows which buttons to show. The cookie is the
// session; this is no longer good than it.
function keepSession(): void {
  const present = session.peek();
  try {
    if (present) localStorage.setItem(keptAt, JSON.stringify(present));
  } catch {
    // Without storage a reload without the server asks to sign in.
  }
}

function keptSession(): Session | undefined {
  try {
    const text = localStorage.getItem(keptAt);
    const kept = text ? (JSON.parse(text) as Session) : undefined;
    if (kept?.expires_at && Date.parse(kept.expires_at) > Date.now()) return kept;
    if (kept) forgetSession();
  } catch {
    // Nothing was kept then.
  }
  return undefined;
}

function forgetSession(): void {
  try {
    localStorage.removeItem(keptAt);
    sessionStorage.clear();
  } catch {
    // Nothing was kept then.
  }
  for (const task of afterwards) task();
}

async function loadInfo(): Promise<void> {
  try {
    info.value = await get<Info>('info');
    localStorage.setItem('izdeu.duty-phone', info.value.duty_phone ?? '');
  } catch {
    try {
      const phone = localStorage.getItem('izdeu.duty-phone');
      if (phone) info.value = { ...info.value, duty_phone: phone };
    } catch {
      // The numbers of the emergency services are shown anyway.
    }
  }
}

/** Asks again for what the page shows about the server, after a time without it. */
export function refreshInfo(): void {
  void loadInfo();
}
