// The first run: an empty installation becomes one that can be used.
import assert from 'node:assert/strict';
import { button, person, phone, seriousProblems, signIn } from './page.mjs';
import { api, startServer } from './server.mjs';

export async function firstRun({ browser }) {
  const server = await startServer();
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
      buffer: Buffer.from('name,base,members\nОтряд Рудный,Рудный,8\nОтряд Нигде,Нигдеевка,3\nОтряд Тобыл,"53.21, 63.70",5\n'),
    });
    const wrong = page.locator('.setup-problems tbody tr');
    await wrong.first().waitFor();
    assert.equal(await wrong.count(), 1);
    assert.match(await wrong.innerText(), /3\s+base\s+Такого места нет/);
    assert.deepEqual((await api(server).get('teams')).teams, [], 'reading a table sent it');
    assert.deepEqual(await seriousProblems(page), []);
    await button(page, 'Отправить 2 отряда').click();
    await page.getByText('Записано 2 отряда').waitFor();
    assert.equal((await api(server).get('teams')).teams.length, 2);

    await button(page, 'Добавить координатора').click();
    await page.getByLabel('Имя').fill('Айгүл');
    await button(page.locator('.setup-form .setup-form'), 'Сохранить').click();
    await page.locator('[data-coordinator]').getByText('Айгүл').waitFor();
    await page.getByText('сейчас на дежурстве', { exact: false }).waitFor();
    await page.locator('svg.qr-code').waitFor();
    await page.getByText('Этот адрес работает только на этом компьютере', { exact: false }).waitFor();

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
