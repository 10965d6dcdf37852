import { effect } from '@preact/signals';
import { flushOutbox } from '../commands/send';
import { Feed, type FeedState, type Socket } from '../live/feed';
import { caughtUp, clearStore, feedState, lastFrameAt, offlineSince, receive, resumePosition } from '../live/store';
import { region } from '../preferences';
import { info, refreshInfo, session, sessionEnded } from '../session';
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
    feed = new Feed(
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
    feed.start();
  });
  addEventListener('online', () => feed?.wake());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) feed?.wake();
  });
}
