import { effect, signal } from '@preact/signals';
import { request } from '../api/client';
import { randomUUID } from '../api/identifiers';
import type { CaseView } from '../api/views';
import { receiveCase, serverNow } from '../live/store';
import { accountOf, session, sessionEnded, whenSigningOut } from '../session';
import { Outbox, type OutboxEntry } from './outbox';

/** What waits to be sent or was refused, oldest first. */
export const outboxEntries = signal<OutboxEntry[]>([]);

/** What POST /applications answers. */
export interface Filed {
  id: string;
  system?: string;
  case_id?: string;
}

/** The type of an entry that files an application; its case is not known yet. */
export const fileType = 'application.file';
const noCase = 'new';

const outbox = new Outbox<CaseView | Filed>({
  prefix: 'izdeu.outbox.',
  storage: localStorageOrNone(),
  async send(entry) {
    if (entry.body.type === fileType) {
      const { body } = await request<Filed>('POST', 'applications', entry.body.application);
      return { done: true, body };
    }
    const path = `cases/${encodeURIComponent(entry.caseId)}/commands`;
    const { status, body } = await request<CaseView>('POST', path, entry.body);
    return { done: status !== 202, body };
  },
  after(delay, task) {
    const timer = setTimeout(task, delay);
    return () => clearTimeout(timer);
  },
  alone: (task) => alone('izdeu.outbox', task),
  changed(entries) {
    outboxEntries.value = entries;
  },
  answered(entry, body) {
    if (entry.body.type !== fileType && body?.id) receiveCase(body as CaseView);
    for (const task of afterAnswers) task();
  },
  signIn: sessionEnded,
});

const afterAnswers: (() => void)[] = [];

/** Runs a task whenever a command was answered. */
export function whenAnswered(task: () => void): void {
  afterAnswers.push(task);
}

/** Runs a task while no other tab of this browser does what has the same name; does nothing if one does. */
export async function alone(name: string, task: () => Promise<void>): Promise<void> {
  // Without HTTPS browsers have no locks; two tabs then may both send, and the server applies it once.
  if (!navigator.locks) return task();
  await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock) await task();
  });
}

export function localStorageOrNone(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

/** Sends what waits whenever there is reason to think that it will get through. Called once, at start. */
export function startOutbox(): void {
  outboxEntries.value = outbox.list();
  effect(() => {
    const present = session.value;
    outbox.setAccount(present ? accountOf(present) : undefined);
  });
  // What was refused has been read; what waits is sent when the same person signs in again.
  whenSigningOut(async () => {
    for (const { id } of outbox.refused()) outbox.remove(id);
  });
  addEventListener('online', () => outbox.flush());
  addEventListener('storage', (event) => {
    if (event.key === null || event.key.startsWith('izdeu.outbox.')) outbox.load();
  });
}

/** The server can be reached again. */
export function flushOutbox(): void {
  outbox.flush();
}

/**
 * Gives a command for a case: kept until it is answered, also across a reload. `happenedAt` is when it
 * happened, in milliseconds; now without it.
 */
export function command(
  caseId: string,
  type: string,
  fields: Record<string, unknown> = {},
  happenedAt?: number,
): OutboxEntry {
  return outbox.add(caseId, {
    ...fields,
    type,
    command_id: randomUUID(),
    at: new Date(happenedAt ?? serverNow()).toISOString(),
  });
}

/** Files an application as soon as there is a connection; kept until then, also across a reload. */
export function fileLater(id: string, application: Record<string, unknown>): void {
  outbox.add(noCase, { type: fileType, command_id: id, at: new Date(serverNow()).toISOString(), application });
}

/** Sends a command that was refused again. */
export function retryCommand(id: string): void {
  outbox.retryRefused(id);
}

export function dismiss(id: string): void {
  outbox.remove(id);
}
