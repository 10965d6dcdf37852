// Several teams, coordinators and cases: what each sees on the board and may do.
import assert from 'node:assert/strict';
import { assignment, button, choose, hold, open, person, phone, row, seriousProblems, signIn } from './page.mjs';
import { api, until } from './server.mjs';

const hour = 3_600_000;
const ago = (milliseconds) => new Date(Date.now() - milliseconds).toISOString();

/** The administrator, who also gives commands for others. */
export function admin(server) {
  const one = api(server);
  return {
    ...one,
    command: (id, fields) => one.post(`cases/${id}/commands`, { command_id: crypto.randomUUID(), ...fields }),
  };
}

// Cases of other stories that wait may call a new team too.
const roomy = { capacity: 5 };

const name = (what) => `${what}-${crypto.randomUUID().slice(0, 8)}`;

/** Show 4 and 6 of the issue: a stale position, an expired certificate, rest, duty, range, skills. */
export async function chosenWithReasons({ browser, server }) {
  const one = admin(server);
  const ids = Object.fromEntries(
    ['stale', 'expired', 'rest', 'duty', 'far', 'unskilled'].map((what) => [what, name(what)]),
  );
  const skills = ['medic'];
  const today = (new Date(Date.now() + 5 * hour).getUTCDay() + 6) % 7;
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].filter((_, day) => (day - today + 7) % 7 === 3);
  await one.team(ids.rest, 'Отдых', [69.13, 54.86], { skills });
  const earlier = await one.file({ place: 'Петропавл', location: point([69.14, 54.87]), call_out: 'hold' });
  await one.command(earlier, { type: 'case.assign', team_id: ids.rest });
  await one.command(earlier, { type: 'assignment.accept', team_id: ids.rest, people: 4 });
  await one.command(earlier, { type: 'case.outcome', outcome: 'found', condition: 'well', found_by: 'team' });
  await one.command(earlier, { type: 'assignment.returned', team_id: ids.rest, people: 4 });
  await one.team(ids.expired, 'Сертификат', [69.15, 54.88], {
    skills,
    certificates: [{ skill: 'medic', expires_at: ago(240 * hour) }],
  });
  await one.team(ids.duty, 'Смена', [69.16, 54.89], {
    skills,
    duty: { weekly: [{ days, from: '02:00', to: '03:00' }] },
  });
  await one.team(ids.far, 'Далеко', [69.3, 54.9], { skills, range_km: 5 });
  await one.team(ids.unskilled, 'Без навыка', [69.17, 54.9], { skills: ['boat'] });
  await one.team(ids.stale, 'Устарело', [69.4, 54.95], { skills });
  await one.post(`teams/${ids.stale}/position`, { position: point([69.15, 54.87]), at: ago(2 * hour) });
  // Positions have a topic of their own, which may be read after the application.
  await until(
    'the position is known',
    () => one.get('teams'),
    ({ teams }) => teams.some((team) => team.id === ids.stale && team.position),
  );
  // Routine: one is asked, not everybody.
  const id = await one.file({
    place: 'Бишкуль',
    location: point([69.14, 54.87]),
    urgency: 'routine',
    needs: { teams: 1, skills },
  });

  const page = await person(browser);
  await signIn(page, server, `#/case/${id}`);
  const why = (team, text) =>
    page.locator(`.candidates li[data-team="${team}"]`).getByText(text, { exact: false }).first().waitFor();
  await why(ids.stale, 'устарели: считаем от базы');
  await why(ids.stale, 'вызван');
  await why(ids.stale, 'по допущению');
  await why(ids.expired, 'сертификат истёк');
  await why(ids.rest, 'на отдыхе до');
  await why(ids.duty, 'не на дежурстве до');
  await why(ids.far, 'слишком далеко: выезд до 5');
  await why(ids.unskilled, 'нет навыков');
  for (const [language, text] of [
    ['kk', 'демалыста'],
    ['en', 'resting until'],
  ]) {
    await page.locator(`.top-bar [lang="${language}"]`).click();
    await why(ids.rest, text);
  }
  assert.deepEqual(await seriousProblems(page), []);
  return [page];
}

function point(coordinates) {
  return { type: 'Point', coordinates };
}

/** A lead on the phone, with a key of the team alone. */
export async function leadAccepts({ browser, server }) {
  const one = admin(server);
  const team = name('lead');
  await one.team(team, 'Отряд-Жетекші', [63.62, 53.21], roomy);
  const id = await one.file({ place: 'Жуковка', call_out: 'hold' });
  await one.command(id, { type: 'case.assign', team_id: team });
  const key = await server.makeKey('Жетекші', '--role', 'team', '--team', team);
  const lead = await person(browser, { viewport: phone });
  await signIn(lead, { ...server, key }, `#/case/${id}`);
  await button(lead.locator('.detail-actions'), 'Принять').click();
  const form = lead.locator('.action-form');
  await form.getByLabel('Своими словами').fill('Выйдем через два часа, ждём машину');
  await form.getByLabel('Сколько человек едет').fill('5');
  await button(form, '120').click();
  await button(form, 'Принять').click();
  await assignment(lead, team, 'accepted').getByText('Выйдем через два часа').waitFor();
  const kept = (await one.get(`cases/${id}`)).assignments.find((assigned) => assigned.team_id === team);
  assert.equal(kept.reason, 'Выйдем через два часа, ждём машину');
  assert.equal(kept.people, 5);

  await button(lead.locator('.detail-actions'), 'Текст для группы').click();
  const text = await form.getByLabel('Текст для группы').inputValue();
  assert.ok(text.includes('Жуковка') && text.includes('http'), text);
  await button(form, 'Отмена').click();

  const answerFor = async (who, adult) => {
    await button(assignment(lead, team, 'accepted'), 'Ответить за участника').click();
    const list = form.getByLabel('Кто', { exact: true });
    if (await list.count()) await list.selectOption({ label: 'новый участник' });
    await form.getByLabel('Имя', { exact: false }).fill(who);
    await choose(form.locator('.choice').filter({ hasText: 'Есть 18 лет?' }), adult);
    await button(form, 'Сохранить').click();
  };
  await answerFor('Юный', 'Нет');
  await lead.locator('.unsent [data-state="refused"], .unsent [data-state="refused"] *').first().waitFor();
  await lead.getByText('На поиск и на ЧС могут ехать только с 18 лет', { exact: false }).waitFor();
  await button(lead.locator('.unsent'), 'Скрыть').click();
  await answerFor('Айгүл', 'Да');
  await assignment(lead, team, 'accepted').getByText('едут 1', { exact: false }).waitFor();
  assert.deepEqual(await seriousProblems(lead), []);
  return [lead];
}

export async function handedOver({ browser, server }) {
  const one = admin(server);
  const team = name('shift');
  await one.team(team, 'Отряд-Смена', [63.62, 53.21], roomy);
  const id = await one.file({ place: 'Затобольск', call_out: 'hold' });
  await one.command(id, { type: 'case.assign', team_id: team });
  const keys = await Promise.all(
    ['Ночная Асель', 'Утренний Марат'].map((who) => server.makeKey(who, '--role', 'coordinator', '--region', 'KZ-39')),
  );
  const night = await person(browser);
  const morning = await person(browser);
  await signIn(night, { ...server, key: keys[0] }, `#/case/${id}`);
  await signIn(morning, { ...server, key: keys[1] }, `#/case/${id}`);
  await night.locator('.owner').getByText('координатора нет').waitFor();
  await night.locator('.filter-selects select').first().selectOption('unowned');
  await row(night, id).waitFor();
  await button(night.locator('.owner'), 'Взять себе').click();
  await night.locator('.owner').getByText('Ночная Асель').waitFor();
  await morning.locator('.owner').getByText('Ночная Асель').waitFor();
  await row(night, id).waitFor({ state: 'detached' });
  await night.locator('.filter-selects select').first().selectOption('mine');
  await row(night, id).waitFor();

  await button(night.locator('.owner'), 'Передать').click();
  const form = night.locator('.action-form');
  await form.locator('[data-code="offer"]').getByText('Отряд-Смена', { exact: false }).waitFor();
  await choose(form, 'Утренний Марат');
  assert.deepEqual(await seriousProblems(night), []);
  await button(form, 'Передать').click();
  await morning.locator('.owner').getByText('(вы)', { exact: false }).waitFor();
  await morning.locator('.timeline').getByText('ждём ответа 1', { exact: false }).waitFor();
  await row(night, id).waitFor({ state: 'detached' });
  return [night, morning];
}

export async function missedCheckIn({ browser, server }) {
  const one = admin(server);
  const team = name('quiet');
  await one.team(team, 'Отряд-Тихий', [63.62, 53.21], roomy);
  const id = await one.file({ place: 'Аманкарагай', call_out: 'hold' });
  await one.command(id, { type: 'case.assign', team_id: team });
  await one.command(id, { type: 'assignment.accept', team_id: team, people: 4 });
  const key = await server.makeKey('Тихий', '--role', 'team', '--team', team);
  const page = await person(browser);
  const lead = await person(browser, { viewport: phone, language: 'kk', theme: 'dark' });
  await signIn(page, server, `#/case/${id}`);
  await signIn(lead, { ...server, key }, `#/case/${id}`);
  await button(page, 'Другие действия').click();
  await button(page, 'Отряды и связь').click();
  await page.getByLabel('Связь каждые, минут').fill('1');
  await button(page.locator('.action-form'), 'Сохранить').click();
  await assignment(page, team, 'accepted').getByText('связь до', { exact: false }).waitFor();

  await open(page, '#/statistics');
  const minute = { timeout: 100_000 };
  await page.locator('.announcements').getByText('Не вышли на связь: Отряд-Тихий', { exact: false }).waitFor(minute);
  await page.locator('.top-bar button.alarm').click();
  await row(page, id).getByText('не вышли на связь').waitFor();
  await row(page, id).click();
  await page.locator('.assignment-alarm').getByText('не вышли на связь с', { exact: false }).waitFor();
  assert.deepEqual(await seriousProblems(page), []);
  await button(lead.locator('.detail-actions'), 'Байланыстамыз').click();
  await page.locator('.assignment-alarm').waitFor({ state: 'detached' });

  await button(page.locator('.detail-actions'), 'Найдена').click();
  await choose(page, 'жива');
  await choose(page, 'отряд');
  await hold(page, page.locator('.hold-button'));
  await page.locator('.call-back').getByText('знают 0 из 1', { exact: false }).waitFor();
  await page.locator('.call-back').getByText('вернулись 0 из 4', { exact: false }).waitFor();
  await button(lead.locator('.detail-actions'), 'Кері қайту естілді').click();
  await page.locator('.call-back').getByText('знают 1 из 1', { exact: false }).waitFor();
  const back = async (people) => {
    await button(lead.locator('.detail-actions'), 'Бәрі қайтты').click();
    await lead.getByLabel('Қайтқан адам саны').fill(people);
    await button(lead.locator('.action-form'), 'Бәрі қайтты').click();
  };
  await back('3');
  await page.locator('.assignment-alarm').getByText('вернулись не все', { exact: false }).waitFor();
  await back('4');
  await page.locator('.call-back-done').getByText('вернулись 4 из 4', { exact: false }).waitFor();
  return [page, lead];
}

export async function duplicateMerged({ browser, server }) {
  const one = admin(server);
  const filed = (who, age) => ({
    place: 'Тарановка',
    location: point([62.5, 52.9]),
    call_out: 'hold',
    subjects: [{ id: 's1', sex: 'male', age, name: who }],
  });
  const first = await one.file(filed('Серікбаев Ерлан', 34));
  const second = await one.file(filed('Ерлан', 34));
  assert.notEqual(first, second);
  const page = await person(browser);
  await signIn(page, server, `#/case/${second}`);
  const notice = page.locator('.duplicates');
  await notice.locator(`[data-case="${first}"]`).getByText('возраст', { exact: false }).waitFor();
  await button(notice, 'Объединить').click();
  assert.deepEqual(await seriousProblems(page), []);
  await button(page.locator('.action-form'), 'Объединить').click();
  await page.locator('.merged').waitFor();
  await page.locator('.merged a').click();
  await page.locator('.application .mark').getByText('присоединена').waitFor();
  await button(page.locator('.application'), 'Отделить').click();
  await page.locator('.application .mark').waitFor({ state: 'detached' });
  const { subjects, merged_into: into } = await one.get(`cases/${second}`);
  assert.equal(into, undefined, 'the case did not come back');
  assert.equal(subjects.length, 1);
  return [page];
}
