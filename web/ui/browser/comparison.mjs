// A team's own list is held against the cases that it accepted: what is the same, what differs, what is missing where.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { button, brokenTexts, desk, foreignTexts, person, phone, seriousProblems, signIn } from './page.mjs';
import { api, until } from './server.mjs';

/** A case of a person that the team has accepted, with an outcome where one is given. */
async function searched(admin, team, name, age, outcome) {
  const id = await admin.file({ call_out: 'hold', subjects: [{ id: 's1', name, sex: 'male', age }] });
  const command = (fields) => admin.post(`cases/${id}/commands`, { command_id: crypto.randomUUID(), ...fields });
  await command({ type: 'case.assign', team_id: team });
  await command({ type: 'assignment.accept', team_id: team });
  if (outcome) await command({ type: 'case.outcome', outcome, condition: 'well', found_by: 'team' });
  return admin.get(`cases/${id}`);
}

const dayOf = (time) => new Date(Date.parse(time) + 5 * 3_600_000).toISOString().slice(0, 10).split('-').reverse().join('.');

export async function listCompared(world) {
  const admin = api(world.server);
  const team = `list-${crypto.randomUUID().slice(0, 8)}`;
  try {
    return await compared(world, admin, team);
  } finally {
    await admin.post(`teams/${team}/availability`, { available: false }); // the other stories have teams of their own
  }
}

async function compared({ browser, server }, admin, team) {
  await admin.team(team, 'Отряд-Сверка', [63.62, 53.21], { capacity: 50 });
  const same = await searched(admin, team, 'Абенов Ерлан', 14, 'found');
  const other = await searched(admin, team, 'Ким Виктор', 71, 'found');
  const unclear = await searched(admin, team, 'Сергеев Пётр', 40);
  const ours = await searched(admin, team, 'Жумабаев Нұрлан', 30);
  const day = dayOf(same.opened_at);
  const list = [
    'номер\tФИО\tвозраст\tдата\tисход',
    `${same.number}\t\t\t\tНайден, жив`,
    `\tКим Виктор\t71\t${day}\tПогиб`,
    `\tНезнакомов Иван\t9\t${day}\tНайден`,
    `\tСергеев\t\t${day}\t`,
    `\tЛишний Олег\t20\tвчера\tНайден`,
  ].join('\n');
  await until(
    'the statistics count them',
    () => admin.get(`statistics?group_by=team`),
    ({ groups }) => groups.some(({ key, cases }) => key === team && cases === 4),
  );

  const key = await server.makeKey('Фронт-офис', '--role', 'office', '--region', 'KZ-39');
  const page = await person(browser);
  await signIn(page, { ...server, key }, '#/statistics');
  const section = page.getByRole('region', { name: 'Сверка со списком отряда' });
  const part = (name) => section.locator(`[data-part="${name}"]`);
  await button(section, 'Сверить').click();
  await section.locator('.field-error').getByText('Выберите отряд').waitFor();
  await section.getByText('Скопируйте список или выберите файл.').waitFor();
  // By the keyboard alone: the team, the list, the button.
  const choice = section.getByLabel('Отряд', { exact: true });
  await choice.focus();
  while ((await choice.inputValue()) !== team) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  await page.keyboard.insertText(list);
  await section.getByText('Как выглядит список').press('Enter');
  await button(section, 'Сверить').press('Enter');
  await section.getByText('Сверено: у них 4, у нас 4').waitFor();
  for (const [name, title, texts] of [
    ['same', 'Исход совпадает: 1', ['2', same.number, 'Абенов Ерлан, 14', 'по номеру', 'ответственный отряд', 'найден']],
    ['different', 'Исход различается: 1', ['3', other.number, 'Ким Виктор, 71', 'по имени и дате', 'погиб', 'найден']],
    ['onlyOurs', 'Только у нас: 1', [ours.number, 'Жумабаев Нұрлан, 30', 'в поиске']],
    ['onlyTheirs', 'Только у них: 1', ['4', 'Незнакомов Иван, 9', 'найден(а)']],
    ['unclear', 'Неясно: 1', ['5', 'Сергеев', 'Подходит лишь отчасти.', unclear.number, 'Сергеев Пётр, 40', 'по части имени']],
    ['refused', 'Непрочитанные строки: 1', ['6', 'дата', 'Напишите, например: 21.11.2026.']],
  ]) {
    await part(name).getByRole('heading', { name: title }).waitFor();
    const shown = await part(name).innerText();
    for (const text of texts) assert.ok(shown.includes(text), `${name} lacks "${text}": ${shown}`);
  }
  assert.deepEqual(await seriousProblems(page), []);
  assert.deepEqual(await foreignTexts(page), []);
  await picture(page, 'ru-desk', part('refused'));
  // The sample of every language can be compared as it is.
  const sample = section.locator('.comparison-sample code');
  const list2 = section.getByLabel('Список отряда');
  await list2.fill(await sample.innerText());
  // The answer goes when the list is another one.
  await part('same').waitFor({ state: 'detached' });
  await button(section, 'Сверить').click();
  await section.getByText('Сверено: у них 3, у нас 4').waitFor();
  assert.equal(await part('refused').count(), 0, 'a line of the sample is refused');
  // A file is taken as the pasted list is, in any of the languages, and the case is a click away.
  await section.getByLabel('или файл').setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${list.replaceAll('\t', ';')}`) });
  assert.equal(await list2.inputValue(), '');
  await button(section, 'Сверить').click();
  await part('different').getByRole('link', { name: other.number }).click();
  await page.getByRole('heading', { name: /мужчина, 71|Ким Виктор/ }).first().waitFor();

  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.ok(!kept.includes('Незнакомов') && !server.output().includes('Незнакомов'), 'something of the list was kept');

  const pages = [page];
  for (const [language, viewport, theme, title, choose, label, compare] of [
    ['kk', phone, 'dark', 'Жасақ тізімімен салыстыру', 'Жасақ', 'Жасақтың тізімі', 'Салыстыру'],
    ['en', desk, 'light', 'Compare with a team’s list', 'Team', 'The team’s list', 'Compare'],
    ['ru', phone, 'light', 'Сверка со списком отряда', 'Отряд', 'Список отряда', 'Сверить'],
  ]) {
    const other = await person(browser, { language, viewport, theme });
    await signIn(other, { ...server, key }, '#/statistics');
    const there = other.getByRole('region', { name: title });
    await there.getByLabel(choose, { exact: true }).selectOption(team);
    await there.locator('summary').click();
    await there.getByLabel(label).fill(await there.locator('.comparison-sample code').innerText());
    await button(there, compare).click();
    await there.locator('[data-part="onlyTheirs"]').waitFor();
    assert.equal(await there.locator('[data-part="refused"]').count(), 0, `${language}: a line of the sample is refused`);
    await there.getByLabel(label).fill(`${list}\n${'1'.repeat(80)}\t${'Д'.repeat(80)}\t\t${day}\t`);
    await button(there, compare).click();
    await there.locator('[data-part="refused"]').waitFor();
    assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${language}: the page is wider than the screen`);
    assert.deepEqual(await seriousProblems(other), []);
    assert.deepEqual(await brokenTexts(other), []);
    if (language !== 'en') assert.deepEqual(await foreignTexts(other), []);
    await picture(other, `${language}-${viewport === phone ? 'phone' : 'desk'}`, there.locator('[data-part="refused"]'));
    pages.push(other);
  }
  return pages;
}

/** For people to look at, where a folder is named. */
async function picture(page, name, from) {
  if (!process.env.PICTURES) return;
  await page.screenshot({ path: join(process.env.PICTURES, `comparison-${name}-form.png`) });
  await from.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await page.screenshot({ path: join(process.env.PICTURES, `comparison-${name}.png`) });
  await page.locator('[data-part="same"]').evaluate((element) => element.scrollIntoView({ block: 'end' }));
  await page.screenshot({ path: join(process.env.PICTURES, `comparison-${name}-end.png`) });
}
