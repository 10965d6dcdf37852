// Takes a picture of every screen in every look, size and language:
//   node browser/gallery.mjs [part of a screen's name] [parts of its look, such as kk.dark.phone]
import { join } from 'node:path';
import { admin } from './coordination.mjs';
import { desk, person, phone, signIn } from './page.mjs';
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
  return { search, offered, held, link, lead };
}

/** Every screen: where it is, who sees it, and what is done before the picture. */
function screens({ search, offered, link, lead }) {
  const detail = (page) => page.locator('.detail').waitFor();
  return [
    { name: '01 sign-in', signedOut: true },
    { name: '02 board', hash: '#/map' },
    { name: '03 list', hash: '#/cases' },
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
    { name: '17 member answers', address: link },
  ].filter(({ name }) => name.includes(wanted));
}

const path = await folder('gallery');
const parts = new Map();
const broken = [];
const index = await withBoard(async ({ browser, server }) => {
  const all = screens(await stage(server));
  for (const language of languages) {
    for (const theme of themes) {
      for (const [size, viewport] of Object.entries(sizes)) {
        if (!looks.every((part) => [language, theme, size].includes(part))) continue;
        const shown = { language, theme, viewport };
        const signedIn = new Map();
        for (const screen of all) {
          const key = screen.signedOut || screen.address ? 'nobody' : (screen.key ?? server.key);
          if (!signedIn.has(key)) {
            const page = await person(browser, shown);
            if (key !== 'nobody') await signIn(page, { ...server, key }, '#/map');
            signedIn.set(key, page);
          }
          const page = signedIn.get(key);
          const file = `${screen.name.replace(/\W+/g, '-')}.${language}.${theme}.${size}.png`;
          const text = `${language} · ${theme} · ${size}`;
          try {
            await page.goto(screen.address ?? `${server.url}/${screen.hash ?? ''}`);
            if (key !== 'nobody') await page.locator('.top-bar').waitFor();
            await screen.before?.(page);
            await settled(page);
          } catch (error) {
            broken.push(`${screen.name}, ${text}: ${String(error.message).split('\n')[0]}`);
          }
          await page.screenshot({ path: join(path, file) });
          if (!parts.has(screen.name)) parts.set(screen.name, []);
          parts.get(screen.name).push({ file, text });
        }
        for (const context of browser.contexts()) await context.close();
      }
    }
  }
  return writeIndex(
    path,
    'Izdeu, every screen',
    [...parts].map(([name, pictures]) => ({ name, pictures })),
  );
}, '--demo');
for (const line of broken) console.log(`not as wanted: ${line}`);
console.log(`${[...parts.values()].flat().length} pictures: ${index}`);
process.exit(broken.length === 0 ? 0 : 1);

/** Until the fonts and, where there is one, the map are there. */
async function settled(page) {
  await page.evaluate(() => document.fonts.ready);
  const map = page.locator('.board-map canvas').first();
  if (await page.locator('.stage-map:not([hidden]), .phone-above:not([hidden])').count())
    await map.waitFor({ timeout: 5000 }).catch(() => undefined);
  await page.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => undefined);
}
