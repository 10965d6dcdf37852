// Keeps the shell of the board, so that it opens without a connection, and shows what the server pushes, also while no
// page is open. It keeps nothing of what the server says about anybody: the page does that, and forgets it.

// The build writes the files of this version, and what they hash to.
const version = '__VERSION__';
const files = new Set(__FILES__);

const family = 'izdeu-shell-';
const own = family + version;

self.addEventListener('install', (event) => {
  event.waitUntil(fill());
});

/** Takes in this version beside the one that is in use; all of it or nothing. */
async function fill() {
  const cache = await caches.open(own);
  await Promise.all(
    [...files].map(async (path) => {
      // A hash in the name says that the content is the same: it may be here from the version before.
      const known = path.startsWith('/assets/') ? await caches.match(path) : undefined;
      const response = known ?? (await fetch(path, { cache: path.startsWith('/assets/') ? 'default' : 'no-cache' }));
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      await cache.put(path, response);
    }),
  );
}

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      // A page of the version before may still ask for its map.
      const others = (await caches.keys()).filter((name) => name.startsWith(family) && name !== own);
      await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

// The page asks for it when nothing that a person has begun would be lost.
self.addEventListener('message', (event) => {
  if (event.data?.type === 'renew') event.waitUntil(self.skipWaiting());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    // Only the board itself: a roster's link, the API and the documents are the server's.
    if (url.pathname === '/') event.respondWith(kept('/', request));
  } else if (files.has(url.pathname) || url.pathname.startsWith('/assets/')) {
    event.respondWith(kept(url.pathname, request));
  }
});

async function kept(path, request) {
  const cache = await caches.open(own);
  return (await cache.match(path)) ?? (await caches.match(path)) ?? fetch(request);
}

self.addEventListener('push', (event) => {
  let notice = {};
  try {
    notice = event.data?.json() ?? {};
  } catch {
    // What cannot be read still wakes: the browser demands that something is shown.
  }
  event.waitUntil(
    self.registration.showNotification(notice.title || 'Izdeu', {
      body: notice.body,
      lang: notice.lang,
      tag: notice.tag,
      renotify: Boolean(notice.tag),
      requireInteraction: true,
      vibrate: [300, 100, 300, 100, 300],
      icon: '/icon-192.png',
      data: { url: notice.url },
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url || '/', self.location.origin);
  if (url.origin !== self.location.origin) return;
  event.waitUntil(open(url.href));
});

async function open(href) {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  for (const page of pages) {
    if (new URL(page.url).origin !== self.location.origin) continue;
    try {
      await page.focus();
      // A page that was loaded before this worker cannot be moved by it: then it is told where to go.
      page.postMessage({ type: 'open', hash: new URL(href).hash });
      return;
    } catch {
      // This one may not be focused; another may.
    }
  }
  await self.clients.openWindow(href);
}
