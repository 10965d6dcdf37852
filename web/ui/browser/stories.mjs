// Each story is what a person does on the board and what another one then sees.
import assert from 'node:assert/strict';
import {
  assignment,
  brokenTexts,
  button,
  choose,
  colours,
  desk,
  foreignTexts,
  hold,
  open,
  pageErrors,
  person,
  phone,
  row,
  seriousProblems,
  signIn,
} from './page.mjs';
import { failedBackup } from './backups.mjs';
import { filteredByOwner, placesRemoved } from './board.mjs';
import { listCompared } from './comparison.mjs';
import { chosenWithReasons, duplicateMerged, handedOver, leadAccepts, missedCheckIn } from './coordination.mjs';
import { deskByKeyboard, deskOfAShift, deskReadsAndDecides, deskTakesOver } from './desk.mjs';
import {
  draftsAndOffline,
  duplicatesShown,
  sameByChoice,
  filedByKeyboard,
  filedInOtherLanguages,
  pastedLinks,
  standingTellsNoDeath,
} from './operator.mjs';
import { fiveThousand } from './many.mjs';
import { filesAndPaper, linksKeysAlarms, mapInEveryLook, ownTiles, ringsAndMeasures } from './mapping.mjs';
import { clueWithPhoto, nothingLeft, offlineHour, positionShared, renewed, twoTaps } from './lead.mjs';
import { membersAnswer } from './roster.mjs';
import { api, until } from './server.mjs';
import { firstRun } from './setup.mjs';
import { wokenWhileClosed } from './waking.mjs';

const pages = ['#/map', '#/cases', '#/new', '#/teams', '#/teams/new', '#/statistics', '#/desk', '#/dead-letters', '#/more', '#/setup', '#/places'];

async function byCode({ browser, server }) {
  const page = await person(browser);
  await page.goto(`${server.url}/#code=${server.code}`);
  await page.locator('.connection-live').waitFor();
  assert.ok(!page.url().includes(server.code), 'the code is still in the address');
  await page.reload();
  await page.locator('.connection-live').waitFor();

  const late = await person(browser);
  await late.goto(`${server.url}/#code=${server.code}`);
  await late.getByText('Код уже использован или устарел', { exact: false }).waitFor();

  await open(page, '#/more');
  await button(page, 'Выйти').click();
  await page.locator('.sign-in').waitFor();
  await page.reload();
  await page.locator('.sign-in').waitFor();
  return [page, late];
}

async function byKey({ browser, server }) {
  const page = await person(browser, { viewport: phone });
  const logged = [];
  page.on('console', (message) => message.type() === 'error' && logged.push(message.text()));
  await page.goto(server.url);
  await button(page, 'Войти').waitFor();
  assert.deepEqual(logged, [], 'who opens the page without a session sees errors in the console');
  await button(page, 'Войти').click();
  await page.getByText('Заполните это поле.').waitFor();
  await page.getByLabel('Ваш ключ').fill('wrong');
  await button(page, 'Войти').click();
  await page.getByText('Такой ключ неизвестен', { exact: false }).waitFor();
  await page.getByLabel('Ваш ключ').fill(server.key);
  await button(page, 'Войти').click();
  await page.locator('.connection-live').waitFor();
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.ok(!kept.includes(server.key), 'the key was kept in the browser');
  return [page];
}

async function mainJob({ browser, server }) {
  const one = await person(browser);
  const two = await person(browser);
  await signIn(one, server);
  await signIn(two, server, '#/teams');

  await open(one, '#/teams/new');
  await one.getByLabel('Название').fill('Поиск-Тест');
  await one.getByLabel('ID').fill('poisk-test');
  await one.getByLabel('База: координаты или ссылка').fill('53.30, 63.80');
  await button(one, 'Сохранить').click();
  await two.locator('.team[data-team="poisk-test"]').waitFor();

  await open(one, '#/new');
  await button(one, 'Подать заявку').click();
  await one.locator('[aria-invalid="true"]').first().waitFor();
  await one.getByLabel('Координаты или ссылка с карты').fill('63.95, 53.42');
  await one.getByText('Прочитано как долгота, широта', { exact: false }).waitFor();
  await one.getByLabel('Населённый пункт, ориентир').fill('Жуковка');
  await one.getByLabel('Возраст, лет').fill('14');
  await choose(one, 'мужской');
  await one.reload();
  assert.equal(await one.getByLabel('Населённый пункт, ориентир').inputValue(), 'Жуковка', 'the draft was lost');
  await open(two, '#/map');
  await button(one, 'Подать заявку').click();
  await one.getByRole('link', { name: 'Открыть происшествие' }).click();
  const id = decodeURIComponent(new URL(one.url()).hash.replace('#/case/', ''));
  await row(two, id).filter({ hasText: 'Жуковка, мальчик, 14' }).waitFor();

  await assignment(one, 'poisk-test', 'offered').waitFor();
  await open(two, `#/case/${id}`);
  await button(assignment(one, 'poisk-test', 'offered'), 'Принять').click();
  await button(one, '30').click();
  await one.getByLabel('Сколько человек едет').fill('6');
  await button(one.locator('.action-form'), 'Принять').click();
  await assignment(two, 'poisk-test', 'accepted').waitFor();
  await two.locator('.chip').getByText('отряд принял').waitFor();

  await button(assignment(one, 'poisk-test', 'accepted'), 'Выехали').click();
  await assignment(two, 'poisk-test', 'en_route').waitFor();
  await button(assignment(one, 'poisk-test', 'en_route'), 'Прибыли').click();
  await button(one.locator('.action-form'), 'Прибыли').click();
  await assignment(two, 'poisk-test', 'on_scene').waitFor();
  await two.locator('.chip').getByText('идёт поиск').waitFor();

  await button(one.locator('.detail-actions'), 'Найден').click();
  await choose(one, 'жив');
  await choose(one, 'отряд');
  const found = one.locator('.hold-button');
  await found.click({ delay: 50 });
  assert.equal(await one.locator('.hold-button').count(), 1, 'a tap was enough to end a search');
  await hold(one, found);
  await two.locator('.chip').getByText('найден, жив').waitFor();
  await assignment(two, 'poisk-test', 'standing_down').waitFor();

  await button(assignment(one, 'poisk-test', 'standing_down'), 'Все вернулись').click();
  await one.getByLabel('Вернулось человек').fill('6');
  await button(one.locator('.action-form'), 'Все вернулись').click();
  await assignment(two, 'poisk-test', 'returned').waitFor();
  await two.locator('.timeline').getByText('Все вернулись').first().waitFor();

  const view = await api(server).get(`cases/${id}`);
  assert.equal(view.status, 'found');
  assert.equal(view.subjects[0].found_by, 'team');
  return [one, two];
}

async function quietDeath({ browser, server }) {
  const coordinator = await person(browser);
  const id = await api(server).file({ place: 'Тобыл', subjects: [{ id: 's1', sex: 'male', age: 70 }] });
  await signIn(coordinator, server, `#/case/${id}`);
  await button(coordinator, 'Другие действия').click();
  await button(coordinator, 'Сообщить о гибели').click();
  const form = coordinator.locator('.action-form');
  const record = button(form, 'Записать гибель');
  assert.ok(await record.isDisabled(), 'a death could be recorded without who confirmed it');
  await form.getByLabel('Кто подтвердил', { exact: false }).fill('Дежурный следователь');
  await choose(form, 'личность установлена');
  await choose(form, 'Нет, ещё не сообщили');
  await form.getByText('Итог остаётся закрытым', { exact: false }).waitFor();
  await record.click();
  await coordinator.locator('.chip').getByText('поиск завершён').waitFor();
  await coordinator.locator('.notice-sealed').getByText('погиб', { exact: false }).waitFor();
  const untold = await api(server).get('statistics');
  await button(coordinator, 'Родным сообщили').click();
  await form.getByLabel('Кто сообщил родным').fill('Участковый');
  await button(form, 'Родным сообщили').click();
  await coordinator.locator('.chip').getByText('погиб').waitFor();
  const statistics = await until(
    'the death is counted',
    () => api(server).get('statistics'),
    ({ totals }) => totals.deceased === untold.totals.deceased + 1,
  );
  assert.equal(statistics.totals.open, untold.totals.open - 1, 'an untold death was not counted as open');
  return [coordinator];
}

async function statisticsAgree({ browser, server }) {
  const before = await api(server).get('statistics');
  await api(server).file();
  await until(
    'the new case is counted',
    () => api(server).get('statistics'),
    ({ totals }) => totals.cases > before.totals.cases,
  );
  const page = await person(browser, { language: 'kk' });
  await signIn(page, server, '#/statistics');
  for (const grouping of ['month', 'kind', 'region', 'team']) {
    await page.getByLabel('Топтау').selectOption(grouping);
    const expected = await api(server).get(`statistics?group_by=${grouping}`);
    const cell = (column) => page.locator(`.figures tfoot td[data-column="${column}"]`);
    for (const column of ['cases', 'subjects', 'found', 'deceased', 'open']) {
      await cell(column).getByText(String(expected.totals[column]), { exact: true }).waitFor();
      const parts = await page.locator(`.figures tbody td[data-column="${column}"]`).allInnerTexts();
      const sum = parts.reduce((total, part) => total + Number(part.replace(/\s/g, '')), 0);
      assert.equal(sum, expected.totals[column], `${grouping}: the groups' ${column} do not add up`);
    }
  }
  await page.getByText('Барлық қосынды сәйкес').waitFor();

  // What was open at the end of one period is carried into the next.
  await page.locator('.balance [data-holds="true"]').waitFor();
  const balance = async (column) => Number((await page.locator(`.figures-balance tfoot td[data-balance="${column}"]`).innerText()).replace(/\s/g, ''));
  const now = await api(server).get('statistics/balance?from=2026-01-01');
  assert.equal(await balance('open'), now.totals.open);
  assert.equal((await balance('carried')) + (await balance('opened')) + (await balance('reopened')), (await balance('ended')) + (await balance('open')));
  await button(page, 'Өткен ай').click();
  await page.waitForFunction(() => document.querySelector('.figures-balance tfoot td[data-balance="opened"]').textContent === '0');
  assert.equal(await balance('open'), 0);
  assert.equal(await page.locator('.checks [data-holds="false"]').count(), 0);

  // A month that is over is signed once, and everybody sees by whom.
  await page.locator('.region-select').selectOption('KZ-39');
  const region = page.locator('.signed [data-region="KZ-39"]');
  await region.getByText('Әлі қол қойылмаған').waitFor();
  await hold(page, region.locator('.hold-button'));
  await region.getByText('0 + 0 + 0 = 0 + 0', { exact: true }).waitFor();
  assert.equal(await region.locator('.hold-button').count(), 0);
  const month = new Date(new Date().getFullYear(), new Date().getMonth() - 1, 15).toISOString().slice(0, 7);
  const { months } = await api(server).get(`statistics/signed?month=${month}`);
  assert.deepEqual(
    months.map((one) => [one.region, one.month, one.corrections.length]),
    [['KZ-39', month, 0]],
  );
  await page.locator('.region-select').selectOption('');
  return [page];
}

async function lostConnection({ browser, server }) {
  const admin = api(server);
  await admin.team('svyaz', 'Связь-Тест', [63.63, 53.22]);
  const id = await admin.file();
  const one = await person(browser);
  const two = await person(browser);
  const lines = new Set();
  let away = false;
  await one.routeWebSocket(/\/api\/v1\/live/, (line) => {
    if (away) return void line.close({ code: 1001, reason: 'away' });
    line.connectToServer();
    lines.add(line);
  });
  await signIn(one, server, `#/case/${id}`);
  await signIn(two, server, `#/case/${id}`);
  const offered = one.locator('.assignment[data-status="offered"]');
  await offered.waitFor();
  const team = await offered.getAttribute('data-team');

  away = true;
  await one.context().setOffline(true);
  for (const line of lines) await line.close({ code: 1001, reason: 'away' });
  await one.locator('.connection-off').waitFor();
  await button(offered, 'Принять').click();
  await button(one.locator('.action-form'), 'Принять').click();
  await one.locator('.unsent [class~="unsent-state"]').getByText('ещё не отправлено').waitFor();
  await one.getByText('+7 7142 55 01 12').first().waitFor();
  assert.equal(await assignment(two, team, 'offered').count(), 1, 'it arrived although there was no connection');

  away = false;
  await one.context().setOffline(false);
  await assignment(two, team, 'accepted').waitFor();
  await one.locator('.connection-live').waitFor();
  await assignment(one, team, 'accepted').waitFor();
  await one.locator('.unsent').waitFor({ state: 'detached' });
  const { events } = await admin.get(`cases/${id}/timeline`);
  assert.equal(
    events.filter((event) => event.type.includes('assignment.accepted')).length,
    1,
    'it was applied more than once',
  );
  return [one, two];
}

async function refusalInWords({ browser, server }) {
  const admin = api(server);
  await admin.team('odin', 'Один-Тест', [63.64, 53.23]);
  const page = await person(browser, { viewport: phone });
  const id = await admin.file({ place: 'Лисаковск', location: { type: 'Point', coordinates: [62.49, 52.54] } });
  await signIn(page, server, `#/cases/${id}`);
  const offered = page.locator('.assignment[data-status="offered"]');
  await offered.waitFor();
  const team = await offered.getAttribute('data-team');
  // Somebody else is faster: the page still shows the old state.
  await page.context().setOffline(true);
  await button(offered, 'Не можем').click();
  await button(page.locator('.action-form'), 'Не можем').click();
  await fetch(`${server.url}/api/v1/cases/${id}/commands`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${server.key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      type: 'case.outcome',
      command_id: crypto.randomUUID(),
      at: new Date().toISOString(),
      subject_id: 's1',
      outcome: 'found',
      condition: 'well',
      found_by: 'self',
    }),
  });
  await page.context().setOffline(false);
  const refused = page.locator('.unsent [data-state="refused"]');
  await refused.getByText('В нынешнем состоянии это невозможно', { exact: false }).waitFor();
  await button(page, 'Скрыть').click();
  await refused.waitFor({ state: 'detached' });
  assert.ok(team);
  return [page];
}

async function mapIsDrawn({ browser, server }) {
  const result = [];
  for (const [viewport, theme, worker] of [
    [desk, 'light', true],
    [desk, 'dark', true],
    [phone, 'light', true],
    [phone, 'dark', true],
    // An older phone, whose workers have no canvas.
    [phone, 'light', false],
  ]) {
    const page = await person(browser, { viewport, theme });
    if (!worker) await page.addInitScript(() => delete globalThis.OffscreenCanvas);
    await signIn(page, server);
    await page.locator('.board-map-canvas[data-drawn="all"]').waitFor();
    const map = page.locator('.board-map[data-state="ready"]');
    // Land and sea are there: without them one colour fills nearly all of it.
    const seen = await until(
      'land and sea are there',
      () => colours(page, map),
      ({ different, share }) => different > 60 && share < 0.85,
    );
    assert.ok(seen.different > 60);
    assert.equal(page.workers().length, worker ? 1 : 0);
    result.push(page);
  }
  return result;
}

async function everyLanguage({ browser, server }) {
  const id = await api(server).file({ place: 'Рудный', location: { type: 'Point', coordinates: [63.12, 52.96] } });
  const result = [];
  for (const viewport of [desk, phone]) {
    const page = await person(browser, { viewport });
    await signIn(page, server);
    for (const [language, name] of [
      ['kk', 'Қаз'],
      ['ru', 'Рус'],
      ['en', 'Eng'],
    ]) {
      await open(page, '#/more');
      await button(page.locator('.settings'), name).click();
      for (const hash of [...pages, `#/case/${id}`]) {
        await open(page, hash);
        await page.locator('.page:not([aria-busy="true"]), .list, .detail, .tasks').first().waitFor();
        const where = `${language} ${hash} ${viewport.width}`;
        assert.equal(await page.locator('html').getAttribute('lang'), language, where);
        assert.deepEqual(await brokenTexts(page), [], where);
        if (language !== 'en') assert.deepEqual(await foreignTexts(page), [], where);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.ok(wide <= 0, `${where}: the page is ${wide} px wider than the screen`);
      }
    }
    result.push(page);
  }
  return result;
}

async function accessible({ browser, server }) {
  const id = await api(server).file({ place: 'Аманкарагай', urgency: 'life_threatening' });
  const problems = [];
  const stranger = await person(browser, { language: 'kk' });
  await stranger.goto(server.url);
  await stranger.locator('.sign-in').waitFor();
  problems.push(...(await seriousProblems(stranger)).map((line) => `sign-in: ${line}`));
  const result = [stranger];
  for (const [viewport, theme] of [
    [desk, 'light'],
    [desk, 'dark'],
    [phone, 'light'],
    [phone, 'dark'],
  ]) {
    const page = await person(browser, { viewport, theme, language: 'kk' });
    await signIn(page, server);
    for (const hash of [...pages, `#/case/${id}`, `#/cases/${id}`]) {
      await open(page, hash);
      await page.locator('.page:not([aria-busy="true"]), .list, .detail, .tasks').first().waitFor();
      problems.push(...(await seriousProblems(page)).map((line) => `${viewport.width} ${theme} ${hash}: ${line}`));
    }
    result.push(page);
  }
  assert.deepEqual(problems, []);
  return result;
}

async function keyboardAlone({ browser, server }) {
  const id = await api(server).file({ place: 'Житикара', subjects: [{ id: 's1', sex: 'female', age: 30 }] });
  const page = await person(browser);
  await signIn(page, server, `#/case/${id}`);
  await page.locator('.detail-actions [data-action="found"], .detail-actions .button-others').first().waitFor();
  if ((await page.locator('.detail-actions [data-action="found"]').count()) === 0) {
    await page.locator('.detail-actions .button-others').focus();
    await page.keyboard.press('Enter');
  }
  await page.locator('.detail-actions [data-action="found"]').focus();
  await page.keyboard.press('Enter');
  await page.locator('.action-form input[value="well"]').focus();
  await page.keyboard.press('Space');
  await page.locator('.action-form input[value="self"]').focus();
  await page.keyboard.press('Space');
  const held = page.locator('.hold-button');
  await held.focus();
  await page.keyboard.down('Enter');
  await held.waitFor({ state: 'detached' });
  await page.keyboard.up('Enter');
  await page.locator('.chip').getByText('найдена, жива').waitFor();
  return [page];
}

async function shared({ browser, server }) {
  const id = await api(server).file({ place: 'Федоровка' });
  const page = await person(browser, { viewport: phone });
  await signIn(page, server, `#/case/${id}`);
  await page.getByRole('heading', { name: 'Федоровка, девочка, 7' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Федоровка, девочка, 7' }).waitFor();
  return [page];
}

async function placeCorrected({ browser, server }) {
  const id = await api(server).file({ place: 'Неизвестно где', call_out: 'hold' });
  const page = await person(browser, { viewport: phone });
  await signIn(page, server, `#/case/${id}`);
  await page.getByRole('button', { name: 'Другие действия' }).click();
  await button(page.locator('.detail-actions'), 'Исправить место').click();
  const form = page.locator('.action-form');
  await form.getByLabel('Координаты или ссылка с карты').fill('52.97244, 63.11055');
  await form.getByLabel('Населённый пункт, ориентир').fill('Рудный');
  await button(form, 'Сохранить').click();
  await page.getByRole('heading', { name: 'Рудный, девочка, 7' }).waitFor();
  const { location } = await until(
    'the place is corrected',
    () => api(server).get(`cases/${id}`),
    ({ place }) => place === 'Рудный',
  );
  assert.deepEqual(location.coordinates, [63.11055, 52.97244]);
  return [page];
}

async function announced({ browser, server }) {
  const page = await person(browser);
  await signIn(page, server, '#/statistics');
  await api(server).file({ place: 'Наурзум', urgency: 'life_threatening' });
  const said = page.locator('[aria-live="assertive"]').getByText('Наурзум, девочка, 7', { exact: false });
  await said.click();
  await page.getByRole('heading', { name: 'Наурзум, девочка, 7' }).waitFor();
  await said.waitFor({ state: 'detached' });
  return [page];
}

async function choicesKept({ browser, server }) {
  const page = await person(browser);
  await signIn(page, server);
  await page.locator('.top-bar [lang="kk"]').click();
  await button(page, 'Қараңғы көрініс').click();
  await page.locator('.region-select').selectOption('KZ-39');
  await page.locator('.connection-live').waitFor();
  await page.reload();
  await page.locator('html[lang="kk"][data-theme="dark"]').waitFor();
  assert.equal(await page.locator('.region-select').inputValue(), 'KZ-39');
  return [page];
}

export const stories = [
  ['a single-use code signs in once and leaves the address', byCode],
  ['a key signs in and is kept nowhere', byKey],
  ['one person files, accepts, goes and finds; a second browser sees each step', mainJob],
  ['a death stays sealed until the family has been told', quietDeath],
  ['the statistics agree with the server and with themselves', statisticsAgree],
  ['a team’s own list is compared with ours', listCompared],
  ['without a connection nothing is lost, and nothing is done twice', lostConnection],
  ['a refusal is told in words', refusalInWords],
  ['found can be held with the keyboard', keyboardAlone],
  ['a link brings somebody to the case', shared],
  ['a wrong place is corrected on the phone', placeCorrected],
  ['a new life-threatening case is announced on any page', announced],
  ['a push is shown while the board is closed, and leads to the case', wokenWhileClosed],
  ['map: it is drawn in every look; at night nothing but red leaves the screen', mapInEveryLook],
  ['map: rings with their source, coordinates at a tap, distance and bearing', ringsAndMeasures],
  ['map: what is shown as GeoJSON, GPX and KML; a case on one sheet of paper', filesAndPaper],
  ['map: a link restores the filters, keys do what they say, alarms are counted in a flood', linksKeysAlarms],
  ['cases are chosen by who is responsible; a link restores every filter', filteredByOwner],
  ['a wrong place is found in the list of own places, removed, and not learnt again', placesRemoved],
  ['map: own tiles from a PMTiles file, read in ranges', ownTiles],
  ['map: 5,000 cases and 500 teams', fiveThousand],
  ['a scheduled backup that fails is told to administrators and coordinators', failedBackup],
  ['language, look and region are kept', choicesKept],
  ['members of a team answer by a link, and are counted home', membersAnswer],
  ['the board says why this team, and why not the others', chosenWithReasons],
  ['a lead accepts in own words, calls the members and is refused a minor', leadAccepts],
  ['lead: a call is answered by two taps on any page, and leads to the meeting point', twoTaps],
  ['lead: a clue with its place and photo is sent when the connection is back', clueWithPhoto],
  ['lead: the position is shared on request and stops by itself', positionShared],
  ['operator: an application is filed with the keyboard alone, and more is added later', filedByKeyboard],
  ['operator: the same in Kazakh and English', filedInOtherLanguages],
  ['operator: a link from a message is a place', pastedLinks],
  ['operator: a likely duplicate is shown while typing, and joined', duplicatesShown],
  ['operator: an application is attached to a case that is likely the same, by choice', sameByChoice],
  ['operator: drafts are kept, and what is filed without a connection goes out by itself', draftsAndOffline],
  ['operator: where an application stands never tells a death before the family knows', standingTellsNoDeath],
  ['first run: an empty installation gets its office, teams from a table and a coordinator', firstRun],
  ['lead: an hour without a connection, over reloads, is applied once and in order', offlineHour],
  ['lead: a new version waits for what is being written, and loses nothing', renewed],
  ['lead: signing out leaves nothing on the phone', nothingLeft],
  ['two coordinators: one takes a case and hands it over with what is open', handedOver],
  ['a missed check-in is loud until it is answered; everybody is counted home', missedCheckIn],
  ['two cases about one person are merged, and split again', duplicateMerged],
  ['desk: what waits says why; taken, mended, called out, handed over; two see each other', deskOfAShift],
  ['desk: an unread message is filed by hand; siblings stay two, the same person becomes one', deskReadsAndDecides],
  ['desk: a team is taken over with the cost in sight, and counted home', deskTakesOver],
  ['desk: with the keyboard alone', deskByKeyboard],
  ['the map is drawn, on a desk and a phone, light and dark', mapIsDrawn],
  ['every page speaks every language and fits the screen', everyLanguage],
  ['axe finds nothing serious on any page', accessible],
].map(([name, run]) => ({
  name,
  async run(world) {
    const used = await run(world);
    assert.deepEqual(used.flatMap(pageErrors), [], 'the page threw errors');
  },
}));
