import { RequestFailed, type Problem } from '../api/client';

/** A command of CONTRACT.md; further fields depend on its type. */
export interface CommandBody {
  type: string;
  command_id: string;
  /** When it happened, RFC 3339; offline that is not when it arrives. */
  at: string;
  [field: string]: unknown;
}

export type EntryState =
  /** Not sent yet. */
  | 'queued'
  | 'sending'
  /** The server has it but has not said what came of it. */
  | 'accepted'
  | 'refused';

export interface OutboxEntry {
  id: string;
  caseId: string;
  /** Who gave the command; it is sent only while the same account is signed in. */
  account: string;
  body: CommandBody;
  state: EntryState;
  problem?: Problem;
  order: number;
}

export interface OutboxTools<T> {
  /** What the keys of the entries begin with, so that several can live in one storage. */
  prefix: string;
  /** Where entries survive a reload, one key each: two tabs never overwrite each other's. */
  storage: Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'> | undefined;
  /** Sends one command; throws RequestFailed. `done` is false for a 202. */
  send(entry: OutboxEntry): Promise<{ done: boolean; body: T }>;
  after(delay: number, task: () => void): () => void;
  /** Runs a task while no other tab of this browser does; does nothing if one does. */
  alone(task: () => Promise<void>): Promise<void>;
  changed(entries: OutboxEntry[]): void;
  answered(entry: OutboxEntry, body: T): void;
  signIn(): void;
}

const retryDelays = [1_000, 2_000, 5_000, 10_000, 20_000];
/** More than a person does in a day offline; beyond it the storage of the browser would run out. */
export const outboxLimit = 500;

/** Commands that wait to be sent, in the order in which they were given. Each is sent until it is answered. */
export class Outbox<T> {
  private entries: OutboxEntry[] = [];
  private account: string | undefined;
  private running = false;
  private again = false;
  private failures = 0;
  private cancelRetry: (() => void) | undefined;
  /** Entries that the storage would not take; they live as long as the page does. */
  private readonly unstored = new Set<string>();

  constructor(private readonly tools: OutboxTools<T>) {
    this.load();
  }

  list(): OutboxEntry[] {
    return this.entries;
  }

  /** Who is signed in now; undefined stops sending. */
  setAccount(account: string | undefined): void {
    this.account = account;
    this.flush();
  }

  /** Takes a command in and sends it as soon as possible. Throws when 500 wait already. */
  add(caseId: string, body: CommandBody): OutboxEntry {
    if (this.account === undefined) throw new Error('nobody is signed in');
    if (this.entries.length >= outboxLimit) throw new Error('too many commands wait to be sent');
    const last = this.entries.at(-1)?.order ?? 0;
    const entry: OutboxEntry = {
      id: body.command_id,
      caseId,
      account: this.account,
      body,
      state: 'queued',
      order: Math.max(last + 1, Date.now()),
    };
    this.entries = [...this.entries, entry];
    this.store(entry);
    this.tools.changed(this.entries);
    this.flush();
    return entry;
  }

  /** Forgets an entry that was refused, or one that somebody takes back before it was sent. */
  remove(id: string): void {
    this.entries = this.entries.filter((entry) => entry.id !== id);
    try {
      this.tools.storage?.removeItem(this.tools.prefix + id);
    } catch {
      // It stays in the storage and is answered the same way when it is sent again.
    }
    this.tools.changed(this.entries);
  }

  /** What was refused of who is signed in. */
  refused(): OutboxEntry[] {
    return this.entries.filter((entry) => entry.state === 'refused' && entry.account === this.account);
  }

  /** Sends one that was refused again: what stood against it may have changed. */
  retryRefused(id: string): void {
    const refused = this.entries.find((entry) => entry.id === id && entry.state === 'refused');
    if (!refused) return;
    const { problem: _, ...entry } = refused;
    this.change({ ...entry, state: 'queued' });
    this.flush();
  }

  /** Reads what another tab has stored. */
  load(): void {
    const known = new Map(this.entries.map((entry) => [entry.id, entry]));
    const read: OutboxEntry[] = [];
    const storage = this.tools.storage;
    if (!storage) return;
    try {
      for (let index = 0; index < storage.length; index += 1) {
        const key = storage.key(index);
        if (!key?.startsWith(this.tools.prefix)) continue;
        const entry = readEntry(storage.getItem(key));
        if (!entry) continue;
        const present = known.get(entry.id);
        // What was being sent when the page went away is sent again: the server knows its id.
        read.push(
          present?.state === 'sending' ? present : entry.state === 'sending' ? { ...entry, state: 'queued' } : entry,
        );
      }
    } catch {
      return;
    }
    const kept = this.entries.filter(
      (entry) => this.unstored.has(entry.id) && !read.some((other) => other.id === entry.id),
    );
    this.entries = [...read, ...kept].sort((a, b) => a.order - b.order);
    this.tools.changed(this.entries);
  }

  /** Sends what waits, one after the other; called at start, when the network is back, and by itself. */
  flush(): void {
    this.cancelRetry?.();
    this.cancelRetry = undefined;
    if (this.running) {
      this.again = true;
      return;
    }
    if (!this.next()) return;
    this.running = true;
    void this.tools
      .alone(() => this.run())
      .finally(() => {
        this.running = false;
        const asked = this.again;
        this.again = false;
        // After a failure the next attempt has its time already.
        if (this.cancelRetry || !this.next()) return;
        if (asked) this.flush();
        else this.retry();
      });
  }

  private next(): OutboxEntry | undefined {
    if (this.account === undefined) return undefined;
    return this.entries.find((entry) => entry.state !== 'refused' && entry.account === this.account);
  }

  private async run(): Promise<void> {
    for (;;) {
      const entry = this.next();
      if (!entry) return;
      this.change({ ...entry, state: 'sending' });
      try {
        const { done, body } = await this.tools.send(entry);
        this.failures = 0;
        if (!done) {
          this.change({ ...entry, state: 'accepted' });
          this.retry();
          return;
        }
        this.remove(entry.id);
        this.tools.answered(entry, body);
      } catch (error) {
        if (!this.failed(entry, error)) return;
      }
    }
  }

  /** True when the next entry may be tried at once. */
  private failed(entry: OutboxEntry, error: unknown): boolean {
    const problem: Problem =
      error instanceof RequestFailed
        ? error.problem
        : { code: 'network-down', status: 0, title: '', detail: String(error), errors: [] };
    if (problem.status === 401) {
      this.change({ ...entry, state: 'queued' });
      this.account = undefined;
      this.tools.signIn();
      return false;
    }
    if (problem.status >= 400 && problem.status < 500 && problem.status !== 408 && problem.status !== 429) {
      this.change({ ...entry, state: 'refused', problem });
      return true;
    }
    this.change({ ...entry, state: entry.state === 'accepted' ? 'accepted' : 'queued', problem });
    this.retry(problem.retryAfter);
    return false;
  }

  private retry(seconds?: number): void {
    const delay = seconds
      ? Math.min(seconds * 1000, 60_000)
      : (retryDelays[Math.min(this.failures, retryDelays.length - 1)] ?? 20_000);
    this.failures += 1;
    this.cancelRetry?.();
    this.cancelRetry = this.tools.after(delay, () => this.flush());
  }

  private change(entry: OutboxEntry): void {
    // Somebody may have taken it back, here or in another tab, while it was being sent.
    if (!this.entries.some((known) => known.id === entry.id)) return;
    this.entries = this.entries.map((known) => (known.id === entry.id ? entry : known));
    this.store(entry);
    this.tools.changed(this.entries);
  }

  private store(entry: OutboxEntry): void {
    try {
      this.tools.storage?.setItem(this.tools.prefix + entry.id, JSON.stringify(entry));
      this.unstored.delete(entry.id);
    } catch {
      this.unstored.add(entry.id);
    }
  }
}

function readEntry(text: string | null): OutboxEntry | undefined {
  if (!text) return undefined;
  try {
    const entry = JSON.parse(text) as OutboxEntry;
    return entry.id && entry.caseId && entry.body?.type ? entry : undefined;
  } catch {
    return undefined;
  }
}
