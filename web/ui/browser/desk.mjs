// A coordinator's shift on the desk: what waits, why, and what is done about it there.
import assert from 'node:assert/strict';
import { button, person, phone, seriousProblems, signIn } from './page.mjs';
import { admin } from './coordination.mjs';

const name = (what) => `${what}-${crypto.randomUUID().slice(0, 8)}`;
const point = (coordinates) => ({ type: 'Point', coordinates });
const task = (page, part, id) => page.locator(`[data-group="${part}"] .task[data-case="${id}"]`);

/** Cases in a region of their own, so that other stories leave the desk alone. */
const region = 'KZ-27';
const uralsk = [51.37, 51.23];

async function coordinator(browser, server, who, options) {
  const key = await server.makeKey(who, '--role', 'coordinator', '--region', region);
  const page = await person(browser, options);
  await signIn(page, { ...server, key }, '#/desk');
  return page;
}

/** Waits with its reasons, is taken, assigned; two coordinators see each other's work; everything is handed over. */
export async function deskOfAShift({ browser, server }) {
  const one = admin(server);
  const team = name('desk');
  const [night, day] = await Promise.all([
    coordinator(browser, server, 'Ночная Сауле'),
    coordinator(browser, server, 'Дневной Тимур', { viewport: phone, language: 'kk', theme: 'dark' }),
  ]);
  await night.locator('.tasks-well').waitFor();
  await day.locator('.tasks-well').getByText('Бәрі тыныш').waitFor();

  await one.team(team, 'Отряд-Дежурный', uralsk, { skills: ['boat'], range_km: 60 });
  const child = await one.file({
    place: 'Деркул',
    location: point(uralsk),
    urgency: 'life_threatening',
    needs: { teams: 1, skills: ['dog'] },
  });
  const waits = task(night, 'waiting', child);
  await waits.getByText('больше некого вызвать', { exact: false }).waitFor();
  await waits.getByText('нет нужных навыков', { exact: false }).first().waitFor();
  await waits.getByText('Деркул, девочка, 7').waitFor();
  await task(day, 'waiting', child).getByText('шақыратын жасақ жоқ', { exact: false }).waitFor();

  // One takes it; the other's desk has it no longer among those without anybody.
  await button(task(night, 'unowned', child), 'Взять себе').click();
  await task(night, 'mine', child).waitFor();
  await task(day, 'unowned', child).waitFor({ state: 'detached' });

  // What is half wrong is mended where it stands, and then called out.
  const wrong = name('wrong');
  await server.produce(
    'applications',
    JSON.stringify({
      id: wrong,
      kind: 'missing_person',
      place: 'Кирсаново',
      location: point([151.4, 51.2]),
      subjects: [{ id: 's1', sex: 'male', age: 70 }],
    }),
  );
  const unclear = night.locator('[data-group="review"] .task', { hasText: 'Кирсаново' });
  await unclear.waitFor();
  assert.equal(await button(unclear, 'Вызвать сейчас').count(), 0, 'nobody may be called to a wrong place');
  await button(unclear, 'Исправить место').click();
  await unclear.locator('[data-pointer="/location"]').fill('51.2, 51.4');
  assert.deepEqual(await seriousProblems(night), []);
  await button(unclear, 'Сохранить').click();
  await unclear.waitFor({ state: 'detached' });

  const held = await one.file({ place: 'Зачаганск', location: point(uralsk), call_out: 'hold' });
  await button(task(day, 'review', held), 'Қазір шақыру').click();
  await task(night, 'review', held).waitFor({ state: 'detached' });

  // By hand, from the desk: the form comes with the case beside it.
  await button(waits, 'Назначить отряд').click();
  await night.locator('.action-form').waitFor();
  await button(night.locator('.action-form'), 'Отмена').click();

  // The end of the shift: all that is open goes to the other.
  await button(task(night, 'unowned', held), 'Взять себе').click();
  await task(night, 'mine', held).waitFor();
  await button(night.locator('[data-group="mine"]'), 'Передать все').click();
  const all = night.locator('.task-all');
  await all.getByRole('option', { name: 'Дневной Тимур' }).waitFor({ state: 'attached' });
  await all.getByRole('combobox').selectOption({ label: 'Дневной Тимур' });
  await button(all, 'Передать все').click();
  await night.locator('[data-group="mine"]').waitFor({ state: 'detached' });
  await task(day, 'mine', child).waitFor();
  await task(day, 'mine', held).waitFor();
  for (const page of [night, day]) assert.deepEqual(await seriousProblems(page), []);
  return [night, day];
}

/** A message that no machine could read becomes a case by hand; junk is set aside; two siblings stay two. */
export async function deskReadsAndDecides({ browser, server }) {
  const one = admin(server);
  const page = await coordinator(browser, server, 'Читающая Ботагөз');
  const text = `Пропала бабушка, 81 год, ушла из дома в Переметном, ${name('text')}`;
  await server.produce('applications', text);
  const letter = page.locator('[data-group="letters"] .task', { hasText: 'это не JSON' }).first();
  await letter.waitFor();
  assert.equal(await page.getByText(text).count(), 0, 'nobody has asked to read it');
  await button(letter, 'Прочитать').click();
  await letter.locator('.letter-text').getByText(text).waitFor();
  await button(letter, 'Завести вручную').click();
  const form = page.locator('.form-page');
  await form.locator('.letter-beside .letter-text').getByText(text).waitFor();
  assert.equal(await form.getByLabel('Приметы', { exact: false }).first().inputValue(), text);
  await form.locator('[data-pointer="/location"]').fill('51.20, 51.36');
  await page.locator('.form-page button[type="submit"]').click();
  await page.locator('.filed-state').waitFor();
  await page.evaluate(() => {
    location.hash = '#/desk';
  });
  await page.locator('[data-group="letters"] .task', { hasText: text }).waitFor({ state: 'detached' });
  const filed = await one.get('cases?region=KZ-27&limit=5');
  assert.ok(filed.cases.some((view) => view.subjects?.some(({ description }) => description === text)));

  await server.produce('applications', '{"hello":');
  const junk = page.locator('[data-group="letters"] .task').first();
  await junk.waitFor();
  page.once('dialog', (dialog) => dialog.accept());
  await button(junk, 'Убрать').click();
  await page.locator('[data-group="letters"]').waitFor({ state: 'detached' });

  const sibling = (who) => ({
    place: 'Дарьинское',
    location: point([51.7, 51.4]),
    call_out: 'hold',
    reporter: { name: 'Мать', phone: '+7 701 000 00 27' },
    subjects: [{ id: 's1', sex: 'male', age: 9, name: who }],
  });
  const first = await one.file(sibling('Омаров Санжар'));
  const second = await one.file(sibling('Санжар'));
  const pair = page.locator(
    `[data-group="pairs"] .task[data-case="${first}"], [data-group="pairs"] .task[data-case="${second}"]`,
  );
  await pair.getByText('часть имени', { exact: false }).waitFor();
  await pair.getByText('Омаров Санжар').waitFor();
  await pair.getByText('Санжар', { exact: true }).waitFor();
  assert.equal(await pair.count(), 1, 'one question about two cases');
  assert.deepEqual(await seriousProblems(page), []);
  await button(pair, 'Это разные').click();
  await pair.waitFor({ state: 'detached' });
  const { likely_duplicates: left } = await one.get(`cases/${first}`);
  assert.deepEqual(
    (left ?? []).filter((likely) => likely.case_id === second),
    [],
  );

  // The same person twice: joined, from the desk.
  await one.file(sibling('Кенжебаев Данияр'));
  await one.file(sibling('Данияр'));
  const same = page.locator('[data-group="pairs"] .task', { hasText: 'Кенжебаев Данияр' });
  await button(same, 'Объединить').click();
  await button(page.locator('.action-form'), 'Объединить').click();
  await same.waitFor({ state: 'detached' });
  await page.locator('.merged, .application .mark').first().waitFor();
  return [page];
}

/** A team on its way to something routine is taken over, with the cost in sight; then everybody is counted home. */
export async function deskTakesOver({ browser, server }) {
  const one = admin(server);
  const page = await coordinator(browser, server, 'Решительная Дана');
  const team = name('pre');
  await one.team(team, 'Отряд-Западный', [47.0, 48.8], { range_km: 60 });
  const command = (id, fields) => one.command(id, { team_id: team, ...fields });
  const routine = await one.file({
    place: 'Сайхин',
    location: point([46.8, 48.8]),
    urgency: 'routine',
  });
  await command(routine, { type: 'assignment.accept', people: 4 });
  const child = await one.file({ place: 'Бисен', location: point([47.1, 48.85]), urgency: 'life_threatening' });
  const proposed = task(page, 'proposals', child);
  await proposed.getByText('Отряд-Западный').waitFor();
  await proposed
    .getByText('там помощь', { exact: false })
    .or(proposed.getByText('туда больше вызвать некого'))
    .waitFor();
  assert.deepEqual(await seriousProblems(page), []);
  await button(proposed, 'Перенаправить').click();
  await proposed.waitFor({ state: 'detached' });
  await task(page, 'waiting', routine).waitFor();

  await command(child, { type: 'assignment.accept', people: 4 });
  await command(child, {
    type: 'case.outcome',
    outcome: 'found',
    condition: 'well',
    found_by: 'team',
    team_id: undefined,
  });
  const home = task(page, 'home', child);
  await home.getByText('знают 0 из 1', { exact: false }).waitFor();
  await button(home, 'Отбой принят').click();
  await home.getByText('знают 1 из 1', { exact: false }).waitFor();
  await button(home, 'Все вернулись').click();
  await page.locator('.action-form').getByLabel('Вернулось человек').fill('4');
  await button(page.locator('.action-form'), 'Все вернулись').click();
  await home.waitFor({ state: 'detached' });
  return [page];
}

/** With the keyboard alone: to a line, into its form, back out again. */
export async function deskByKeyboard({ browser, server }) {
  const one = admin(server);
  const id = await one.file({ place: 'Аксай', location: point([53.0, 51.17]), call_out: 'hold' });
  const page = await coordinator(browser, server, 'Клавиатура');
  await task(page, 'unowned', id).waitFor();
  const press = async (key, until) => {
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press(key);
      if (await page.evaluate(until)) return;
    }
    throw new Error(`${key} did not lead there`);
  };
  await press(
    'Tab',
    `document.activeElement?.closest('[data-group="unowned"] .task[data-case="${id}"]') && document.activeElement.matches('button')`,
  );
  await page.keyboard.press('Enter');
  await task(page, 'mine', id).waitFor();
  await press(
    'Tab',
    `document.activeElement?.closest('[data-group="mine"] .task[data-case="${id}"]') && document.activeElement.matches('button')`,
  );
  await page.keyboard.press('Enter');
  await page.locator('.action-form h3:focus').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.action-form').waitFor({ state: 'detached' });
  await task(page, 'mine', id).waitFor();
  return [page];
}
