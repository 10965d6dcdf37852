// A team lead's hour on a phone: the call, the way there, clues, without a connection, and the installed board.
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import {
  assignment,
  brokenTexts,
  button,
  choose,
  hold,
  open,
  person,
  phone,
  seriousProblems,
  signIn,
} from './page.mjs';
import { api, until } from './server.mjs';

const place = { latitude: 53.4231, longitude: 63.9512 };
const point = (coordinates) => ({ type: 'Point', coordinates });

/** A team of its own with a lead on a phone, and a case that may call it. */
async function crew(world, { options = {}, theme = 'dark', language = 'ru', permissions = [], hash } = {}) {
  const { browser, server } = world;
  const admin = api(server);
  const team = `hour-${crypto.randomUUID().slice(0, 8)}`;
  // Cases of other stories that wait may call it too.
  await admin.team(team, 'Отряд-Час', [63.9, 53.3], { capacity: 50, members: 8 });
  const id = await admin.file({ place: 'Жуковка', call_out: 'hold', ...options });
  const command = (fields) => admin.post(`cases/${id}/commands`, { command_id: crypto.randomUUID(), ...fields });
  const key = await server.makeKey(`Час ${team}`, '--role', 'team', '--team', team);
  const page = await person(browser, { viewport: phone, theme, language });
  await page.context().grantPermissions(permissions, { origin: server.url });
  await signIn(page, { ...server, key }, hash ?? `#/case/${id}`);
  const assigned = async () =>
    (await admin.get(`cases/${id}`)).assignments?.find((one) => one.team_id === team) ?? { status: 'none' };
  return { admin, team, id, key, command, page, assigned };
}

/** The call comes on any page, and is answered by two taps; no with its reason too. */
export async function twoTaps(world) {
  const { command, team, id, page, assigned } = await crew(world, { hash: '#/more' });
  await command({ type: 'case.assign', team_id: team });
  const offer = page.locator(`.offer[data-case="${id}"]`);
  await offer.getByText('ответить за', { exact: false }).waitFor();
  assert.ok((await page.title()).includes('Жуковка'), 'the title of the page does not call');
  assert.deepEqual(await seriousProblems(page), []);
  assert.deepEqual(await brokenTexts(page), []);
  await button(offer, 'Принять').click();
  await button(page.locator('.action-form'), 'Принять').click();
  await until('accepted by two taps', assigned, ({ status }) => status === 'accepted');
  const accepted = await assigned();
  assert.ok(accepted.eta_at, 'the time by estimate was not sent');
  await offer.waitFor({ state: 'detached' });

  // The way there: the last known point, said to be that, until somebody says where to meet.
  const way = page.locator('.way-there');
  await way.getByText('а не место сбора', { exact: false }).waitFor();
  await command({ type: 'case.point', point: 'staging', location: point([63.7001, 53.3002]), note: 'у моста' });
  await page.locator('.way-there[data-destination="meeting"]').getByText('у моста').waitFor();
  assert.ok((await way.getByRole('link', { name: '2ГИС' }).getAttribute('href')).includes('63.70010%2C53.30020'));
  assert.ok(
    (await way.getByRole('link', { name: 'Карта в телефоне' }).getAttribute('href')).startsWith(
      'geo:53.30020,63.70010',
    ),
  );
  await button(page.locator('.detail-actions'), 'Текст для группы').click();
  const text = await page.getByLabel('Текст для группы').inputValue();
  assert.ok(text.includes('Место сбора: 53.30020, 63.70010'), text);
  assert.deepEqual(await seriousProblems(page), []);

  const other = await crew(world);
  await other.command({ type: 'case.assign', team_id: other.team });
  await button(other.page.locator('.offer'), 'Не можем').click();
  assert.deepEqual(await seriousProblems(other.page), []);
  await other.page.locator('[data-reason="no_vehicle"]').click();
  const declined = await until('declined by two taps', other.assigned, ({ status }) => status === 'declined');
  assert.equal(declined.reason, 'no_vehicle');
  return [page, other.page];
}

/** A picture as a phone takes it: larger than it is sent. */
async function picture(page) {
  const data = await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 2400;
    canvas.height = 1800;
    const context = canvas.getContext('2d');
    for (let index = 0; index < 400; index += 1) {
      context.fillStyle = `hsl(${(index * 37) % 360} 60% 50%)`;
      context.fillRect((index * 131) % 2400, (index * 71) % 1800, 160, 120);
    }
    return canvas.toDataURL('image/jpeg', 0.95);
  });
  return { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(data.split(',')[1], 'base64') };
}

/** A clue with its place and photo, taken without a connection, is seen by the coordinator. */
export async function clueWithPhoto(world) {
  const { browser, server } = world;
  const { command, team, id, page, admin } = await crew(world, { permissions: ['geolocation'] });
  await page.context().setGeolocation(place);
  await command({ type: 'case.assign', team_id: team });
  await command({ type: 'assignment.accept', team_id: team, people: 4 });
  await assignment(page, team, 'accepted').waitFor();
  await page.context().setOffline(true);
  await button(page.locator('.detail-actions'), 'Другие действия').click();
  await button(page.locator('.other-actions'), 'Отметить точку').click();
  const form = page.locator('.action-form');
  await form.getByText('точность', { exact: false }).waitFor();
  await form.getByLabel('Заметка').fill('Детская шапка');
  await form.locator('input[type="file"]').setInputFiles(await picture(page));
  await form.locator('.photo-field img').waitFor();
  assert.deepEqual(await seriousProblems(page), []);
  await button(form, 'Сохранить').click();
  await page.locator('.unsent [data-state]').nth(1).waitFor();

  const desk = await person(browser);
  await signIn(desk, server, `#/case/${id}`);
  assert.equal(
    ((await admin.get(`cases/${id}`)).points ?? []).length,
    0,
    'it arrived although there was no connection',
  );
  await page.context().setOffline(false);
  const clue = desk.locator('.points [data-point="clue"]');
  await clue.getByText('Детская шапка').waitFor();
  await clue.locator('.photo').click({ timeout: 45_000 });
  const large = desk.locator('.photo-large img');
  await large.waitFor();
  await until(
    'the large photo',
    () => large.evaluate((image) => image.naturalWidth),
    (width) => width === 1600,
  );
  assert.deepEqual(await seriousProblems(desk), []);
  const [kept] = (await admin.get(`cases/${id}`)).points;
  assert.deepEqual(kept.location.coordinates, [63.9512, 53.4231]);
  await page.locator('.unsent').waitFor({ state: 'detached' });

  // Once it is over and everybody is home, an administrator erases the photo for good.
  const erase = button(desk, 'Стереть фотографии');
  await command({ type: 'case.outcome', outcome: 'found', condition: 'well', found_by: 'public' });
  await command({ type: 'assignment.stand_down_ack', team_id: team });
  assert.equal(await erase.count(), 0, 'photos could be erased while a team is out');
  await command({ type: 'assignment.returned', team_id: team, people: 4 });
  await desk.keyboard.press('Escape');
  desk.once('dialog', (dialog) => void dialog.accept());
  await erase.click();
  await desk.getByText('Стёрто: 1', { exact: true }).waitFor();
  await desk.locator('.photo-coming').getByText('фото стёрто').waitFor();
  await assert.rejects(admin.get(`cases/${id}/photos/${kept.photo}`), /410/);
  assert.deepEqual(await seriousProblems(desk), []);
  return [page, desk];
}

/** The position is shared on request, seen on another board, and stops by itself when the team is home. */
export async function positionShared(world) {
  const { command, team, id, page, admin } = await crew(world, { permissions: ['geolocation'] });
  await page.context().setGeolocation(place);
  await command({ type: 'case.assign', team_id: team });
  await command({ type: 'assignment.accept', team_id: team, people: 2 });
  const position = async () =>
    (await admin.get('teams')).teams.find((one) => one.id === team)?.position?.position.coordinates ?? [];
  const sharing = page.locator('.share-position');
  await sharing.waitFor();
  assert.deepEqual(await position(), [], 'a position was sent that nobody had asked for');
  await sharing.locator('label').click();
  await page.locator('.banner-sharing').waitFor();
  await until('the position', position, ([lon]) => lon === place.longitude);
  await sharing.getByText('передано', { exact: false }).waitFor();
  assert.deepEqual(await seriousProblems(page), []);

  // A reload goes on with it.
  await page.reload();
  await page.locator('.banner-sharing').waitFor();
  await command({ type: 'assignment.en_route', team_id: team });
  await command({ type: 'case.outcome', outcome: 'found', condition: 'well', found_by: 'public' });
  await command({ type: 'assignment.returned', team_id: team, people: 2 });
  await page.locator('.banner-sharing').waitFor({ state: 'detached' });
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.ok(!kept.includes('63.9512'), 'the phone still knows where the team was');
  await open(page, `#/case/${id}`);
  return [page];
}

/** The shell of the board is on the device: it opens without the server. */
const installed = (page) =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }));
  });

/** Reads of the databases and storages of a page all that stands in them. */
const everythingKept = (page) =>
  page.evaluate(async () => {
    const read = (request) =>
      new Promise((done, fail) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => fail(request.error);
      });
    const found = [{ ...localStorage }, { ...sessionStorage }];
    for (const { name } of await indexedDB.databases()) {
      const database = await read(indexedDB.open(name));
      for (const shelf of database.objectStoreNames)
        found.push(await read(database.transaction(shelf).objectStore(shelf).getAll()));
      database.close();
    }
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys()) found.push(url);
    return JSON.stringify(found);
  });

/** Cut, reload, accept, outcome, home, reload, reconnect: applied once, in order, with the times they happened. */
export async function offlineHour(world) {
  const { browser, server } = world;
  const { command, team, id, page, admin, assigned } = await crew(world, {
    options: { subjects: [{ id: 's1', sex: 'female', age: 7, name: 'Айша' }] },
  });
  const desk = await person(browser);
  await signIn(desk, server, `#/case/${id}`);
  await command({ type: 'case.assign', team_id: team });
  await page.locator('.offer').waitFor();
  await installed(page);
  await until(
    'the board is kept',
    () => everythingKept(page),
    (all) => all.includes('offered'),
  );
  await page.context().setOffline(true);
  await page.reload();
  const opened = await page.evaluate(async () => {
    const [navigation] = performance.getEntriesByType('navigation');
    while (!document.querySelector('.detail h2')) await new Promise(requestAnimationFrame);
    return performance.now() - navigation.startTime;
  });
  console.log(`        opened without a connection in ${Math.round(opened)} ms`);
  await page.locator('.kept-age').waitFor();
  assert.deepEqual(await seriousProblems(page), []);

  const before = Date.now();
  await button(page.locator('.offer'), 'Принять').click();
  await button(page.locator('.action-form'), 'Принять').click();
  await button(page.locator('.detail-actions'), 'Выехали').click();
  await button(page.locator('.detail-actions'), 'Прибыли').click();
  await page.getByLabel('Человек на месте').fill('4');
  await button(page.locator('.action-form'), 'Прибыли').click();
  await button(page.locator('.detail-actions'), 'Найдена').click();
  await choose(page, 'травмирована');
  await hold(page, page.locator('.hold-button'));
  await page.locator('.detail-actions [data-action="assignment.stand_down_ack"]').waitFor();
  const after = Date.now();
  assert.equal(await page.locator('.unsent li').count(), 4);
  assert.equal((await assigned()).status, 'offered', 'it arrived although there was no connection');
  await page.reload();
  await page.locator('.unsent li').nth(3).waitFor();
  await page.locator('.detail-actions [data-action="assignment.stand_down_ack"]').waitFor();
  // What happened is told by when it happened, not by when it was sent.
  await new Promise((done) => setTimeout(done, 3_000));
  const reconnected = Date.now();
  await page.context().setOffline(false);
  await desk.locator('.chip').getByText('найдена, травмирована').waitFor({ timeout: 45_000 });
  await page.locator('.unsent').waitFor({ state: 'detached' });
  const kept = await assigned();
  assert.equal(kept.status, 'standing_down');
  assert.equal(kept.people, 4);
  for (const name of ['answered_at', 'en_route_at', 'on_scene_at']) {
    const at = Date.parse(kept[name]);
    assert.ok(at >= before - 1000 && at <= after + 1000 && at < reconnected - 2000, `${name} is ${kept[name]}`);
  }
  const { events } = await admin.get(`cases/${id}/timeline`);
  const told = events.map(({ type }) => type).filter((type) => /accepted|en_route|on_scene|outcome/.test(type));
  assert.deepEqual(told, ['assignment.accepted', 'assignment.en_route', 'assignment.on_scene', 'case.outcome']);
  return [page, desk];
}

/** Signing out leaves nothing about anybody on the phone, and the phone rings no more. */
export async function nothingLeft(world) {
  const { command, team, page, id } = await crew(world, {
    permissions: ['notifications', 'geolocation'],
    options: { place: 'Тайныйпосёлок', subjects: [{ id: 's1', sex: 'female', age: 7, name: 'Именова' }] },
  });
  await command({ type: 'case.assign', team_id: team });
  await command({ type: 'assignment.accept', team_id: team });
  await assignment(page, team, 'accepted').waitFor();
  await installed(page);
  await page.reload();
  await assignment(page, team, 'accepted').waitFor();
  const kept = await until(
    'the board is kept',
    () => everythingKept(page),
    (all) => all.includes('Тайныйпосёлок'),
  );
  assert.ok(
    kept.includes('/assets/') && !kept.includes('/api/'),
    'the shell is not kept, or answers of the server are',
  );
  // Without internet no push service can be asked: the page is told that it is subscribed.
  await page.evaluate(() => {
    localStorage.setItem('izdeu.push', 'p-subscribed');
    const subscription = {
      unsubscribe: async () => {
        window.unsubscribed = true;
        return true;
      },
      toJSON: () => ({}),
    };
    PushManager.prototype.getSubscription = async () => subscription;
  });
  const taken = page.waitForRequest(
    (request) => request.method() === 'DELETE' && request.url().endsWith('/push/subscriptions/p-subscribed'),
  );
  await open(page, '#/more');
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await button(page, 'Выйти').click();
  await taken;
  await page.locator('.sign-in').waitFor();
  assert.equal(await page.evaluate(() => window.unsubscribed), true, 'the phone still rings');
  await until(
    'nothing is kept',
    () => everythingKept(page),
    (left) =>
      !left.includes('Тайныйпосёлок') && !left.includes('Именова') && !left.includes(id) && !left.includes(team),
  );
  await page.context().setOffline(true);
  await page.reload();
  await page.locator('.sign-in').waitFor();
  assert.ok(!(await page.locator('body').innerText()).includes('Тайныйпосёлок'));
  return [page];
}

/** Stands before the program like a proxy, so that a new version of the board can appear. */
async function behindProxy(server) {
  const target = new URL(server.url);
  let release = 0;
  const proxy = createServer((asked, answer) => {
    const passed = request(
      { host: target.hostname, port: target.port, method: asked.method, path: asked.url, headers: asked.headers },
      (got) => {
        const headers = { ...got.headers };
        if (asked.url !== '/sw.js' || release === 0) {
          answer.writeHead(got.statusCode, headers);
          got.pipe(answer);
          return;
        }
        // Another version: the same files under another name.
        const parts = [];
        got.on('data', (part) => parts.push(part));
        got.on('end', () => {
          const text = Buffer.concat(parts).toString().replace(/const version = '/, `const version = '${release}-`);
          answer.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'no-cache' });
          answer.end(text);
        });
      },
    );
    if (asked.url === '/sw.js') for (const name of ['accept-encoding', 'if-none-match']) passed.removeHeader(name);
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  proxy.on('upgrade', (asked, socket, head) => {
    const line = connect(Number(target.port), target.hostname, () => {
      const headers = asked.rawHeaders.reduce(
        (text, part, index) => text + (index % 2 ? `: ${part}\r\n` : part),
        `GET ${asked.url} HTTP/1.1\r\n`,
      );
      line.write(`${headers}\r\n`);
      line.write(head);
      line.pipe(socket).pipe(line);
    });
    line.on('error', () => socket.destroy());
    socket.on('error', () => line.destroy());
  });
  await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
  return {
    server: { ...server, url: `http://127.0.0.1:${proxy.address().port}` },
    release: () => {
      release += 1;
    },
    close: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}

/** A new version waits while something is being written, and takes nothing with it that waits to be sent. */
export async function renewed(world) {
  const proxy = await behindProxy(world.server);
  try {
    const { command, team, id, page, admin } = await crew({ ...world, server: proxy.server });
    await command({ type: 'case.assign', team_id: team });
    await command({ type: 'assignment.accept', team_id: team });
    await assignment(page, team, 'accepted').waitFor();
    await installed(page);
    await page.evaluate(() => {
      window.before = true;
    });
    await button(page.locator('.detail-actions'), 'Другие действия').click();
    await button(page.locator('.other-actions'), 'Добавить заметку').click();
    await page.getByLabel('Заметка', { exact: true }).fill('Идём вдоль реки');
    proxy.release();
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update();
      while (!registration.waiting) await new Promise((later) => setTimeout(later, 50));
    });
    assert.equal(await page.evaluate(() => window.before), true, 'the page was loaded anew under the writing hand');
    assert.equal(await page.locator('.banner-update').count(), 0, 'a new version is offered while something is written');
    assert.equal(await page.getByLabel('Заметка', { exact: true }).inputValue(), 'Идём вдоль реки');

    await page.context().setOffline(true);
    await button(page.locator('.action-form'), 'Сохранить').click();
    await page.locator('.unsent li').waitFor();
    await open(page, '#/new');
    await page.getByLabel('Населённый пункт, ориентир').fill('Боровское');
    await open(page, `#/case/${id}`);
    await button(page.locator('.banner-update'), 'Обновить').click();
    await page.waitForFunction(() => window.before === undefined);
    await page.locator('.unsent li').waitFor();
    const versions = await page.evaluate(async () => (await caches.keys()).length);
    assert.equal(versions, 2, 'the version before is kept for pages that still use it');
    await open(page, '#/new');
    await page.getByLabel('Населённый пункт, ориентир').waitFor();
    assert.equal(await page.getByLabel('Населённый пункт, ориентир').inputValue(), 'Боровское', 'the draft was lost');
    await page.context().setOffline(false);
    const { events } = await until(
      'the note',
      () => admin.get(`cases/${id}/timeline`),
      ({ events: all }) => all.some(({ type }) => type === 'case.noted'),
    );
    assert.equal(events.filter(({ type }) => type === 'case.noted').length, 1, 'the note was sent twice');
    return [page];
  } finally {
    proxy.close();
  }
}
