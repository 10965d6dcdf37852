// Shows what the server pushes, also while no page of the board is open, and opens the case when it is tapped.
// It keeps nothing and answers no requests: the board itself is always loaded from the server.

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
      icon: '/icon.svg',
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
