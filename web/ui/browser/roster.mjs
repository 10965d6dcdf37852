// Members of a team answer by the link that their lead has sent them, without an account.
import assert from 'node:assert/strict';
import { button, person, phone, seriousProblems } from './page.mjs';
import { api, until } from './server.mjs';

/** A case that a team of its own has accepted, with the link of its roster. */
async function calledOut(server) {
  const admin = api(server);
  const team = `roster-${crypto.randomUUID().slice(0, 8)}`;
  // Cases of other stories that wait may call it too.
  await admin.team(team, 'Отряд-Сбор', [63.62, 53.21], { capacity: 50 });
  const id = await admin.file({ place: 'Жуковка, ул. Абая 5', call_out: 'hold' });
  const command = (fields) => admin.post(`cases/${id}/commands`, { command_id: crypto.randomUUID(), ...fields });
  await command({ type: 'case.assign', team_id: team });
  await command({ type: 'assignment.accept', team_id: team });
  const { link, text } = await admin.get(`cases/${id}/call-out?team_id=${team}&lang=ru`);
  assert.ok(text.includes('пропала девочка, 7 лет') && text.includes('Жуковка') && !text.includes('Абая'), text);
  const roster = async () =>
    (await admin.get(`cases/${id}`)).assignments.find((assignment) => assignment.team_id === team);
  return { link, command, roster };
}

export async function membersAnswer({ browser, server }) {
  const { link, command, roster } = await calledOut(server);
  const one = await person(browser, { viewport: phone });
  await one.goto(link);
  await one.locator('header [lang="ru"]').click();
  await one.getByRole('heading', { name: 'Пропала девочка, 7 лет' }).waitFor();
  assert.deepEqual(await seriousProblems(one), []);
  assert.ok(
    await one.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
    'the page is wider than the phone',
  );
  await button(one, 'Еду').click();
  await one.getByText('Напишите, как вас зовут.').waitFor();
  await one.getByLabel('Ваше имя').fill('Ерлан');
  await one.getByText('Нет', { exact: true }).click();
  await button(one, 'Еду').click();
  await one.getByText('пункт 2-1 Закона', { exact: false }).waitFor();
  assert.equal((await roster()).roster, undefined, 'a minor is on the roster');
  await one.getByText('Да', { exact: true }).click();
  await one.getByLabel('Свободных мест').selectOption('3');
  await button(one, 'Еду').click();
  await one.getByText('Ожидаемое прибытие', { exact: false }).waitFor();
  assert.deepEqual((await roster()).roster, { coming: 1, seats: 3, arrived: 0, home: 0, not_back: 1 });

  // In the dark, without a connection: the answer waits and is taken once.
  const two = await person(browser, { viewport: phone });
  await two.emulateMedia({ colorScheme: 'dark' });
  await two.goto(link);
  await two.locator('header [lang="kk"]').click();
  await two.getByLabel('Атыңыз').fill('Айгүл');
  // What comes while a finger is down does not take the button from under it.
  const say = (tongue) => two.evaluate((lang) => document.querySelector(`header [lang="${lang}"]`).click(), tongue);
  await two.getByText('Иә', { exact: true }).hover();
  await two.mouse.down();
  await say('ru');
  await two.mouse.up();
  await two.getByRole('radio', { name: 'Да', checked: true }).waitFor();
  await say('kk');
  assert.deepEqual(await seriousProblems(two), []);
  await two.context().setOffline(true);
  await button(two, 'Барамын').click();
  await two.getByText('Әлі жіберілмеді', { exact: false }).waitFor();
  assert.equal((await roster()).roster.coming, 1, 'it arrived although there was no connection');
  await two.context().setOffline(false);
  await two.getByText('Шамамен жету уақыты', { exact: false }).waitFor();
  await two.getByRole('button', { name: 'Орнына жеттім' }).click();
  await two.getByText('Сіз оқиға орнындасыз').waitFor();

  await command({ type: 'case.outcome', outcome: 'found', condition: 'well', found_by: 'team' });
  await one.reload();
  await one.getByRole('heading', { name: 'Отбой' }).waitFor();
  assert.ok(!(await one.locator('body').innerText()).includes('Жуковка'), 'the place is told after the end');
  await button(one, 'Я дома').click();
  await one.getByText('Вы дома', { exact: false }).waitFor();
  // The page says so once its answer is safe; it is counted a moment later.
  const { roster: last, members } = await until('somebody is home', roster, ({ roster: now }) => now.home === 1);
  assert.deepEqual(last, { coming: 0, seats: 0, arrived: 1, home: 1, not_back: 1 });
  assert.deepEqual(
    members.map(({ name, answer }) => [name, answer]),
    [
      ['Ерлан', 'home'],
      ['Айгүл', 'arrived'],
    ],
  );
  return [one, two];
}
