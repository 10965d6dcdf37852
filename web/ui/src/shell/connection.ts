import { effect } from '@preact/signals';
import { flushOutbox } from '../commands/send';
import { Feed, type FeedState, type Socket } from '../live/feed';
import type { Session } from '../api/views';
import { forgetBoards, keepBoard, keptBoard } from '../live/kept';
import {
  boardNow,
  caseViews,
  caughtUp,
  clearStore,
  feedState,
  lastFrameAt,
  offlineSince,
  receive,
  restore,
  resumePosition,
  whenLost,
} from '../live/store';
import { region } from '../preferences';
import { accountOf, info, refreshInfo, session, sessionEnded, whenForgotten } from '../session';
import { root } from '../api/client';

function address(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${root}/live`;
}

function show(state: FeedState): void {
  const before = feedState.peek();
  if (state.kind !== 'live') caughtUp.value = false;
  // Looking for the way back is still being offline; only the first attempt is "connecting".
  if (state.kind === 'connecting' && offlineSince.peek() !== undefined) return;
  if (state.kind === 'live') {
    const wasAway = offlineSince.peek() !== undefined;
    offlineSince.value = undefined;
    if (before.kind !== 'live') {
      flushOutbox();
      if (wasAway || info.peek().version === undefined) refreshInfo();
      feedState.value = state;
    }
    return;
  }
  if (state.kind === 'offline' && offlineSince.peek() === undefined)
    offlineSince.value = lastFrameAt.peek() ?? Date.now();
  if (state.kind !== before.kind || state.kind === 'stopped') feedState.value = state;
}

// A board is kept so soon after a change; a large one later, because writing it makes a slow phone stop for a moment.
const keepSoon = 1_000;
const keepLarge = 15_000;
const largeBoard = 200;
/** How long a phone may take to read what it kept before the server is asked without it. */
const readLimit = 1_500;

/** Keeps the board now and then, and whenever the page is left. */
function keepNow(): void {
  const present = session.peek();
  if (!present) return;
  const board = boardNow(holderOf(present), region.peek());
  if (board) void keepBoard(board);
}

/** Whose board it is: other rights see another one. */
function holderOf(of: Session): string {
  return [of.id ?? '', accountOf(of), [...(of.regions ?? [])].sort().join('+')].join('|');
}

/** Keeps one live connection while somebody is signed in, for the chosen region. Called once, at start. */
export function startConnection(): void {
  let feed: Feed | undefined;
  effect(() => {
    const signedIn = session.value !== undefined;
    const chosen = region.value;
    feed?.stop();
    feed = undefined;
    clearStore();
    offlineSince.value = undefined;
    feedState.value = { kind: 'connecting' };
    if (!signedIn) return;
    const begun = new Feed(
      address(),
      chosen,
      { frame: receive, state: show, signIn: sessionEnded, since: resumePosition },
      {
        open: (url) => new WebSocket(url) as unknown as Socket,
        after(delay, task) {
          const timer = setTimeout(task, delay);
          return () => clearTimeout(timer);
        },
        chance: Math.random,
      },
    );
    feed = begun;
    const late = new Promise<undefined>((done) => setTimeout(done, readLimit));
    void Promise.race([keptBoard(holderOf(session.peek() as Session), chosen), late]).then((board) => {
      // Meanwhile somebody may have signed out or chosen another region.
      if (feed !== begun) return;
      if (board) restore(board);
      begun.start();
    });
  });
  let keeping: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const size = caseViews.value.length;
    if (!caughtUp.value || keeping !== undefined) return;
    keeping = setTimeout(
      () => {
        keeping = undefined;
        keepNow();
      },
      size > largeBoard ? keepLarge : keepSoon,
    );
  });
  whenLost(() => feed?.restart());
  whenForgotten(() => void forgetBoards());
  addEventListener('online', () => feed?.wake());
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) keepNow();
    else feed?.wake();
  });
  addEventListener('pagehide', keepNow);
}
