// A 112 operator's minute: filing with the keyboard alone, places, duplicates, drafts, and where an application stands.
import assert from 'node:assert/strict';
import { button, person, phone, seriousProblems, signIn } from './page.mjs';
import { api, until } from './server.mjs';

/** Types and counts what a person would press; no mouse. */
export function keyboardOf(page) {
  const pressed = { keys: 0, fields: 0 };
  const focused = () =>
    page.evaluate(() => {
      const at = document.activeElement;
      return `${at?.getAttribute('aria-label') ?? ''} ${[...(at?.labels ?? [])].map((label) => label.textContent).join(' ')} ${at?.textContent ?? ''}`;
    });
  const press = async (key) => {
    pressed.keys += 1;
    await page.keyboard.press(key);
  };
  return {
    pressed,
    press,
    /** Goes on by Tab to what has such a label, at most `most` away. */
    async to(label, most = 14) {
      for (let step = 0; step < most; step += 1) {
        if ((await focused()).includes(label)) return;
        await press('Tab');
      }
      throw new Error(`${label} is not ${most} tabs away; there is ${await focused()}`);
    },
    async type(text) {
      pressed.fields += 1;
      pressed.keys += [...text].length;
      await page.keyboard.type(text);
    },
  };
}

const caseOf = async (server, system, id) => {
  const { case_id } = await api(server).get(`applications/${system}/${id}`);
  return api(server).get(`cases/${case_id}`);
};
const filedId = (page) => page.locator('.filed').getAttribute('data-application');

export async function filedByKeyboard({ browser, server }) {
  const page = await person(browser);
  await signIn(page, server, '#/new');
  const keys = keyboardOf(page);
  await page.getByLabel('Телефон').and(page.locator(':focus')).waitFor();
  await keys.type('+7 701 555 01 77');
  await keys.to('Кто звонит');
  await keys.type('Асель Ким');
  await keys.to('Номер регистрации');
  await keys.type('КУИ 24391');
  await keys.to('Имя');
  await keys.type('Тимур Ким');
  await keys.to('Возраст');
  await keys.type('9');
  await keys.to('неизвестно');
  await keys.press('ArrowRight'); // round to the first: male
  await keys.to('1 ч назад');
  await keys.press('Enter');
  await keys.to('Место: название');
  await keys.type('лисаков');
  const list = page.getByRole('listbox', { name: 'Населённые пункты' });
  await list.getByRole('option', { name: 'Лисаковск' }).waitFor();
  assert.equal(await list.getByRole('option', { selected: true }).count(), 1);
  assert.deepEqual(await seriousProblems(page), []);
  await keys.press('Enter');
  await page.locator('.place-field .field-help').getByText('Костанайская область', { exact: false }).waitFor();
  assert.equal(await page.getByLabel('Населённый пункт, ориентир').inputValue(), 'Лисаковск');
  await keys.press('Control+Enter');
  await page.getByRole('heading', { name: 'Заявка принята' }).waitFor();
  assert.ok(keys.pressed.keys < 110, `${keys.pressed.keys} keys were pressed for ${keys.pressed.fields} fields`);
  console.log(`        ${keys.pressed.keys} keys, ${keys.pressed.fields} fields typed`);

  const id = await filedId(page);
  const view = await caseOf(server, 'board', id);
  assert.equal(view.place, 'Лисаковск');
  assert.equal(view.subjects[0].age, 9);
  assert.equal(view.subjects[0].sex, 'male');
  assert.ok(view.subjects[0].last_seen_at, 'when he was last seen is lost');
  assert.ok(Math.abs(view.location.coordinates[1] - 52.54) < 0.1, JSON.stringify(view.location));
  // The page knows where the application stands after a reload too.
  await page.reload();
  await page.locator('.filed-state').getByText('Лисаковск', { exact: false }).waitFor();
  assert.deepEqual(await seriousProblems(page), []);

  // More is added later under the same id, and it stays one case.
  await button(page, 'Дополнить').click();
  await page.getByLabel('Приметы, одежда').fill('Синяя куртка');
  await button(page, 'Дополнить').click();
  await page.getByRole('heading', { name: 'Дополнение принято' }).waitFor();
  const again = await until(
    'the addition has arrived',
    () => caseOf(server, 'board', id),
    ({ subjects }) => subjects[0].description === 'Синяя куртка',
  );
  assert.equal(again.id, view.id);
  return [page];
}

/** The same in Kazakh and English, with no more than a call-out needs. */
export async function filedInOtherLanguages({ browser, server }) {
  const pages = [];
  for (const [language, age, place, typed, found, filed] of [
    ['kk', 'Жасы', 'Орын: атауы', 'жітіқ', 'Жітіқара', 'Өтінім қабылданды'],
    ['en', 'Age', 'Place: name', 'zhitik', 'Zhitikara', 'The application is safe'],
  ]) {
    const page = await person(browser, { language });
    pages.push(page);
    await signIn(page, server, '#/new');
    const keys = keyboardOf(page);
    await page.locator('input[type=tel]:focus').waitFor();
    await keys.to(age);
    await keys.type('70');
    await keys.to(place, 24);
    await keys.type(typed);
    await page.getByRole('option', { name: found }).waitFor();
    await keys.press('Enter');
    await keys.press('Control+Enter');
    await page.getByRole('heading', { name: filed }).waitFor();
    assert.equal((await caseOf(server, 'board', await filedId(page))).place, found);
    assert.deepEqual(await seriousProblems(page), []);
  }
  return pages;
}

export async function pastedLinks({ browser, server }) {
  const page = await person(browser, { viewport: phone });
  await signIn(page, server, '#/new');
  const place = page.locator('input[role=combobox]');
  await place.fill('https://go.2gis.com/abc12');
  await page.getByText('В короткой ссылке нет места', { exact: false }).waitFor();
  await place.fill('Я здесь: https://2gis.kz/kostanay/geo/70030076141234567/63.6200%2C53.2100?m=63.1%2C53.1%2F12');
  await page.getByText('Широта 53.2100, долгота 63.6200', { exact: false }).waitFor();
  await page.getByLabel('Населённый пункт, ориентир').fill('Костанай, у озера');
  assert.deepEqual(await seriousProblems(page), []);
  await button(page, 'Подать заявку').click();
  await page.getByRole('heading', { name: 'Заявка принята' }).waitFor();
  const view = await caseOf(server, 'board', await filedId(page));
  assert.deepEqual(view.location.coordinates, [63.62, 53.21]);
  return [page];
}

export async function duplicatesShown({ browser, server }) {
  const admin = api(server);
  const id = await admin.file({
    place: 'Жуковка',
    location: { type: 'Point', coordinates: [63.95, 53.42] },
    subjects: [{ id: 's1', name: 'Нұрсұлтан Әбенов', sex: 'male', age: 14 }],
  });
  const page = await person(browser);
  await signIn(page, server, '#/new');
  await page.locator('input[role=combobox]').fill('53.43, 63.96');
  await page.getByLabel('Имя').fill('Nursultan Abenov');
  await page.getByLabel('Возраст, лет').fill('14');
  const likely = page.locator(`.likely-cases [data-case="${id}"]`);
  await likely.getByText('будет объединена с ней', { exact: false }).waitFor();
  await likely.getByRole('link', { name: 'Жуковка', exact: false }).waitFor();
  assert.deepEqual(await seriousProblems(page), []);
  // Somebody else of that age is nobody's duplicate.
  await page.getByLabel('Имя').fill('Руслан Оспанов');
  await likely.waitFor({ state: 'detached' });
  await page.getByLabel('Имя').fill('Nursultan Abenov');
  await likely.waitFor();
  await button(page, 'Подать заявку').click();
  await page.getByRole('heading', { name: 'Заявка принята' }).waitFor();
  const view = await admin.get(`cases/${id}`);
  assert.equal(view.applications.length, 2, 'the filing did not join the case');
  return [page];
}

/** A 112 operator attaches an application to a case that is only likely the same, by their own choice. */
export async function sameByChoice({ browser, server }) {
  const key = await server.makeKey('112 выбор', '--role', 'service', '--system', '112-choice');
  const own = api({ ...server, key });
  const filed = {
    place: 'Затобольск',
    location: { type: 'Point', coordinates: [63.7, 53.15] },
    subjects: [{ id: 's1', name: 'Сәуле Тілеуова', sex: 'female', age: 40 }],
  };
  const id = await own.file(filed);
  await api(server).file({ ...filed, subjects: [{ id: 's1', name: 'Сәуле Тілеуова', sex: 'female', age: 42 }] });
  const page = await person(browser, { viewport: phone });
  await signIn(page, { ...server, key }, '#/new');
  await page.locator('input[role=combobox]').fill('53.15, 63.7');
  await page.getByLabel('Имя').fill('Сауле Тлеуова');
  await page.getByLabel('Возраст, лет').fill('41');
  const likely = page.locator(`.likely-cases [data-case="${id}"]`);
  const same = button(likely, 'То же происшествие');
  await same.click();
  await page.getByText('Заявка войдёт в это происшествие', { exact: false }).waitFor();
  assert.equal(await page.locator('.likely-cases [data-case]').count(), 1, 'a case of another service is shown');
  assert.deepEqual(await seriousProblems(page), []);
  await same.click();
  assert.equal(await same.getAttribute('aria-pressed'), 'false');
  await same.click();
  await button(page, 'Подать заявку').click();
  await page.getByRole('heading', { name: 'Заявка принята' }).waitFor();
  const view = await until('the application is decided', () => api(server).get(`cases/${id}`), ({ applications }) => applications.length === 2);
  assert.equal(view.subjects.length, 2, 'somebody was lost');
  return [page];
}

export async function draftsAndOffline({ browser, server }) {
  const page = await person(browser);
  await signIn(page, server, '#/new');
  await page.getByLabel('Кто звонит').fill('Марат');
  await button(page, 'Отложить и начать новую').click();
  await page.getByLabel('Кто звонит').fill('Айгуль');
  await page.reload();
  assert.equal(await page.getByLabel('Кто звонит').inputValue(), 'Айгуль', 'the draft was lost');
  await button(page, 'Марат').click();
  assert.equal(await page.getByLabel('Кто звонит').inputValue(), 'Марат', 'the draft that was put aside was lost');
  await button(page, 'Айгуль').waitFor();

  await page.locator('input[role=combobox]').fill('53.3, 63.3');
  await page.getByLabel('Населённый пункт, ориентир').fill('Безсвязное');
  await page.context().setOffline(true);
  await button(page, 'Подать заявку').click();
  await page.getByRole('heading', { name: 'Заявка ждёт отправки' }).waitFor();
  const id = await filedId(page);
  assert.deepEqual(await seriousProblems(page), []);
  await page.context().setOffline(false);
  await page.getByRole('heading', { name: 'Заявка принята' }).waitFor();
  await page.locator('.filed-state').getByText('Безсвязное', { exact: false }).waitFor();
  assert.equal((await caseOf(server, 'board', id)).applications.length, 1);
  return [page];
}

export async function standingTellsNoDeath({ browser, server }) {
  const key = await server.makeKey('112', '--role', 'service', '--system', '112-kostanay');
  const operator = await person(browser);
  await signIn(operator, { ...server, key }, '#/new');
  await operator.locator('input[role=combobox]').fill('53.35, 63.35');
  await operator.getByLabel('Населённый пункт, ориентир').fill('Тихое');
  await operator.getByLabel('Возраст, лет').fill('71');
  await button(operator, 'Подать заявку').click();
  await operator.locator('.filed-state').getByText('Тихое', { exact: false }).waitFor();
  const { id } = await caseOf(server, '112-kostanay', await filedId(operator));
  const command = (fields) => api(server).post(`cases/${id}/commands`, { command_id: crypto.randomUUID(), ...fields });
  await command({ type: 'case.outcome', subject_id: 's1', outcome: 'deceased', confirmed_by: 'police', identity: 'confirmed' });
  const state = operator.locator('.filed-state');
  await state.getByText('поиск завершён', { exact: false }).waitFor();
  await operator.reload();
  await state.getByText('поиск завершён', { exact: false }).waitFor();
  assert.ok(!/погиб/i.test(await operator.locator('body').innerText()), 'the page tells a death before the family knows');
  await command({ type: 'case.family_told', subject_id: 's1', told_by: 'police', role: 'officer' });
  await state.getByText('погиб', { exact: false }).waitFor();
  return [operator];
}
