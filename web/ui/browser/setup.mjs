// The first run: an empty installation becomes one that can be used.
import assert from 'node:assert/strict';
import { button, open, person, phone, seriousProblems, signIn } from './page.mjs';
import { api, startServer } from './server.mjs';

export async function firstRun({ browser }) {
  const server = await startServer('--public-url', 'https://izdeu.example.org');
  try {
    const page = await person(browser);
    await signIn(page, server, '#/map');
    await page.getByRole('link', { name: 'Настроить' }).click();
    await page.getByRole('heading', { name: 'Настройка' }).waitFor();
    assert.deepEqual(await seriousProblems(page), []);

    await page.getByLabel('Название офиса или отряда').fill('Лидер Костанай');
    await page.getByLabel('Регион').and(page.locator('.setup-form select')).first().selectOption('KZ-39');
    await page.getByLabel('Телефон дежурного').fill('+7 7142 00 00 01');
    await button(page, 'Сохранить').first().click();
    await page.getByText('Сохранено').waitFor();
    const info = await api(server).get('info');
    assert.deepEqual(info.office, { name: 'Лидер Костанай', region: 'KZ-39', duty_phone: '+7 7142 00 00 01' });

    // A line that is wrong is explained; the good ones go.
    await page.getByLabel('Файл таблицы').or(page.locator('input[type=file]')).first().setInputFiles({
      name: 'teams.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('name,base,members,duty\nОтряд Рудный,Рудный,8,"пн-пт 20:00-08:00; сб,вс 00:00-24:00"\nОтряд Нигде,Нигдеевка,3,\nОтряд Тобыл,"53.21, 63.70",5,\nОтряд Ночной,Рудный,5,ночью\n'),
    });
    const wrong = page.locator('.setup-problems tbody tr');
    await wrong.first().waitFor();
    assert.equal(await wrong.count(), 2);
    assert.match(await wrong.nth(0).innerText(), /3\s+base\s+Такого места нет/);
    assert.match(await wrong.nth(1).innerText(), /5\s+duty\s+Напишите, например: пн-пт 20:00-08:00/);
    await page.getByText('Пн Вт Ср Чт Пт 20:00–08:00, Сб Вс 00:00–24:00', { exact: false }).waitFor();
    assert.deepEqual((await api(server).get('teams')).teams, [], 'reading a table sent it');
    assert.deepEqual(await seriousProblems(page), []);
    await button(page, 'Отправить 2 отряда').click();
    await page.getByText('Записано 2 отряда').waitFor();
    assert.equal((await api(server).get('teams')).teams.length, 2);

    // One team by hand: its base pointed at on the map, its id made of the name.
    await button(page, 'Добавить отряд вручную').click();
    const form = page.locator('.form-within');
    await form.getByLabel('Название').fill('Кинологи Қостанай');
    await form.getByLabel('Организация').fill('Кинологи');
    await form.getByLabel('Филиал').fill('Қостанай');
    await button(form, 'Сохранить').click();
    await form.locator('[aria-invalid="true"]').first().waitFor();
    const map = page.locator('.stage-map canvas').first();
    await map.waitFor();
    const box = await map.boundingBox();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForFunction(() => document.querySelector('[data-pointer="/base"]').value !== '');
    await form.getByLabel('Человек в отряде').fill('7');
    await form.getByLabel('Навыки').fill('dog');
    await form.getByLabel('Шлюз вызова').fill('gateway');
    await button(form, 'Добавить смену').click();
    await button(form, 'Сохранить').click();
    await form.getByText('Адрес начинается с').waitFor();
    await form.getByLabel('Шлюз вызова').fill('https://gateway.example.org/call');
    assert.deepEqual(await seriousProblems(page), []);
    await button(form, 'Сохранить').click();
    await page.getByText('Записан: Кинологи Қостанай').waitFor();
    await page.getByText('Записано 3 отряда').first().waitFor();
    const { teams } = await api(server).get('teams');
    const dogs = teams.find(({ id }) => id === 'kinologi-kostanai');
    assert.deepEqual([dogs.organisation, dogs.branch, dogs.members, dogs.skills], ['Кинологи', 'Қостанай', 7, ['dog']]);
    assert.equal(dogs.duty.weekly.length, 1);
    assert.equal(teams.find(({ name }) => name === 'Отряд Рудный').duty.weekly.length, 2);

    await button(page, 'Добавить координатора').click();
    await page.getByLabel('Имя').fill('Айгүл');
    await button(page.locator('.setup-form .setup-form'), 'Сохранить').click();
    await page.locator('[data-coordinator]').getByText('Айгүл').waitFor();
    await page.getByText('сейчас на дежурстве', { exact: false }).waitFor();
    await page.locator('svg.qr-code').waitFor();
    // Codes and paper lead to where phones reach it, not to where this page was opened.
    await page.getByText('https://izdeu.example.org/', { exact: true }).waitFor();
    assert.equal(await page.getByText('Этот адрес работает только на этом компьютере', { exact: false }).count(), 0);
    const id = await api(server).file();
    await open(page, `#/print/${encodeURIComponent(id)}`);
    await page.locator('.print-sheet .qr-code').waitFor();
    assert.equal(await page.locator('.print-link').innerText(), `https://izdeu.example.org/#/case/${id}`);

    const small = await person(browser, { language: 'kk', theme: 'dark', viewport: phone });
    await signIn(small, server, '#/setup');
    await small.getByRole('heading', { name: 'Баптау' }).waitFor();
    assert.deepEqual(await seriousProblems(small), []);
    assert.ok(await small.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'wider than the phone');
    return [page, small];
  } finally {
    await server.stop();
  }
}
