// Filters, the first team, places and what else an office does on the board.
import assert from 'node:assert/strict';
import { admin } from './coordination.mjs';
import { person, row, seriousProblems, signIn } from './page.mjs';

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
