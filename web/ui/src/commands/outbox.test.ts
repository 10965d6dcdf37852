import { beforeEach, describe, expect, it } from 'vitest';
import { type Problem, RequestFailed } from '../api/client';
import { Outbox, type OutboxEntry, outboxLimit } from './outbox';

class MemoryStorage {
  readonly values = new Map<string, string>();
  full = false;
  get length(): number {
    return this.values.size;
  }
  key(index: number): string | null {
    return [...this.values.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new Error('full');
    this.values.set(key, value);
  }
  removeItem(key: string): void {
    this.values.delete(key);
  }
}

type Answer = { done: boolean; body: string } | Problem;
const failure = (code: string, status: number): Problem => ({ code, status, title: '', detail: '', errors: [] });
const down = failure('network-down', 0);

let storage: MemoryStorage;
let sent: string[];
let answers: Answer[];
let answered: string[];
let timers: (() => void)[];
let signIns: number;

function make(locked = false): Outbox<string> {
  return new Outbox<string>({
    prefix: 'izdeu.outbox.',
    storage,
    async send(entry) {
      sent.push(entry.id);
      const answer = answers.shift() ?? { done: true, body: 'ok' };
      if ('code' in answer) throw new RequestFailed(answer);
      return answer;
    },
    after(_, task) {
      timers.push(task);
      return () => {
        timers = timers.filter((known) => known !== task);
      };
    },
    async alone(task) {
      if (!locked) await task();
    },
    changed() {},
    answered(entry) {
      answered.push(entry.id);
    },
    signIn() {
      signIns += 1;
    },
  });
}

const body = (id: string) => ({
  type: 'assignment.accept',
  command_id: id,
  at: '2026-11-21T10:00:00Z',
  team_id: 'dos',
});
const states = (outbox: Outbox<string>) => outbox.list().map((entry: OutboxEntry) => `${entry.id} ${entry.state}`);
/** Lets everything that is already resolved run. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const fire = async () => {
  const task = timers.shift();
  if (!task) throw new Error('nothing is waited for');
  task();
  await settle();
};

beforeEach(() => {
  storage = new MemoryStorage();
  sent = [];
  answers = [];
  answered = [];
  timers = [];
  signIns = 0;
});

describe('the outbox', () => {
  it('sends a command once and forgets it', async () => {
    const outbox = make();
    outbox.setAccount('lead');
    outbox.add('c1', body('a'));
    expect(storage.length).toBe(1);
    await settle();
    expect(sent).toEqual(['a']);
    expect(answered).toEqual(['a']);
    expect(outbox.list()).toEqual([]);
    expect(storage.length).toBe(0);
    expect(timers).toEqual([]);
  });

  it('keeps commands offline in their order, with the time when they happened', async () => {
    answers = [down];
    const outbox = make();
    outbox.setAccount('lead');
    outbox.add('c1', body('a'));
    outbox.add('c1', { ...body('b'), at: '2026-11-21T11:00:00Z' });
    await settle();
    expect(states(outbox)).toEqual(['a queued', 'b queued']);
    await fire();
    expect(sent.slice(-2)).toEqual(['a', 'b']);
    expect(outbox.list()).toEqual([]);
  });

  it('survives a reload and sends what was under way again, under the same id', async () => {
    answers = [down];
    const before = make();
    before.setAccount('lead');
    before.add('c1', body('a'));
    await settle();
    const key = [...storage.values.keys()][0] as string;
    storage.values.set(key, (storage.getItem(key) as string).replace('"queued"', '"sending"'));
    const after = make();
    expect(states(after)).toEqual(['a queued']);
    after.setAccount('lead');
    await settle();
    expect(sent).toEqual(['a', 'a']);
    expect(after.list()).toEqual([]);
  });

  it('keeps a refusal with its reason and goes on with the next', async () => {
    answers = [failure('team-at-capacity', 409)];
    const outbox = make();
    outbox.setAccount('lead');
    outbox.add('c1', body('a'));
    outbox.add('c1', body('b'));
    await settle();
    expect(states(outbox)).toEqual(['a refused']);
    expect(outbox.list()[0]?.problem?.code).toBe('team-at-capacity');
    expect(answered).toEqual(['b']);
    outbox.remove('a');
    expect(storage.length).toBe(0);
  });

  it('asks again about what the server has but has not applied yet', async () => {
    answers = [{ done: false, body: '' }];
    const outbox = make();
    outbox.setAccount('lead');
    outbox.add('c1', body('a'));
    await settle();
    expect(states(outbox)).toEqual(['a accepted']);
    await fire();
    expect(sent).toEqual(['a', 'a']);
    expect(answered).toEqual(['a']);
  });

  it('waits for a sign-in and sends nothing for another account', async () => {
    answers = [failure('unauthorized', 401)];
    const outbox = make();
    outbox.setAccount('lead');
    outbox.add('c1', body('a'));
    await settle();
    expect(signIns).toBe(1);
    outbox.setAccount('somebody else');
    await settle();
    expect(sent).toEqual(['a']);
    outbox.setAccount('lead');
    await settle();
    expect(sent).toEqual(['a', 'a']);
    expect(outbox.list()).toEqual([]);
  });

  it('tries again later when the server is busy', async () => {
    answers = [failure('too-many-requests', 429), failure('disk-full', 503)];
    const outbox = make();
    outbox.setAccount('lead');
    outbox.add('c1', body('a'));
    await settle();
    expect(outbox.list()[0]?.problem?.code).toBe('too-many-requests');
    await fire();
    expect(outbox.list()[0]?.problem?.code).toBe('disk-full');
    await fire();
    expect(outbox.list()).toEqual([]);
  });

  it('leaves the sending to the tab that has the lock, and looks again later', async () => {
    const outbox = make(true);
    outbox.setAccount('lead');
    outbox.add('c1', body('a'));
    await settle();
    expect(sent).toEqual([]);
    expect(timers).toHaveLength(1);
  });

  it('sees what another tab stored and what it has sent', () => {
    const one = make(true);
    const two = make(true);
    one.setAccount('lead');
    one.add('c1', body('a'));
    two.load();
    expect(states(two)).toEqual(['a queued']);
    one.remove('a');
    two.load();
    expect(two.list()).toEqual([]);
  });

  it('keeps a command for which the storage has no room', async () => {
    answers = [down];
    storage.full = true;
    const outbox = make();
    outbox.setAccount('lead');
    outbox.add('c1', body('a'));
    await settle();
    outbox.load();
    expect(states(outbox)).toEqual(['a queued']);
  });

  it('passes over damaged entries', () => {
    storage.values.set('izdeu.outbox.x', '{"id":"x"');
    storage.values.set('izdeu.outbox.y', '{"id":"y"}');
    storage.values.set('izdeu.theme', 'dark');
    expect(make().list()).toEqual([]);
  });

  it('has a bound', () => {
    const outbox = make(true);
    outbox.setAccount('lead');
    for (let count = 0; count < outboxLimit; count += 1) outbox.add('c1', body(`n${count}`));
    expect(() => outbox.add('c1', body('one more'))).toThrow();
  });
});
