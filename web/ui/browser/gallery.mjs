// Takes a picture of every screen in every look, size and language, and says what is wrong with it: what axe finds, what
// is wider than its window, texts that are cut off, controls too small for a thumb.
//   node browser/gallery.mjs [part of a screen's name] [parts of its look, such as kk.dark.phone]
import { join } from 'node:path';
import { admin } from './coordination.mjs';
import { desk, person, phone, seriousProblems, signIn } from './page.mjs';
import { misfits } from './misfits.mjs';
import { folder, withBoard, writeIndex } from './showcase.mjs';

const wanted = process.argv[2] ?? '';
const looks = (process.argv[3] ?? '').split('.').filter(Boolean);
const languages = ['kk', 'ru', 'en'];
const themes = ['light', 'dark', 'night'];
const sizes = { desk, phone };
const point = (coordinates) => ({ type: 'Point', coordinates });

/** What a day on duty leaves on the board, so that no screen is empty. */
async function stage(server) {
  const one = admin(server);
  const teams = { lead: 'gallery-lead', asked: 'gallery-asked' };
  await one.team(teams.lead, 'Отряд «Жұлдыз»', [63.62, 53.21], {
    capacity: 9,
    members: 14,
    skills: ['dog', 'snowmobile'],
  });
  await one.team(teams.asked, 'Отряд «Тобыл»', [63.7, 53.3], { capacity: 9, members: 8, skills: ['boat'] });
  const given = (id, team, fields) => one.command(id, { team_id: team, ...fields });
  const search = await one.file({
    place: 'Жуковка',
    location: point([64.9, 52.9]),
    call_out: 'hold',
    reporter: { name: 'Гүлнар', phone: '+7 705 000 00 01', relation: 'мать' },
    subjects: [{ id: 's1', name: 'Ерлан', sex: 'male', age: 14, description: 'Синяя куртка, шапка', health: 'астма' }],
  });
  await given(search, teams.lead, { type: 'case.assign' });
  await given(search, teams.lead, { type: 'assignment.accept', people: 6, eta_minutes: 40 });
  await given(search, teams.lead, { type: 'assignment.en_route' });
  await given(search, teams.lead, { type: 'assignment.on_scene', people: 6 });
  await one.command(search, { type: 'case.point', point: 'staging', location: point([64.88, 52.91]), note: 'у клуба' });
  await one.command(search, { type: 'case.point', point: 'clue', location: point([64.93, 52.88]), note: 'перчатка' });
  await one.command(search, { type: 'case.take' });
  const offered = await one.file({ place: 'Затобольск', location: point([63.7, 53.2]), call_out: 'hold' });
  await given(offered, teams.asked, { type: 'case.assign' });
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
    subjects: [{ id: 's1', sex: 'male', age: 34, name: who }],
  });
  await one.file(twin('Серікбаев Ерлан'));
  await one.file(twin('Ерлан'));
  const over = await one.file({
    place: 'Аманкарагай',
    location: point([64.1, 52.4]),
    call_out: 'hold',
    subjects: [{ id: 's1', sex: 'male', age: 61 }],
  });
  await given(over, teams.lead, { type: 'case.assign' });
  await given(over, teams.lead, { type: 'assignment.accept', people: 5 });
  await one.command(over, { type: 'case.outcome', outcome: 'found', condition: 'well', found_by: 'team' });
  await server.produce('applications', 'Пропала девочка, ушла из дома в 18:00, Лисаковск, тел. +7 701 000 00 00');
  await server.produce(
    'applications',
    JSON.stringify({
      id: 'gallery-wrong',
      kind: 'missing_person',
      place: 'Кушмурун',
      location: point([164.6, 52.4]),
      subjects: [{ id: 's1', sex: 'female', age: 8 }],
    }),
  );
  const { link } = await one.get(`cases/${search}/call-out?team_id=${teams.lead}&lang=kk`);
  const lead = await server.makeKey('Жетекші', '--role', 'team', '--team', teams.asked);
  const { applications } = await one.get(`cases/${offered}`);
  return { search, offered, held, link, lead, application: applications[0].id };
}

/** Every screen: where it is, who sees it, and what is done before the picture. */
function screens({ search, offered, link, lead, application }) {
  const detail = (page) => page.locator('.detail').waitFor();
  return [
    { name: '01 sign-in', signedOut: true },
    { name: '02 board', hash: '#/map' },
    { name: '03 list', hash: '#/cases', only: 'phone' },
    { name: '04 case', hash: `#/case/${search}`, before: detail },
    {
      name: '05 case, form',
      hash: `#/case/${search}`,
      before: async (page) => {
        await detail(page);
        await page.locator('.detail-actions .button-primary').first().click();
        await page.locator('.action-form').waitFor();
      },
    },
    { name: '06 desk', hash: '#/desk', before: (page) => page.locator('[data-group="letters"]').waitFor() },
    { name: '07 desk with a case', hash: `#/desk/${search}`, before: detail },
    {
      name: '08 desk, lower',
      only: 'phone',
      hash: '#/desk',
      before: async (page) => {
        await page.locator('[data-group="letters"]').waitFor();
        await page.locator('[data-group="pairs"]').scrollIntoViewIfNeeded();
      },
    },
    { name: '09 file', hash: '#/new' },
    { name: '10 teams', hash: '#/teams' },
    { name: '11 team, form', hash: '#/teams/new' },
    {
      name: '12 statistics',
      hash: '#/statistics',
      before: (page) => page.locator('.figures, .totals').first().waitFor(),
    },
    { name: '13 unread messages', hash: '#/dead-letters', before: (page) => page.locator('.letter').first().waitFor() },
    { name: '14 more', hash: '#/more' },
    { name: '15 lead is called', hash: '#/map', key: lead, before: (page) => page.locator('.offer').first().waitFor() },
    { name: '16 lead, the case', hash: `#/case/${offered}`, key: lead, before: detail },
    { name: '18 set-up', hash: '#/setup', before: (page) => page.locator('.setup-form').first().waitFor() },
    { name: '19 places', hash: '#/places', before: (page) => page.locator('main h1').waitFor() },
    { name: '20 on paper', hash: `#/print/${search}`, bare: true, before: (page) => page.locator('svg.qr-code').first().waitFor() },
    {
      name: '21 where it stands',
      hash: `#/application/${application}`,
      before: (page) => page.locator('.filed-state').waitFor(),
    },
    {
      name: '17 member answers',
      address: link,
      wear: async (page, language, theme) => {
        await page.emulateMedia({ colorScheme: theme === 'light' ? 'light' : 'dark' });
        await page.goto(link);
        await page.locator(`header [lang="${language}"]`).click();
        await page.locator(`html[lang="${language}"]`).waitFor();
      },
    },
  ]
    .filter(({ name }) => name.includes(wanted))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const path = await folder('gallery');
const pictures = [];
const broken = [];
const began = performance.now();
const among = (all) => all.filter((one) => looks.includes(one) || !looks.some((look) => all.includes(look)));
const chosen = { languages: among(languages), themes: among(themes), sizes: among(Object.keys(sizes)) };

/** Changes how a page looks as a second window of the same person does: without loading it again. */
async function dress(page, other, language, theme) {
  await other.evaluate(
    ([tongue, look]) => {
      localStorage.setItem('izdeu.language', tongue);
      localStorage.setItem('izdeu.theme', look);
    },
    [language, theme],
  );
  await page.waitForFunction(
    ([tongue, look]) => document.documentElement.lang === tongue && document.documentElement.dataset.theme === look,
    [language, theme],
  );
}

/** The fonts and, where there is one, the map, drawn. */
async function settled(page) {
  await page.evaluate(() => document.fonts.ready);
  if (await page.locator('.stage-map:not([hidden]), .phone-above:not([hidden])').count())
    await page.locator('.board-map[data-state="ready"] canvas').first().waitFor({ timeout: 5000 });
  await page.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => undefined);
  await page.waitForTimeout(300);
}

const index = await withBoard(async ({ browser, server }) => {
  const all = screens(await stage(server));
  for (const size of chosen.sizes) {
    const people = new Map();
    const someone = async (key) => {
      const page = await person(browser, { language: chosen.languages[0], theme: chosen.themes[0], viewport: sizes[size] });
      if (key !== undefined) await signIn(page, { ...server, key }, '#/map');
      const other = await page.context().newPage();
      await other.goto(`${server.url}/icon.svg`);
      await page.bringToFront();
      return { page, other };
    };
    for (const screen of all) {
      if (screen.only && screen.only !== size) continue;
      const key = screen.signedOut || screen.address ? undefined : (screen.key ?? server.key);
      if (!people.has(key)) people.set(key, await someone(key));
      const { page, other } = people.get(key);
      const note = (text) => broken.push(`${screen.name}, ${size}, ${text}`);
      try {
        if (!screen.address) await page.goto(`${server.url}/${screen.hash ?? ''}`);
        if (key !== undefined && !screen.bare) await page.locator('.top-bar').waitFor();
        await screen.before?.(page);
      } catch (error) {
        note(String(error.message).split('\n')[0]);
      }
      for (const language of chosen.languages) {
        for (const theme of chosen.themes) {
          const look = `${language} · ${theme}`;
          const file = `${screen.name.replace(/\W+/g, '-')}.${language}.${theme}.${size}.png`;
          try {
            if (screen.address) await screen.wear(page, language, theme);
            else await dress(page, other, language, theme);
            await settled(page);
            await page.screenshot({ path: join(path, file) });
            pictures.push({ name: screen.name, file, text: `${look} · ${size}` });
            if (language === chosen.languages[0]) for (const line of await seriousProblems(page)) note(`${look}: ${line}`);
            if (theme === chosen.themes[0]) for (const line of await misfits(page)) note(`${look}: ${line}`);
          } catch (error) {
            note(`${look}: ${String(error.message).split('\n')[0]}`);
          }
        }
      }
    }
    for (const context of browser.contexts()) await context.close();
  }
  const names = [...new Set(pictures.map(({ name }) => name))].sort();
  return writeIndex(
    path,
    'Izdeu, every screen',
    names.map((name) => ({ name, pictures: pictures.filter((one) => one.name === name) })),
  );
}, '--demo');
for (const line of broken) console.log(`not as wanted: ${line}`);
console.log(`${pictures.length} pictures in ${Math.round((performance.now() - began) / 1000)} s: ${index}`);
process.exit(broken.length === 0 ? 0 : 1);
