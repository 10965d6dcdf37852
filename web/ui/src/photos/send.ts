import { effect, signal } from '@preact/signals';
import { RequestFailed, upload } from '../api/client';
import { Outbox, type OutboxEntry } from '../commands/outbox';
import { alone, localStorageOrNone, outboxEntries, whenAnswered } from '../commands/send';
import { serverNow } from '../live/store';
import { accountOf, session, sessionEnded, whenSigningOut } from '../session';
import { forget, keep, kept } from '../storage/database';

/** Photos that wait to be sent or were refused. Their points do not wait for them: they have an outbox of their own. */
export const photoEntries = signal<OutboxEntry[]>([]);

// Of a browser that keeps nothing: they live as long as the page does.
const unkept = new Map<string, Blob>();

const outbox = new Outbox<undefined>({
  prefix: 'izdeu.photo.',
  storage: localStorageOrNone(),
  async send(entry) {
    const point = outboxEntries.peek().find((waiting) => waiting.body.photo === entry.id);
    // The server takes a photo once a point of the case names it.
    if (point) throw new RequestFailed({ code: 'network-down', status: 0, title: '', detail: '', errors: [] });
    const photo = await waitingPhoto(entry.id);
    if (photo) await upload(`cases/${encodeURIComponent(entry.caseId)}/photos/${encodeURIComponent(entry.id)}`, photo);
    return { done: true, body: undefined };
  },
  after(delay, task) {
    const timer = setTimeout(task, delay);
    return () => clearTimeout(timer);
  },
  alone: (task) => alone('izdeu.photo', task),
  changed(entries) {
    photoEntries.value = entries;
  },
  answered(entry) {
    void forgetPhoto(entry.id);
  },
  signIn: sessionEnded,
});

/** Sends what waits. Called once, at start, after the outbox of commands. */
export function startPhotos(): void {
  photoEntries.value = outbox.list();
  effect(() => {
    const present = session.value;
    outbox.setAccount(present ? accountOf(present) : undefined);
  });
  whenAnswered(() => outbox.flush());
  whenSigningOut(async () => {
    for (const { id } of outbox.refused()) dismissPhoto(id);
  });
  addEventListener('online', () => outbox.flush());
  addEventListener('storage', (event) => {
    if (event.key === null || event.key.startsWith('izdeu.photo.')) outbox.load();
  });
}

/** Keeps a photo until the server has it; its point goes by a command that names it. */
export async function sendPhoto(caseId: string, id: string, photo: Blob): Promise<void> {
  if (!(await keep('photos', id, photo))) unkept.set(id, photo);
  outbox.add(caseId, { type: 'photo', command_id: id, at: new Date(serverNow()).toISOString() });
}

/** A photo that has not been sent yet. */
export async function waitingPhoto(id: string): Promise<Blob | undefined> {
  return unkept.get(id) ?? (await kept<Blob>('photos', id));
}

export function dismissPhoto(id: string): void {
  outbox.remove(id);
  void forgetPhoto(id);
}

export function retryPhoto(id: string): void {
  outbox.retryRefused(id);
}

async function forgetPhoto(id: string): Promise<void> {
  unkept.delete(id);
  await forget('photos', id);
}
