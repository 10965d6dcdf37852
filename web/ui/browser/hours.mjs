// The hours of the people whom the board is for, walked through with a picture of each step:
//   node browser/hours.mjs [part of an hour's name]
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { admin } from './coordination.mjs';
import { assignment, button, choose, desk, hold, open, person, phone, signIn } from './page.mjs';
import { keyboardOf } from './operator.mjs';
import { binary, startServer } from './server.mjs';
import { folder, withBoard, writeIndex } from './showcase.mjs';

const wanted = process.argv[2] ?? '';
const point = (coordinates) => ({ type: 'Point', coordinates });
const path = await folder('hours');

/** Keeps a picture of the page with what is to be seen on it. */
function album(hour) {
  const pictures = [];
  const shoot = async (page, text) => {
    const file = `${hour}-${String(pictures.length + 1).padStart(2, '0')}.png`;
    await page.screenshot({ path: join(path, file) });
    pictures.push({ file, text });
  };
  return { pictures, shoot };
}

/** 02:10, a child is lost near a village. */
async function teamLead({ browser, server }, shoot) {
  const one = admin(server);
  const team = 'hours-lead';
  await one.team(team, 'Отряд «Жұлдыз»', [63.9, 53.3], { capacity: 3, members: 12 });
  const key = await server.makeKey('Жетекші', '--role', 'team', '--team', team);
  const lead = await person(browser, { viewport: phone, theme: 'night', language: 'kk' });
  await signIn(lead, { ...server, key }, '#/map');
  await shoot(lead, 'Before the call: the board of a team, at night');
  const id = await one.file({
    place: 'Жуковка',
    location: point([64.0, 53.35]),
    call_out: 'hold',
    subjects: [{ id: 's1', sex: 'male', age: 8 }],
  });
  await one.command(id, { type: 'case.assign', team_id: team });
  const offer = lead.locator(`.offer[data-case="${id}"]`);
  await offer.waitFor();
  await shoot(lead, 'It rings, on whatever page: who, where, how long there is to answer');
  await button(offer, 'Қабылдау').click();
  await lead.locator('.action-form').waitFor();
  await shoot(lead, 'Accept: the second tap; arrival and people may be said');
  await button(lead.locator('.action-form'), 'Қабылдау').click();
  await assignment(lead, team, 'accepted').waitFor();
  await one.command(id, {
    type: 'case.point',
    point: 'staging',
    location: point([63.99, 53.34]),
    note: 'мектеп жанында',
  });
  await lead.locator('.way-there[data-destination="meeting"]').waitFor();
  await shoot(lead, 'Accepted: the way to the meeting point, which is not the last known point');
  await button(lead.locator('.detail-actions'), 'Топқа мәтін').click();
  await lead.locator('.action-form textarea').waitFor();
  await shoot(lead, 'The text for the group of the team, by one tap');
  const { link } = await one.get(`cases/${id}/call-out?team_id=${team}&lang=kk`);
  const member = await person(browser, { viewport: phone, language: 'kk' });
  await member.goto(link);
  await member.locator('header [lang="kk"]').click();
  await member.getByLabel('Атыңыз').fill('Айгүл');
  await member.getByText('Иә', { exact: true }).click();
  await shoot(member, 'A member, by the link, without an account');
  await button(member, 'Барамын').click();
  await member.getByText('Шамамен жету уақыты', { exact: false }).waitFor();
  await shoot(member, 'The member comes, and may say when');
  await button(lead.locator('.action-form'), 'Болдырмау').click();
  await assignment(lead, team, 'accepted').scrollIntoViewIfNeeded();
  await shoot(lead, 'The roster fills up on the lead’s phone');
  for (const type of ['assignment.en_route', 'assignment.on_scene'])
    await one.command(id, { type, team_id: team, people: 6 });
  await lead.locator('.detail-actions').getByRole('button', { name: 'Табылды' }).click();
  await choose(lead, 'аман');
  await choose(lead, 'жасақ');
  await lead.locator('.hold-button').scrollIntoViewIfNeeded();
  await shoot(lead, 'Found is held, not tapped');
  await hold(lead, lead.locator('.hold-button'));
  await button(lead.locator('.detail-actions'), 'Кері қайту естілді').waitFor();
  await shoot(lead, 'The child is found: the team is called back and has to say that it knows');
  await button(lead.locator('.detail-actions'), 'Кері қайту естілді').click();
  await button(lead.locator('.detail-actions'), 'Бәрі қайтты').click();
  await lead.locator('.action-form').waitFor();
  await shoot(lead, 'Everybody is counted home');
}

/** 300 emergencies in an hour; this is one minute of it, by the keyboard alone, and what comes of it. */
async function operator({ browser, server }, shoot) {
  const one = admin(server);
  // No public list of places has the village: the office has imported its own.
  const village = 'name_ru,name_kk,lat,lon,region\nЖуковка,Жуковка,53.42,63.95,KZ-39\n';
  const importing = promisify(execFile)(binary, ['places', 'import', '--data', server.data, '-']);
  importing.child.stdin.end(village);
  await importing;
  const key = await server.makeKey('Кезекші 112', '--role', 'service', '--system', '112-kostanay');
  const page = await person(browser, { language: 'ru' });
  await signIn(page, { ...server, key }, '#/new');
  await page.getByLabel('Телефон').and(page.locator(':focus')).waitFor();
  await shoot(page, 'The form of an operator of 112; the cursor stands in the first field');
  const began = Date.now();
  const keys = keyboardOf(page);
  await keys.type('+7 701 555 01 77');
  await keys.to('Кто звонит');
  await keys.type('Асель Ким');
  await keys.to('Имя');
  await keys.type('Тимур Ким');
  await keys.to('Возраст');
  await keys.type('9');
  await keys.to('1 ч назад');
  await keys.press('Enter');
  await keys.to('Место: название');
  await keys.type('жуков');
  await page.getByRole('option', { name: 'Жуковка' }).first().waitFor();
  await shoot(page, 'The village is found by its first letters: the office has imported it');
  await keys.press('Enter');
  await page.locator('.place-field .field-help').getByText('Костанайская область', { exact: false }).waitFor();
  await keys.press('Control+Enter');
  await page.locator('.filed-state').getByText('Жуковка', { exact: false }).waitFor();
  await shoot(page, `Filed with ${keys.pressed.keys} keys and no mouse in ${Math.round((Date.now() - began) / 1000)} s: where it stands`);

  const system = '112-kostanay';
  const filed = await page.locator('.filed').getAttribute('data-application');
  const { case_id } = await one.get(`applications/${system}/${filed}`);
  await one.team('hours-near', 'Отряд «Жуковка»', [63.9, 53.4], { capacity: 3 });
  // The tick may have called the new team already.
  await one.command(case_id, { type: 'case.assign', team_id: 'hours-near' }).catch(() => undefined);
  await one.command(case_id, { type: 'assignment.accept', team_id: 'hours-near', people: 5, eta_minutes: 30 });
  await page.locator('.filed-state').getByText('отряд принял', { exact: false }).waitFor();
  await shoot(page, 'A team has accepted: the operator can tell the caller so');

  await open(page, '#/new');
  await page.getByLabel('Имя').fill('Timur Kim');
  await page.getByLabel('Возраст, лет').fill('9');
  await page.locator('input[role=combobox]').fill('https://2gis.kz/kostanay/geo/70030076141234567/63.9500%2C53.4200?m=63.1%2C53.1%2F12');
  await page.getByText('Широта 53.4200, долгота 63.9500', { exact: false }).waitFor();
  const likely = page.locator(`.likely-cases [data-case="${case_id}"]`);
  await likely.waitFor();
  await likely.scrollIntoViewIfNeeded();
  await shoot(page, 'A second call, with a link of 2GIS: it is about the same boy, though his name is written in other letters');
  await button(page, 'Отложить и начать новую').click();
  await choose(page, 'ЧС');
  await page.locator('[data-pointer="/address"]').fill('Костанай, ул. Баймагамбетова 12, этаж 4');
  await page.locator('input[role=combobox]').fill('53.21, 63.62');
  await page.getByText('Широта 53.2100', { exact: false }).waitFor();
  await page.locator('[data-pointer="/address"]').scrollIntoViewIfNeeded();
  await shoot(page, 'An emergency: address and floor, people at risk, call out or hold; the draft before is put aside');

  await open(page, `#/application/${filed}`);
  await one.command(case_id, { type: 'case.outcome', outcome: 'deceased', confirmed_by: 'police', identity: 'confirmed' });
  await page.locator('.filed-state').getByText('поиск завершён', { exact: false }).waitFor();
  await shoot(page, 'A death that the family does not know yet: the search has ended, nothing more');
}

/** Three searches at once, and the end of a shift. */
async function coordinator({ browser, server }, shoot) {
  const one = admin(server);
  const keys = [
    await server.makeKey('Түнгі Сәуле', '--role', 'coordinator', '--region', 'KZ-39'),
    await server.makeKey('Күндізгі Тимур', '--role', 'coordinator', '--region', 'KZ-39'),
  ];
  const page = await person(browser, { viewport: desk, language: 'kk' });
  await one.team('hours-far', 'Отряд «Алыс»', [61.3, 50.2], { range_km: 30, skills: ['boat'] });
  const alone = await one.file({
    place: 'Арқалық',
    location: point([66.9, 50.25]),
    urgency: 'life_threatening',
    needs: { teams: 1, skills: ['diver'] },
  });
  const held = await one.file({
    place: 'Рудный',
    location: point([63.1, 52.96]),
    call_out: 'hold',
    subjects: [{ id: 's1', sex: 'female', age: 79 }],
  });
  const twin = (who) => ({
    place: 'Тарановка',
    location: point([62.5, 52.9]),
    call_out: 'hold',
    reporter: { phone: '+7 701 000 00 27' },
    subjects: [{ id: 's1', sex: 'male', age: 9, name: who }],
  });
  const first = await one.file(twin('Омаров Санжар'));
  await one.file(twin('Санжар'));
  await server.produce('applications', 'Пропала бабушка, 81 год, Лисаковск');
  await signIn(page, { ...server, key: keys[0] }, '#/desk');
  await page.locator(`[data-group="waiting"] [data-case="${alone}"]`).waitFor();
  await page.locator('[data-group="letters"]').waitFor();
  await shoot(page, 'The desk: what waits and why, what needs review, unread messages, likely duplicates');
  const small = await person(browser, { viewport: phone, language: 'kk', theme: 'dark' });
  await signIn(small, { ...server, key: keys[1] }, '#/desk');
  await small.locator(`[data-group="waiting"] [data-case="${alone}"]`).waitFor();
  await shoot(small, 'The same on a phone');
  await button(page.locator(`[data-group="waiting"] [data-case="${alone}"]`), 'Жасақ тағайындау').click();
  await page.locator('.action-form').waitFor();
  await shoot(page, 'A team by hand, with the case and its reasons beside the desk');
  await page.keyboard.press('Escape');
  const pair = page.locator(`[data-group="pairs"] .task`).filter({ hasText: 'Омаров' }).first();
  await pair.scrollIntoViewIfNeeded();
  await shoot(page, 'Two siblings, one call each: side by side, and kept apart');
  await button(pair, 'Бөлек оқиға').click();
  const letter = page.locator('[data-group="letters"] .task').first();
  await button(letter, 'Оқып шығу').click();
  await letter.locator('.letter-text').waitFor();
  await letter.scrollIntoViewIfNeeded();
  await shoot(page, 'A message that no machine could read, read by a person');
  for (const id of [alone, held, first]) {
    await one.command(id, {
      type: 'case.hand_over',
      to: (await one.get(`cases/${id}/owners`)).owners.find(({ name }) => name === 'Түнгі Сәуле').id,
    });
  }
  await page.locator(`[data-group="mine"] [data-case="${first}"]`).waitFor();
  await button(page.locator('[data-group="mine"]'), 'Бәрін тапсыру').click();
  await page.locator('.task-all option', { hasText: 'Тимур' }).waitFor({ state: 'attached' });
  await page.locator('.task-all select').selectOption({ label: 'Күндізгі Тимур' });
  await page.locator('[data-group="mine"]').scrollIntoViewIfNeeded();
  await shoot(page, 'The end of the shift: everything with what is open on it goes to the next one');
}

/** A person is found dead and the family does not know. */
async function untold({ browser, server }, shoot) {
  const one = admin(server);
  const team = 'hours-quiet';
  await one.team(team, 'Отряд «Тобыл»', [63.2, 52.9], { capacity: 3 });
  const id = await one.file({
    place: 'Аманкарагай',
    location: point([64.1, 52.4]),
    call_out: 'hold',
    subjects: [{ id: 's1', sex: 'male', age: 63 }],
  });
  for (const type of ['case.assign', 'assignment.accept', 'assignment.en_route', 'assignment.on_scene'])
    await one.command(id, { type, team_id: team, people: 4 });
  const observer = await person(browser, { language: 'ru' });
  await signIn(
    observer,
    { ...server, key: await server.makeKey('Акимат', '--role', 'observer', '--region', 'KZ-39') },
    `#/case/${id}`,
  );
  const key = await server.makeKey('Штаб', '--role', 'coordinator', '--region', 'KZ-39');
  const page = await person(browser, { language: 'ru' });
  await signIn(page, { ...server, key }, '#/desk');
  await one.command(id, { type: 'case.outcome', outcome: 'found', condition: 'no_signs_of_life', found_by: 'team' });
  await page.locator(`[data-group="told"] [data-case="${id}"]`).waitFor();
  await shoot(page, 'The coordinator’s desk: confirm first, then tell the family');
  await observer.locator('.chip-ended').waitFor();
  await shoot(observer, 'Everybody else: the search has ended, nothing about how');
  await page.locator(`[data-group="told"] [data-case="${id}"] .task-do button`).click();
  await page.locator('.action-form').waitFor();
  await shoot(page, 'The death is confirmed, with who did it');
  await one.command(id, { type: 'case.outcome', outcome: 'deceased', confirmed_by: 'police', identity: 'confirmed' });
  await button(page.locator(`[data-group="told"] [data-case="${id}"]`), 'Родным сообщили').click();
  await page.locator('.action-form').waitFor();
  await shoot(page, 'Who told the family');
  await one.command(id, { type: 'case.family_told', told_by: 'Участковый', role: 'police' });
  await observer.locator('.chip-deceased').waitFor();
  await shoot(observer, 'Only now everybody else is told, quietly');
}

/** The end of the month. */
async function office({ browser, server }, shoot) {
  const key = await server.makeKey('Фронт-офис', '--role', 'office', '--region', 'KZ-39');
  const page = await person(browser, { language: 'ru' });
  await signIn(page, { ...server, key }, '#/statistics');
  await page.locator('.totals').waitFor();
  await shoot(page, 'The month, with the checks that its figures agree');
  await page.locator('.figures').first().scrollIntoViewIfNeeded();
  await shoot(page, 'By region, team or month');
  await button(page, 'Прошлый месяц').click();
  const signed = page.locator('.signed [data-region="KZ-39"]');
  await signed.locator('.hold-button').waitFor();
  await shoot(page, 'Last month is over: its balance is to be signed');
  await hold(page, signed.locator('.hold-button'));
  await signed.locator('[data-signed]').waitFor();
  await shoot(page, 'Signed: what changes later is listed as a correction');
  await button(page, 'Этот месяц').click();
  const small = await person(browser, { viewport: phone, language: 'kk', theme: 'dark' });
  await signIn(small, { ...server, key }, '#/statistics');
  await small.locator('.totals').waitFor();
  await shoot(small, 'The same on a phone');
  await open(page, '#/map');
  await page.locator('.row').first().waitFor();
  await shoot(page, 'The office sees its region');
}

/** One old Windows PC, one file, the first morning. */
async function administrator({ browser }, shoot) {
  const server = await startServer('--public-url', 'https://izdeu.example.org');
  try {
    const page = await person(browser, { language: 'ru', viewport: { width: 1366, height: 768 } });
    await page.goto(server.url);
    await page.locator('.sign-in').waitFor();
    await shoot(page, 'The program runs: the first page asks for the key that it printed');
    await page.getByLabel('Ваш ключ').fill(server.key);
    await button(page, 'Войти').click();
    await page.getByRole('link', { name: 'Настроить' }).waitFor();
    await shoot(page, 'An empty board says what to do first');
    await page.getByRole('link', { name: 'Настроить' }).click();
    await page.getByLabel('Название офиса или отряда').fill('Лидер Костанай');
    await page.locator('.setup-form select').first().selectOption('KZ-39');
    await page.getByLabel('Телефон дежурного').fill('+7 7142 00 00 01');
    await button(page, 'Сохранить').first().click();
    await page.getByText('Сохранено').waitFor();
    await shoot(page, 'The office: region, name, the duty phone that every page then shows');
    await page.locator('input[type=file]').first().setInputFiles({
      name: 'teams.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('name,base,members\nОтряд Рудный,Рудный,8\nОтряд Нигде,Нигдеевка,3\nОтряд Тобыл,"53.21, 63.70",5\n'),
    });
    await page.locator('.setup-problems tbody tr').first().waitFor();
    await page.locator('.setup-problems').first().scrollIntoViewIfNeeded();
    await shoot(page, 'Teams from a table: the line that is wrong is explained');
    await button(page, 'Отправить 2 отряда').click();
    await page.getByText('Записано 2 отряда').waitFor();
    await button(page, 'Добавить координатора').click();
    await page.getByLabel('Имя').fill('Айгүл');
    await button(page.locator('.setup-form .setup-form'), 'Сохранить').click();
    await page.locator('[data-coordinator]').getByText('Айгүл').waitFor();
    await shoot(page, 'Who is on duty, with her key');
    await page.locator('svg.qr-code').first().scrollIntoViewIfNeeded();
    await shoot(page, 'The code that leads phones to the board');
    await open(page, '#/more');
    await page.locator('.more-page').waitFor();
    await shoot(page, 'What is needed now and then');
  } finally {
    await server.stop();
  }
}

const hours = [
  ['1 lead', 'Team lead, 02:10, a child is lost near a village', teamLead],
  ['2 operator', '112 operator, 300 emergencies in an hour', operator],
  ['3 coordinator', 'Coordinator, three searches', coordinator],
  ['4 untold', 'A person is found dead, the family does not know', untold],
  ['5 office', 'Head of a regional office, end of month', office],
  ['6 administrator', 'Administrator with one old Windows PC', administrator],
].filter(([name]) => name.includes(wanted));

const failed = [];
const index = await withBoard(async (world) => {
  const parts = [];
  for (const [name, title, walk] of hours) {
    const { pictures, shoot } = album(name.replace(/\W+/g, '-'));
    try {
      await walk(world, shoot);
      console.log(`ok      ${title} (${pictures.length} pictures)`);
    } catch (error) {
      failed.push(name);
      console.log(
        `FAILED  ${title}\n        ${String(error?.stack ?? error)
          .split('\n')
          .slice(0, 6)
          .join('\n        ')}`,
      );
      for (const page of world.browser.contexts().flatMap((context) => context.pages()))
        await shoot(page, 'Here it stopped').catch(() => undefined);
    }
    parts.push({ name: title, pictures });
    for (const context of world.browser.contexts()) await context.close();
  }
  return writeIndex(path, 'Izdeu, the hours it is for', parts);
});
console.log(index);
process.exit(failed.length === 0 ? 0 : 1);
