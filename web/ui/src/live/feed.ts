import { type Frame, parseFrame } from './frames';
import { afterClose, backoff } from './reconnect';

/** The parts of a WebSocket that the feed uses; tests give their own. */
export interface Socket {
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: (() => void) | null;
}

export interface FeedTools {
  open(url: string): Socket;
  /** Runs `task` after a delay in milliseconds; the answer takes it back. */
  after(delay: number, task: () => void): () => void;
  chance(): number;
}

export interface FeedEvents {
  frame(frame: Frame): void;
  state(state: FeedState): void;
  /** The session is not good any more. */
  signIn(): void;
  /** Where to resume. */
  since(): string | undefined;
}

export type FeedState =
  | { kind: 'connecting' }
  | { kind: 'live' }
  | { kind: 'offline' }
  | { kind: 'stopped'; reason: string };

// The server sends a frame at least every 20 s.
const silenceLimit = 30_000;

/** One live connection that comes back by itself. Owned by whoever made it, who calls stop(). */
export class Feed {
  private socket: Socket | undefined;
  private attempt = 0;
  private cancelTimer: (() => void) | undefined;
  private stopped = false;

  constructor(
    private readonly address: string,
    private readonly region: string | undefined,
    private readonly events: FeedEvents,
    private readonly tools: FeedTools,
  ) {}

  start(): void {
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer?.();
    this.drop();
  }

  /** Tries at once, when the browser says that the network is back. */
  wake(): void {
    if (this.stopped || this.socket) return;
    this.cancelTimer?.();
    this.attempt = 0;
    this.connect();
  }

  /** Begins anew, with whatever position there is now. */
  restart(): void {
    if (this.stopped) return;
    this.cancelTimer?.();
    this.drop();
    this.connect();
  }

  private connect(): void {
    if (this.stopped) return;
    const query = new URLSearchParams();
    const since = this.events.since();
    if (since) query.set('since', since);
    if (this.region) query.set('region', this.region);
    query.set('deltas', '1');
    const asked = query.toString();
    this.events.state({ kind: 'connecting' });
    let socket: Socket;
    try {
      socket = this.tools.open(asked ? `${this.address}?${asked}` : this.address);
    } catch {
      this.lost(1006, '');
      return;
    }
    this.socket = socket;
    this.watch();
    socket.onmessage = ({ data }) => {
      if (this.socket !== socket || typeof data !== 'string') return;
      const frame = parseFrame(data);
      if (!frame) return;
      this.attempt = 0;
      this.watch();
      this.events.frame(frame);
      this.events.state({ kind: 'live' });
    };
    socket.onerror = null;
    socket.onclose = ({ code, reason }) => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.lost(code, reason);
    };
  }

  /** Without a frame for 30 s the connection counts as dead, whatever the network says. */
  private watch(): void {
    this.cancelTimer?.();
    this.cancelTimer = this.tools.after(silenceLimit, () => {
      this.drop();
      this.lost(1006, '');
    });
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = undefined;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private lost(code: number, reason: string): void {
    this.cancelTimer?.();
    if (this.stopped) return;
    switch (afterClose(code)) {
      case 'sign-in':
        this.events.state({ kind: 'offline' });
        this.events.signIn();
        return;
      case 'stop':
        this.events.state({ kind: 'stopped', reason: reason || String(code) });
        return;
      case 'at-once':
        // The first return is immediate; a server that keeps sending us away is asked more slowly.
        this.again(this.attempt === 0 ? 0 : backoff(this.attempt, this.tools.chance()));
        return;
      default:
        this.events.state({ kind: 'offline' });
        this.again(backoff(this.attempt, this.tools.chance()));
    }
  }

  private again(delay: number): void {
    this.attempt += 1;
    this.cancelTimer = this.tools.after(delay, () => this.connect());
  }
}
