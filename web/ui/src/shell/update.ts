import { computed, effect, signal } from '@preact/signals';
import { openedAction } from '../cases/action-state';
import { route } from '../route';
import { whenBoardIsThere } from './loading';

/** A newer version of the board is ready on this device. */
export const updateReady = signal(false);

/** Somebody has begun something that a reload would lose: a form that is not kept anywhere. */
export const busy = computed(() => {
  const form = openedAction.value?.name;
  const { page, teamId } = route.value;
  return (form !== undefined && form !== 'other') || page === 'new' || (page === 'teams' && teamId !== undefined);
});

const hidden = signal(false);
const askEvery = 3_600_000;

let registration: ServiceWorkerRegistration | undefined;
// Another tab has renewed the worker already.
let renewed = false;

/** Keeps the shell on this device and renews it when nothing would be lost. Called once, at start. */
export function startUpdates(): void {
  if (!isSecureContext || !('serviceWorker' in navigator) || import.meta.env.DEV) return;
  hidden.value = document.hidden;
  document.addEventListener('visibilitychange', () => {
    hidden.value = document.hidden;
  });
  let controlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The first worker of a page that came from the server is no other version.
    if (controlled) {
      renewed = true;
      updateReady.value = true;
    }
    controlled = true;
  });
  effect(() => {
    // Unseen it is done at once, seen when the person says so; never while something is being written.
    if (updateReady.value && hidden.value && !busy.value) renew();
  });
  whenBoardIsThere(() => void register());
}

async function register(): Promise<void> {
  try {
    registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
  } catch {
    return; // The board works without it, with a connection.
  }
  const look = (): void => {
    if (registration?.waiting && navigator.serviceWorker.controller) updateReady.value = true;
  };
  look();
  registration.addEventListener('updatefound', () => {
    registration?.installing?.addEventListener('statechange', look);
  });
  const ask = (): void => {
    registration?.update().catch(() => undefined);
  };
  setInterval(ask, askEvery);
  addEventListener('online', ask);
}

/** Takes the new version: what waits to be sent, the session and kept drafts survive it. */
export function renew(): void {
  if (renewed || !registration?.waiting) {
    location.reload();
    return;
  }
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  registration.waiting.postMessage({ type: 'renew' });
}
