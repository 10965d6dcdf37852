import { effect, signal } from '@preact/signals';
import { get, request } from '../api/client';
import { language } from '../language';
import { session, whenSigningOut } from '../session';

/** Whether this browser wakes its person; "unsupported" also where the page is not served safely. */
export type PushState = 'unsupported' | 'asking' | 'blocked' | 'off' | 'on';

export const pushState = signal<PushState>('asking');

const kept = 'izdeu.push';

/** The id under which the server knows this browser; it is needed to take the subscription back. */
function keptId(): string | undefined {
  try {
    return localStorage.getItem(kept) ?? undefined;
  } catch {
    return undefined;
  }
}

function keep(id: string | undefined): void {
  try {
    if (id === undefined) localStorage.removeItem(kept);
    else localStorage.setItem(kept, id);
  } catch {
    // Without it the push service tells the server that the browser is gone.
  }
}

function supported(): boolean {
  return isSecureContext && 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
}

/** Looks whether this browser is woken already, and follows the worker to the case that was tapped. */
export function startPush(): void {
  if (!supported()) {
    pushState.value = 'unsupported';
    return;
  }
  navigator.serviceWorker.addEventListener('message', (event: MessageEvent<{ type?: string; hash?: string }>) => {
    if (event.data?.type === 'open' && event.data.hash?.startsWith('#/')) location.hash = event.data.hash;
  });
  void look();
  // Whoever signs in here next must not be rung for somebody else's team.
  whenSigningOut(async () => {
    if (pushState.peek() === 'on' || keptId() !== undefined) await switchOff();
  });
  // The texts come in the language that the person reads; the server learns it with the subscription.
  effect(() => {
    const wanted = language.value;
    if (pushState.peek() === 'on' && session.value) void renew(wanted);
  });
}

async function look(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration('/');
  const subscription = await registration?.pushManager.getSubscription();
  if (subscription) pushState.value = 'on';
  else pushState.value = Notification.permission === 'denied' ? 'blocked' : 'off';
}

async function renew(wanted: string): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration('/');
  const subscription = await registration?.pushManager.getSubscription();
  if (subscription) await send(subscription, wanted).catch(() => undefined);
}

async function send(subscription: PushSubscription, wanted: string): Promise<void> {
  const { endpoint, keys } = subscription.toJSON();
  const { body } = await request<{ id: string }>('POST', 'push/subscriptions', { endpoint, keys, language: wanted });
  keep(body.id);
}

/** Asks the person and subscribes. Throws when the server or the browser's push service cannot be reached. */
export async function switchOn(): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted') {
    await look();
    return;
  }
  const { key } = await get<{ key: string }>('push/key');
  await navigator.serviceWorker.register('/sw.js');
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(key),
  });
  try {
    await send(subscription, language.value);
  } catch (error) {
    await subscription.unsubscribe(); // the server does not know it
    throw error;
  }
  pushState.value = 'on';
}

/** Takes the subscription back, here first: nothing arrives any more even if the server cannot be reached. */
export async function switchOff(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration('/');
  const subscription = await registration?.pushManager.getSubscription();
  await subscription?.unsubscribe();
  const id = keptId();
  keep(undefined);
  pushState.value = 'off';
  if (id !== undefined) await request('DELETE', `push/subscriptions/${encodeURIComponent(id)}`);
}

/** The bytes of base64url. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
