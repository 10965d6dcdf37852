// Filters, the first team, places and what else an office does on the board.
import assert from 'node:assert/strict';
import { admin } from './coordination.mjs';
import { button, person, phone, row, seriousProblems, signIn } from './page.mjs';
import { until } from './server.mjs';

const name = (what) => `${what}-${crypto.randomUUID().slice(0, 8)}`;

/** Cases are chosen by who is responsible, and a link with every filter brings somebody else to the same view. */
export async function filteredByOwner({ browser, server }) {
  const one = admin(server);
  const word = name('Узунколь');
  const team = name('owner');
  await one.team(team, 'Отряд-Владелец', [65.3, 54.0]);
  const [free, owned] = [await one.file({ place: word }), await one.file({ place: word })];
  const key = await server.makeKey('Айгүл Сапарова', '--role', 'coordinator', '--region', 'KZ-39');
  const page = await person(browser);
  await signIn(page, { ...server, key }, `#/case/${encodeURIComponent(owned)}`);
  await page.locator('.owner').getByRole('button', { name: 'Взять себе' }).click();
  await page.locator('.owner').getByText('Айгүл Сапарова').waitFor();
  const owner = (await one.get(`cases/${owned}`)).owner;

  await page.goto(`${server.url}/#/map?q=${encodeURIComponent(word)}`);
  await row(page, free).waitFor();
  const choice = page.getByLabel('Координатор', { exact: true });
  await choice.selectOption('none');
  await row(page, owned).waitFor({ state: 'detached' });
  await row(page, free).waitFor();
  await choice.selectOption({ label: 'Айгүл Сапарова (вы)' });
  await row(page, free).waitFor({ state: 'detached' });
  await row(page, owned).waitFor();
  assert.ok(page.url().includes(`owner=${owner}`), page.url());
  assert.deepEqual(await seriousProblems(page), []);

  const { assignments = [] } = await one.get(`cases/${owned}`);
  const asked = assignments[0]?.team_id ?? team;
  const link = `#/map?region=KZ-39&status=all&kind=missing_person&team=${asked}&owner=${owner}&q=${encodeURIComponent(word)}`;
  const other = await person(browser);
  await signIn(other, server, link);
  if (assignments.length > 0) await row(other, owned).waitFor();
  assert.equal(await other.getByLabel('Состояние').inputValue(), 'all');
  assert.equal(await other.getByLabel('Вид').inputValue(), 'missing_person');
  assert.equal(await other.getByLabel('Отряд', { exact: true }).inputValue(), asked);
  assert.equal(await other.getByLabel('Координатор', { exact: true }).inputValue(), owner);
  assert.equal(await other.getByRole('searchbox').inputValue(), word);
  assert.ok(new URL(other.url()).hash.includes('region=KZ-39'), other.url());
  return [page, other];
}

/** A place that was learnt wrongly is removed on a phone; the next team that gets there does not teach it again. */
export async function placesRemoved({ browser, server }) {
  const one = admin(server);
  const team = name('places');
  await one.team(team, 'Отряд-Места', [66.9, 51.8], { capacity: 5 });
  const arrive = async (place) => {
    const id = await one.file({ place, location: { type: 'Point', coordinates: [66.9, 51.8] } });
    const { assignments = [] } = await one.get(`cases/${id}`);
    if (!assignments.some(({ team_id }) => team_id === team)) await one.command(id, { type: 'case.assign', team_id: team });
    await one.command(id, { type: 'assignment.accept', team_id: team, people: 2 });
    await one.command(id, { type: 'assignment.on_scene', team_id: team, people: 2 });
  };
  const own = async (query) => (await one.get(`places/own?q=${encodeURIComponent(query)}`)).places;
  await arrive('Кумкешу');
  const [learnt] = await until('the place is learnt', () => own('Кумкешу'), ({ length }) => length === 1);
  await one.put(`places/${name('p')}`, { names: { ru: 'Жалтырколь' }, location: { type: 'Point', coordinates: [66.8, 51.7] } });
  await until('the place is registered', () => own('Жалтырколь'), ({ length }) => length === 1);

  const page = await person(browser, { viewport: phone });
  await signIn(page, server, '#/places');
  await page.getByText('Жалтырколь').waitFor();
  await page.getByLabel('Название или его начало').fill('кумк');
  await page.getByText('Жалтырколь').waitFor({ state: 'detached' });
  const line = page.locator(`[data-place="${learnt.id}"]`);
  await line.waitFor();
  assert.deepEqual(await seriousProblems(page), []);
  page.once('dialog', (dialog) => dialog.accept());
  await button(line, 'Убрать').click();
  await line.waitFor({ state: 'detached' });
  await until('the place is gone', () => own('Кумкешу'), ({ length }) => length === 0);
  await arrive('село Кумкешу');
  await arrive('Алтынсарино');
  await until('the next place is learnt', () => own('Алтынсарино'), ({ length }) => length === 1);
  assert.deepEqual(await own('Кумкешу'), [], 'a removed place was learnt again');
  return [page];
}
