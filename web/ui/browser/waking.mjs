// A push that comes while no page of the board is open. The browser's push service is left out: without internet it
// cannot be reached, so what it would hand to the browser is handed to it here.
import assert from 'node:assert/strict';
import { button, open, person, signIn } from './page.mjs';

export async function wokenWhileClosed({ browser, server }) {
  const page = await person(browser);
  await page.context().grantPermissions(['notifications'], { origin: server.url });
  await signIn(page, server, '#/more');
  await page.getByRole('heading', { name: 'Уведомления' }).waitFor();
  await button(page, 'Включить').waitFor();
  const key = await page.evaluate(async () => (await (await fetch('/api/v1/push/key')).json()).key);
  assert.equal(Buffer.from(key, 'base64url').length, 65, 'the key is no point of P-256');
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/sw.js');
    const { active } = await navigator.serviceWorker.ready;
    while (active.state !== 'activated') await new Promise((done) => active.addEventListener('statechange', done, { once: true }));
  });

  // Another tab stays, of no origin: the board itself is closed.
  const context = page.context();
  const blank = await context.newPage();
  await page.close();
  const session = await context.newCDPSession(blank);
  const registered = new Promise((done) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find(({ scopeURL, isDeleted }) => scopeURL === `${server.url}/` && !isDeleted);
      if (own) done(own.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const registrationId = await registered;
  const data = JSON.stringify({
    title: 'Вызов',
    body: 'Жуковка, поиск.',
    lang: 'ru',
    tag: 'assignment.offered c1',
    url: '/#/teams',
  });
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
  let shown = [];
  // The browser forgets a notice when it is asked about it while it is still being put up: so it is asked once the
  // worker has shown it, and the push comes again where it forgot all the same.
  for (let tries = 0; shown.length === 0 && tries < 5; tries += 1) {
    await worker.evaluate(() => {
      const { registration } = self;
      const show = ServiceWorkerRegistration.prototype.showNotification;
      self.shown = new Promise((done) => {
        registration.showNotification = (...notice) => show.apply(registration, notice).then(done);
      });
    });
    await session.send('ServiceWorker.deliverPushMessage', { origin: server.url, registrationId, data });
    await worker.evaluate(() => self.shown);
    shown = await worker.evaluate(async () =>
      (await self.registration.getNotifications()).map(({ title, body, lang, tag, data }) => ({
        title,
        body,
        lang,
        tag,
        url: data.url,
      })),
    );
  }
  assert.deepEqual(shown, [
    { title: 'Вызов', body: 'Жуковка, поиск.', lang: 'ru', tag: 'assignment.offered c1', url: '/#/teams' },
  ]);

  // A page that is open is brought to where the notice points.
  const again = await context.newPage();
  await again.goto(`${server.url}/#/more`);
  await again.locator('.connection-live').waitFor();
  await worker.evaluate(async () => {
    const [client] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    client.postMessage({ type: 'open', hash: '#/teams' });
  });
  await again.waitForURL('**/#/teams');
  await open(again, '#/more');
  return [again];
}
