// A country on a bad day: what the list and the map do with 5,000 cases and 500 teams.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { colours, person, signIn } from './page.mjs';
import { binary, startServer } from './server.mjs';

const cases = 5000;
const teams = 500;
const wholeCountry = [
  [54, 43.5],
  [83, 52.5],
];

/** A place in the country or in a part of it, the same ones every time. */
function place(i, [[west, south], [east, north]] = wholeCountry) {
  return {
    type: 'Point',
    coordinates: [west + ((i * 7919) % 2900) * ((east - west) / 2900), south + ((i * 104_729) % 900) * ((north - south) / 900)],
  };
}

export const country = { cases, teams, place };

function* messages(cases, teams, within) {
  for (let i = 0; i < teams; i += 1)
    yield {
      type: 'team.registered',
      id: `t${i}`,
      name: `Отряд ${i}`,
      organisation: 'o',
      base: place(i * 13, within),
      capacity: 1,
      at: new Date().toISOString(),
    };
  for (let i = 0; i < cases; i += 1)
    yield {
      id: `m${i}`,
      kind: 'missing_person',
      filed_at: new Date().toISOString(),
      source: { system: 'many' },
      location: place(i, within),
      place: `Ауыл ${i}`,
      call_out: 'hold',
      subjects: [{ id: 's1', sex: 'male', age: 20 + (i % 60) }],
    };
}

/** Files cases and teams by way of Kafka, as an import does. */
export async function fillCountry(server, { cases: many = cases, teams: such = teams, within } = {}) {
  const child = spawn(binary, ['send', '--data', server.data], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise((done) => child.once('exit', done));
  child.stdin.end([...messages(many, such, within)].map((one) => JSON.stringify(one)).join('\n'));
  assert.equal(await ended, 0, said);
}

/** Somebody's board with all of it in the list. */
export async function onCountry(browser, server) {
  await fillCountry(server);
  const page = await person(browser);
  await signIn(page, server, '#/map');
  await page.locator('.list-count').getByText(/5\s?000/).waitFor({ timeout: 60_000 });
  return page;
}

export async function fiveThousand({ browser }) {
  const server = await startServer();
  try {
    const page = await onCountry(browser, server);
    await page.locator('.board-map[data-state="ready"]').waitFor();
    const rows = await page.locator('.row').count();
    assert.ok(rows > 5 && rows < 60, `${rows} rows are in the page: those within sight were expected`);
    // On a screen that becomes high there are rows down to its end.
    const usual = page.viewportSize();
    await page.setViewportSize({ width: usual.width, height: 2400 });
    await page.waitForFunction(() => {
      const bottom = (element) => element?.getBoundingClientRect().bottom;
      return bottom(document.querySelector('.rows li:last-child')) >= bottom(document.querySelector('.rows'));
    });
    await page.setViewportSize(usual);
    await page.locator('.rows').evaluate((box) => {
      box.scrollTop = box.scrollHeight;
    });
    await page.locator('.row').filter({ hasText: 'Ауыл 4999' }).waitFor();
    const { different } = await colours(page, page.locator('.board-map'));
    assert.ok(different > 30, `the map is blank: ${different} colours`);
    const frames = await panned(page);
    console.log(
      `        panning ${cases} cases and ${teams} teams: ${frames.perSecond.toFixed(0)} frames/s, longest ${frames.longest.toFixed(0)} ms`,
    );
    await page.getByRole('searchbox').fill('Ауыл 4321');
    await page.locator('.row').filter({ hasText: 'Ауыл 4321' }).waitFor();
    assert.ok((await page.locator('.row').count()) < 5, 'the search lets others through');
    return [page];
  } finally {
    await server.stop();
  }
}

/** Drags the map to and fro for three seconds and counts its pictures. Printed, never judged: machines differ. */
export async function panned(page) {
  const box = await page.locator('.board-map-canvas').boundingBox();
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const counting = page.evaluate(
    () =>
      new Promise((done) => {
        const times = [];
        const count = (now) => {
          times.push(now);
          if (now - times[0] < 3000) requestAnimationFrame(count);
          else done(times);
        };
        requestAnimationFrame(count);
      }),
  );
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  let going = true;
  const times = counting.then((all) => {
    going = false;
    return all;
  });
  for (let i = 0; going; i += 1) await page.mouse.move(at.x + 150 * Math.sin(i / 9), at.y + 60 * Math.cos(i / 7));
  await page.mouse.up();
  const all = await times;
  const gaps = all.slice(1).map((time, i) => time - all[i]);
  return { perSecond: (gaps.length * 1000) / (all.at(-1) - all[0]), longest: Math.max(...gaps) };
}
