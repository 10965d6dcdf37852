import { beforeEach, describe, expect, it } from 'vitest';
import { Feed, type FeedState, type Socket } from './feed';
import { afterClose, backoff } from './reconnect';

class Line implements Socket {
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {}
  close(): void {
    this.closed = true;
  }
  frame(position: string): void {
    this.onmessage?.({ data: JSON.stringify({ type: 'changes', position }) });
  }
  end(code: number, reason = ''): void {
    this.onclose?.({ code, reason });
  }
}

interface Timer {
  delay: number;
  task(): void;
}

let lines: Line[];
let timers: Timer[];
let states: FeedState[];
let position: string | undefined;
let asked: number;
let feed: Feed;

const newest = () => lines.at(-1) as Line;
const fire = () => {
  const timer = timers.shift();
  if (!timer) throw new Error('nothing is waited for');
  timer.task();
  return timer.delay;
};

beforeEach(() => {
  lines = [];
  timers = [];
  states = [];
  position = undefined;
  asked = 0;
  feed = new Feed(
    'wss://board/api/v1/live',
    'KZ-39',
    {
      frame: (frame) => {
        position = frame.position;
      },
      state: (state) => states.push(state),
      signIn: () => {
        asked += 1;
      },
      since: () => position,
    },
    {
      open: (url) => {
        const line = new Line(url);
        lines.push(line);
        return line;
      },
      after: (delay, task) => {
        const timer = { delay, task };
        timers.push(timer);
        return () => {
          timers = timers.filter((known) => known !== timer);
        };
      },
      chance: () => 1,
    },
  );
  feed.start();
});

describe('the feed', () => {
  it('asks for its region, and later for what came since', () => {
    expect(newest().url).toBe('wss://board/api/v1/live?region=KZ-39&deltas=1');
    newest().frame('e.12');
    expect(states.at(-1)).toEqual({ kind: 'live' });
    newest().end(1006);
    expect(states.at(-1)).toEqual({ kind: 'offline' });
    fire();
    expect(newest().url).toBe('wss://board/api/v1/live?since=e.12&region=KZ-39&deltas=1');
  });

  it('waits longer each time that it fails, and starts anew after a frame', () => {
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      newest().end(1006);
      waits.push(fire());
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    newest().frame('e.1');
    newest().end(1006);
    expect(fire()).toBe(500);
  });

  it('comes back at once when the server says so, but not in a tight circle', () => {
    newest().frame('e.5');
    newest().end(4001);
    expect(fire()).toBe(0);
    newest().end(4001);
    expect(fire()).toBeGreaterThan(0);
  });

  it('stops for a sign-in', () => {
    newest().end(4100);
    expect(asked).toBe(1);
    expect(timers).toEqual([]);
  });

  it('stops for good with the reason', () => {
    newest().end(4200, 'this version is too old');
    expect(states.at(-1)).toEqual({ kind: 'stopped', reason: 'this version is too old' });
    expect(timers).toEqual([]);
  });

  it('takes 30 s without a frame for a dead line', () => {
    newest().frame('e.5');
    const dead = newest();
    expect(fire()).toBe(30_000);
    expect(dead.closed).toBe(true);
    expect(states.at(-1)).toEqual({ kind: 'offline' });
    dead.frame('e.6');
    expect(position).toBe('e.5');
    fire();
    expect(lines).toHaveLength(2);
  });

  it('comes back at once when the network does', () => {
    newest().end(1006);
    feed.wake();
    expect(lines).toHaveLength(2);
    expect(timers.map(({ delay }) => delay)).toEqual([30_000]);
    feed.wake();
    expect(lines).toHaveLength(2);
  });

  it('leaves nothing behind when it is stopped', () => {
    newest().frame('e.5');
    feed.stop();
    expect(newest().closed).toBe(true);
    expect(timers).toEqual([]);
    feed.wake();
    expect(lines).toHaveLength(1);
  });

  it('goes on after a frame that cannot be read', () => {
    newest().onmessage?.({ data: 'nonsense' });
    newest().onmessage?.({ data: new ArrayBuffer(2) });
    newest().frame('e.6');
    expect(position).toBe('e.6');
  });
});

describe('close codes', () => {
  it('mean what the contract says', () => {
    expect([4000, 4099].map(afterClose)).toEqual(['at-once', 'at-once']);
    expect([4100, 4199].map(afterClose)).toEqual(['sign-in', 'sign-in']);
    expect([4200, 4999].map(afterClose)).toEqual(['stop', 'stop']);
    expect([1000, 1001, 1006, 1011, 3999].map(afterClose)).toEqual(['later', 'later', 'later', 'later', 'later']);
  });
});

describe('the wait', () => {
  it('is between half and all of its ceiling', () => {
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const ceiling = backoff(attempt, 1);
      expect(ceiling).toBeLessThanOrEqual(30_000);
      expect(backoff(attempt, 0)).toBe(ceiling / 2);
    }
  });
});
