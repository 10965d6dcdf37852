import { computed, signal } from '@preact/signals';
import type { CaseView, TeamView } from '../api/views';
import { applyFrame, emptyState, type Frame, type Missed } from './frames';
import type { FeedState } from './feed';
import { boardToKeep, type KeptBoard } from './kept';

const state = emptyState();
const revision = signal(0);

export const feedState = signal<FeedState>({ kind: 'connecting' });
/** When the last frame came, on this device's clock; undefined before the first. */
export const lastFrameAt = signal<number | undefined>(undefined);
/** Since when there is no connection. */
export const offlineSince = signal<number | undefined>(undefined);
export const deadLetterCount = signal(0);
/** What is shown is what this connection has told: not only what was known before it. */
export const caughtUp = signal(false);
/** There are more cases than the server sends. */
export const truncated = signal(false);
/** Server's clock minus this device's, milliseconds. */
const clockOffset = signal(0);
const deviceNow = signal(Date.now());

/** The present by the server's clock, told once a second. */
export const now = computed(() => deviceNow.value + clockOffset.value);
/** The same to half a minute, for what need not be drawn every second. */
export const slowNow = computed(() => Math.floor(now.value / 30_000) * 30_000);

export function serverNow(): number {
  return Date.now() + clockOffset.peek();
}

/** A new array whenever anything changed; the views inside keep their identity. */
export const caseViews = computed<CaseView[]>(() => {
  void revision.value;
  return [...state.cases.values()];
});
export const teamViews = computed<TeamView[]>(() => {
  void revision.value;
  return [...state.teams.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1));
});

export function caseById(id: string | undefined): CaseView | undefined {
  void revision.value;
  return id === undefined ? undefined : state.cases.get(id);
}

export function teamById(id: string | undefined): TeamView | undefined {
  void revision.value;
  return id === undefined ? undefined : state.teams.get(id);
}

export function teamName(id: string): string {
  return teamById(id)?.name ?? id;
}

/** In a flood they are counted, not listed. */
const mostAnnounced = 500;

/** The life-threatening cases that came while the board was open and nobody has looked at, newest last. */
export const announced = signal<CaseView[]>([]);

/** The most recent missed check-ins that came while the board was open, newest last. */
export const announcedMissed = signal<Missed[]>([]);

let onLost: (() => void) | undefined;

/** Runs when what is known cannot be gone on from: the connection has to begin anew. */
export function whenLost(task: () => void): void {
  onLost = task;
}

let waiting: Frame[] = [];
let scheduled = false;

/** Takes a frame in. Many frames between two pictures are drawn once. */
export function receive(frame: Frame): void {
  waiting.push(frame);
  lastFrameAt.value = Date.now();
  if (frame.now) {
    const at = Date.parse(frame.now);
    // A second of difference is the network's; more is a wrong clock.
    if (!Number.isNaN(at) && Math.abs(at - Date.now() - clockOffset.peek()) > 1000) clockOffset.value = at - Date.now();
  }
  if (scheduled) return;
  scheduled = true;
  // A hidden tab gets no animation frames but must not grow its queue.
  if (typeof requestAnimationFrame === 'function') requestAnimationFrame(flush);
  setTimeout(flush, 500);
}

function flush(): void {
  if (!scheduled) return;
  scheduled = false;
  const frames = waiting;
  waiting = [];
  let opened: CaseView[] = [];
  let missed: Missed[] = [];
  for (const frame of frames) {
    const applied = applyFrame(state, frame);
    if (applied.lost) {
      // The next connection begins with a snapshot.
      state.position = undefined;
      onLost?.();
      break;
    }
    opened = opened.concat(applied.opened);
    missed = missed.concat(applied.missed);
  }
  publish();
  caughtUp.value = feedState.peek().kind === 'live';
  const alarming = opened.filter((view) => view.urgency === 'life_threatening' && view.status !== 'closed');
  if (alarming.length > 0) announced.value = [...announced.peek(), ...alarming].slice(-mostAnnounced);
  if (missed.length > 0) announcedMissed.value = [...announcedMissed.peek(), ...missed].slice(-3);
}

function publish(): void {
  if (revision.peek() !== state.revision) revision.value = state.revision;
  deadLetterCount.value = state.deadLetters;
  truncated.value = state.truncated;
}

/** A case as the answer to a command carries it. While live, the feed is the only source: it may be newer. */
export function receiveCase(view: CaseView): void {
  if (feedState.peek().kind === 'live') return;
  state.cases.set(view.id, view);
  state.revision += 1;
  publish();
}

/** Shows what was kept, until the server says more. */
export function restore(board: KeptBoard): void {
  if (state.position !== undefined || lastFrameAt.peek() !== undefined) return;
  state.cases = new Map(board.cases.map((view) => [view.id, view]));
  state.teams = new Map(board.teams.map((view) => [view.id, view]));
  state.position = board.position;
  state.truncated = board.truncated;
  state.revision += 1;
  lastFrameAt.value = board.at;
  publish();
}

/** What is known now, to be kept; undefined while nothing is, or nothing new since it was asked for last. */
export function boardNow(account: string, region: string | undefined): KeptBoard | undefined {
  const at = lastFrameAt.peek();
  if (at === undefined || keptRevision === state.revision) return undefined;
  keptRevision = state.revision;
  return boardToKeep(state, account, region, at);
}

let keptRevision = -1;

export function resumePosition(): string | undefined {
  return state.position;
}

/** Forgets everything, at sign-out and when another region is chosen. */
export function clearStore(): void {
  waiting = [];
  caughtUp.value = false;
  state.position = undefined;
  state.cases = new Map();
  state.teams = new Map();
  state.deadLetters = 0;
  state.truncated = false;
  state.revision += 1;
  announced.value = [];
  announcedMissed.value = [];
  lastFrameAt.value = undefined;
  publish();
}

setInterval(() => {
  deviceNow.value = Date.now();
}, 1000);
