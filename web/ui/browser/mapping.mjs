// The map, its files and its print; the looks; links, keys and alarms of the board.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { colours, open, person, phone, row, seriousProblems, signIn } from './page.mjs';
import { api, startServer, until } from './server.mjs';

const require = createRequire(import.meta.url);
const point = (coordinates) => ({ type: 'Point', coordinates });
const looks = ['light', 'dark', 'night'];

/** A search with a team on the way and every kind of place. */
async function search(server, place = 'Аманкарагай') {
  const one = api(server);
  const team = `map-${crypto.randomUUID().slice(0, 8)}`;
  await one.team(team, 'Отряд-Карта', [63.9, 52.6], { capacity: 50 });
  const id = await one.file({
    place,
    location: point([64.05, 52.44]),
    call_out: 'hold',
    subjects: [{ id: 's1', sex: 'male', age: 14, category: 'child_13_15', name: 'Ерлан' }],
  });
  const command = (fields) => one.post(`cases/${id}/commands`, { command_id: crypto.randomUUID(), ...fields });
  await command({ type: 'case.assign', team_id: team });
  await command({ type: 'assignment.accept', team_id: team, people: 4 });
  for (const [kind, location] of [
    ['staging', [64.02, 52.45]],
    ['clue', [64.07, 52.45]],
    ['hazard', [64.09, 52.43]],
  ])
    await command({ type: 'case.point', point: kind, location: point(location) });
  return { id, team, command };
}

const map = (page) => page.locator('.board-map');
const ready = (page) => page.locator('.board-map[data-state="ready"]').waitFor();

/** Waits until nothing on the map has moved for a moment. */
async function settled(page) {
  await ready(page);
  await page.waitForFunction(async () => {
    const shot = () =>
      [...document.querySelectorAll('.board-map canvas')].map((canvas) => canvas.toDataURL().length).join();
    const before = shot();
    await new Promise((done) => setTimeout(done, 300));
    return before === shot();
  });
}

/** The strongest green or blue among the pixels of what the page shows. */
async function greenAndBlue(page) {
  const picture = await page.screenshot();
  const paper = await page.context().newPage();
  try {
    return await paper.evaluate(async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.width;
      canvas.height = image.height;
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      let most = 0;
      let red = 0;
      for (let index = 0; index < data.length; index += 4) {
        most = Math.max(most, data[index + 1], data[index + 2]);
        red = Math.max(red, data[index]);
      }
      return { most, red };
    }, `data:image/png;base64,${picture.toString('base64')}`);
  } finally {
    await paper.close();
  }
}

export async function mapInEveryLook({ browser, server }) {
  const { id } = await search(server);
  const pages = [];
  for (const theme of looks) {
    const page = await person(browser, { theme });
    pages.push(page);
    await signIn(page, server, `#/case/${id}`);
    await settled(page);
    const { different, share } = await colours(page, map(page));
    assert.ok(different > 30 && share < 0.97, `the map is blank in the ${theme} look: ${different} colours, ${share}`);
    for (const hash of [`#/case/${id}`, '#/cases', '#/new', '#/teams', '#/statistics', '#/more', `#/print/${id}`]) {
      await open(page, hash);
      assert.deepEqual(await seriousProblems(page), [], `${theme} ${hash}`);
      if (theme !== 'night' || hash.startsWith('#/print')) continue;
      const { most, red } = await greenAndBlue(page);
      // Lossless pictures of opaque red on black: rounding leaves nothing.
      assert.ok(most <= 2 && red > 200, `${hash}: green or blue ${most}, red ${red}`);
    }
  }
  // The switch goes round, and the choice is kept.
  const [page] = pages;
  await open(page, '#/map');
  for (const next of ['dark', 'night', 'light', 'dark', 'night']) await page.locator(`[data-next="${next}"]`).click();
  await page.reload();
  await page.locator('.connection-live').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'night');
  const small = await person(browser, { viewport: phone, theme: 'night', language: 'kk' });
  await signIn(small, server, `#/case/${id}`);
  await settled(small);
  const { most } = await greenAndBlue(small);
  assert.ok(most <= 2, `on a phone: green or blue ${most}`);
  assert.deepEqual(await seriousProblems(small), []);
  return [...pages, small];
}

export async function ringsAndMeasures({ browser, server }) {
  const { id } = await search(server, 'Семиозёрное');
  const page = await person(browser);
  await signIn(page, server, `#/case/${id}`);
  await settled(page);
  const rings = page.locator('.rings');
  await rings.locator('[data-share="95"]').getByText('11,9 км').waitFor();
  await rings.getByText('Принята степь', { exact: false }).waitFor();
  await rings.locator('summary').click();
  await rings.getByText('Koester', { exact: false }).waitFor();
  await rings.getByLabel('Местность').selectOption('temperate mountains');
  await rings.locator('[data-share="95"]').getByText('21,4 км').waitFor();
  await settled(page);
  const withRings = await colours(page, map(page));
  await rings.getByLabel('Кольца на карте').uncheck();
  await settled(page);
  const without = await colours(page, map(page));
  assert.notEqual(withRings.share, without.share, 'switching the rings off changes nothing on the map');
  await rings.getByLabel('Категория').selectOption('');
  await rings.locator('[data-share]').first().waitFor({ state: 'detached' });
  await page.reload();
  await rings.getByLabel('Кольца на карте').waitFor();
  assert.equal(await rings.getByLabel('Кольца на карте').isChecked(), false, 'the choice was not kept');

  await settled(page);
  await page.locator('.board-map-canvas').click({ position: { x: 60, y: 560 } });
  const panel = page.locator('.board-map-panel');
  await panel.locator('.board-map-coordinates').first().waitFor();
  const texts = await panel.locator('.board-map-coordinates').allInnerTexts();
  assert.match(texts[0], /^5\d\.\d{5}, 6\d\.\d{5}/);
  assert.match(texts[1], /^5\d°\d\d′\d\d\.\d\d″ N 6\d°\d\d′\d\d\.\d\d″ E/);
  await panel.getByText('От происшествия', { exact: false }).waitFor();
  assert.deepEqual(await seriousProblems(page), []);
  await panel.getByRole('button', { name: 'Скрыть координаты' }).click();
  await page.getByRole('button', { name: 'Измерить расстояние и азимут' }).click();
  const undo = panel.getByRole('button', { name: 'Отменить' });
  await page.locator('.board-map-canvas').click({ position: { x: 60, y: 560 } });
  await undo.and(page.locator(':enabled')).waitFor();
  // Each tap is awaited: two quick ones are a double click, which zooms.
  for (const x of [260, 320]) {
    const before = await panel.locator('.board-map-way').innerText();
    await page.locator('.board-map-canvas').click({ position: { x, y: 560 } });
    await page.waitForFunction((text) => document.querySelector('.board-map-way')?.innerText !== text, before);
  }
  await panel.getByText(/· (89|90|91)° В/).waitFor();
  await panel.getByText('всего', { exact: false }).waitFor();
  assert.deepEqual(await seriousProblems(page), []);
  return [page];
}

export async function filesAndPaper({ browser, server }) {
  const { id } = await search(server, 'Кушмурун');
  const page = await person(browser);
  await signIn(page, server, `#/case/${id}`);
  await ready(page);
  await page.locator('.map-export summary').click();
  assert.deepEqual(await seriousProblems(page), []);
  const files = {};
  for (const format of ['GeoJSON', 'GPX', 'KML']) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.map-export-list').getByText(format, { exact: true }).click(),
    ]);
    assert.equal(download.suggestedFilename(), `izdeu.${format.toLowerCase()}`);
    files[format] = await readFile(await download.path(), 'utf8');
  }
  // Read by a map library, as the person's own would.
  const paper = await page.context().newPage();
  await paper.addScriptTag({ path: require.resolve('ol/dist/ol.js') });
  const read = await paper.evaluate((texts) => {
    const { format } = globalThis.ol;
    const readers = { GeoJSON: new format.GeoJSON(), GPX: new format.GPX(), KML: new format.KML() };
    return Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [
        name,
        readers[name].readFeatures(text).map((feature) => ({
          name: feature.get('title') ?? feature.get('name'),
          at: feature.getGeometry().getFirstCoordinate().slice(0, 2),
        })),
      ]),
    );
  }, files);
  await paper.close();
  for (const [format, features] of Object.entries(read)) {
    assert.equal(features.length, read.GeoJSON.length, `${format} holds another number of features`);
    const meeting = features.find(({ name }) => name.startsWith('место сбора'));
    assert.deepEqual(meeting?.at, [64.02, 52.45], `${format}: ${JSON.stringify(features)}`);
    assert.ok(
      features.some(({ name, at }) => name.includes('Кушмурун') && at[0] === 64.05),
      `${format} lacks the case`,
    );
    assert.ok(!files[format].includes('Ерлан'), `${format} names the person`);
  }

  await page.getByRole('link', { name: 'Печать' }).click();
  await page.locator('.print-sheet').getByText('52.45000, 64.02000').waitFor();
  await page.locator('.print-sheet').getByText('52°27′00.00″ N 64°01′12.00″ E').waitFor();
  await page.locator('.print-sheet .qr-code').waitFor();
  await settled(page);
  assert.deepEqual(await seriousProblems(page), []);
  const { different } = await colours(page, page.locator('.print-map'));
  assert.ok(different > 20, `the map on the sheet is blank: ${different} colours`);
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  const count = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length;
  assert.equal(count, 1, `the sheet is ${count} pages`);
  return [page];
}

export async function linksKeysAlarms({ browser, server }) {
  const one = api(server);
  const { id, team } = await search(server, 'Кайбагар');
  const page = await person(browser);
  await signIn(page, server, `#/map?status=searching&kind=missing_person&team=${team}&q=${encodeURIComponent('Кайбагар')}`);
  await row(page, id).waitFor();
  assert.equal(await page.locator('.row').count(), 1);
  assert.equal(await page.getByRole('searchbox').inputValue(), 'Кайбагар');
  await row(page, id).click();
  await page.locator('.detail').waitFor();
  const link = page.url();
  assert.ok(link.includes('/case/') && link.includes('status=searching'), link);
  const other = await person(browser);
  await signIn(other, server, new URL(link).hash);
  await other.locator('.detail').waitFor();
  assert.equal(await other.locator('.row').count(), 1, 'the link did not restore the filters');

  await page.locator('.row').first().focus();
  await page.keyboard.press('Shift+Slash');
  const keys = page.getByRole('dialog');
  await keys.getByText('следующее происшествие').waitFor();
  assert.deepEqual(await seriousProblems(page), []);
  await page.keyboard.press('Escape');
  await keys.waitFor({ state: 'detached' });
  await page.locator('.detail').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.detail').waitFor({ state: 'detached' });
  await page.keyboard.press('j');
  await page.locator('.detail').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('?t');
  assert.equal(await page.getByRole('searchbox').inputValue(), 'Кайбагар?t', 'a letter in a field was taken for a key');
  await page.getByRole('searchbox').fill('');
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('t');
  await page.locator('.team').first().waitFor();

  const small = await person(browser, { viewport: phone });
  await signIn(small, server, '#/more');
  const titleTop = async () => (await small.locator('h1').boundingBox()).y;
  const before = await titleTop();

  // One alarm is named, a flood is counted, and the title says how many.
  const danger = () => one.file({ place: 'Сарыколь', urgency: 'life_threatening', location: point([65.5, 53.3]) });
  await danger();
  await page.locator('.announcement').getByText('Сарыколь', { exact: false }).first().waitFor();
  await page.waitForFunction(() => document.title.startsWith('(1) '));
  // On a phone it lies over nothing: the page moves down.
  await small.locator('.announcement').first().waitFor();
  const card = await small.locator('.announcement').first().boundingBox();
  assert.ok((await titleTop()) >= card.y + card.height && (await titleTop()) > before, 'the card covers the title');
  await Promise.all(Array.from({ length: 5 }, danger));
  await page.locator('.announcement[data-flood="6"]').waitFor();
  assert.equal(await page.locator('.announcement').count(), 1);
  await page.waitForFunction(() => document.title.startsWith('(6) '));
  assert.deepEqual(await seriousProblems(page), []);
  await page.locator('.announcement a').click();
  await page.waitForFunction(() => !document.title.startsWith('('));
  await page.locator('.row').filter({ hasText: 'Сарыколь' }).first().waitFor();
  await open(page, '#/more');
  const quiet = page.getByLabel('Тревоги на этом устройстве');
  // The box itself lies under its drawn switch.
  await page.getByText('Тревоги на этом устройстве', { exact: true }).click();
  await page.reload();
  await quiet.waitFor();
  assert.equal(await quiet.isChecked(), false, 'the silence was not kept');
  return [page, other, small];
}

/** A picture of one colour as PNG, 256 × 256. */
function png([red, green, blue]) {
  const side = 256;
  const table = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  const crc = (bytes) => {
    let c = 0xffffffff;
    for (const byte of bytes) c = table[(c ^ byte) & 0xff] ^ (c >>> 8);
    return (c ^ 0xffffffff) >>> 0;
  };
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const line = Buffer.concat([
    Buffer.from([0]),
    Buffer.concat(Array.from({ length: side }, () => Buffer.from([red, green, blue]))),
  ]);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: side }, () => line)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A PMTiles archive of version 3 with one tile, the world, as github.com/protomaps/PMTiles specifies it. */
function pmtiles(tile) {
  const varint = (value) => {
    const bytes = [];
    for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
    return Buffer.from([...bytes, value]);
  };
  // One entry: tile 0, a run of one, its length, the offset 0 written as 1.
  const directory = Buffer.concat([varint(1), varint(0), varint(1), varint(tile.length), varint(1)]);
  const metadata = Buffer.from('{}');
  const head = Buffer.alloc(127);
  head.write('PMTiles', 0);
  head[7] = 3;
  const places = [127, directory.length, 127 + directory.length, metadata.length, 0, 0];
  const start = 127 + directory.length + metadata.length;
  for (const [i, value] of [...places, start, tile.length, 1, 1, 1].entries())
    head.writeBigUInt64LE(BigInt(value), 8 + i * 8);
  head.set([1, 1, 1, 2, 0, 0], 96); // clustered, nothing packed, PNG, zoom 0 to 0
  for (const [i, degrees] of [-180, -85, 180, 85].entries()) head.writeInt32LE(degrees * 1e7, 102 + i * 4);
  return Buffer.concat([head, directory, metadata, tile]);
}

/** The share of the map's pixels that a test lets through. */
async function shareOf(page, test) {
  const picture = await page.screenshot({ clip: await map(page).boundingBox() });
  const paper = await page.context().newPage();
  try {
    return await paper.evaluate(
      async ([source, body]) => {
        const image = new Image();
        image.src = source;
        await image.decode();
        const canvas = document.createElement('canvas');
        canvas.width = image.width;
        canvas.height = image.height;
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        const { data } = context.getImageData(0, 0, image.width, image.height);
        const wanted = JSON.parse(body);
        let count = 0;
        for (let index = 0; index < data.length; index += 4)
          if (wanted.every((value, i) => Math.abs(data[index + i] - value) < 12)) count += 1;
        return count / (data.length / 4);
      },
      [`data:image/png;base64,${picture.toString('base64')}`, JSON.stringify(test)],
    );
  } finally {
    await paper.close();
  }
}

export async function ownTiles({ browser }) {
  const folder = await mkdtemp(join(tmpdir(), 'izdeu-tiles-'));
  const file = join(folder, 'world.pmtiles');
  await writeFile(file, pmtiles(png([200, 220, 120])));
  const server = await startServer('--basemap', `pmtiles:${file}`, '--basemap-attribution', '© Наша карта');
  try {
    const page = await person(browser);
    const statuses = new Set();
    page.on('response', (response) => {
      if (response.url().endsWith('/basemap.pmtiles')) statuses.add(response.status());
    });
    await signIn(page, server, '#/map');
    await page.locator('.board-map-sources').getByText('© Наша карта', { exact: false }).waitFor();
    await settled(page);
    await until('the share of the map that the tile covers', () => shareOf(page, [200, 220, 120]), (share) => share > 0.5);
    assert.deepEqual([...statuses], [206], 'the archive was not read in ranges');
    await page.evaluate(() => localStorage.setItem('izdeu.theme', 'night'));
    await page.reload();
    await page.locator('.connection-live').waitFor();
    await settled(page);
    const { most } = await greenAndBlue(page);
    assert.ok(most <= 2, `tiles at night: green or blue ${most}`);
    return [page];
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
