// What a person waits for, in figures; nothing is judged, machines differ:
//   node browser/measure.mjs [line | pixels]
// line: a board of a day on duty over 50 kbit/s with a round trip of 400 ms, on a processor four times slower: until the
// list can be read and until the map is drawn, the first time, and again with the service worker.
// pixels: with 5,000 open cases and 500 teams on the move: from an event until its row is painted, and frames a second.
import { chromium } from 'playwright-core';
import { country, fillCountry, onCountry, panned } from './many.mjs';
import { desk, person, phone } from './page.mjs';
import { api, startServer } from './server.mjs';
import { slowLine } from './slow-line.mjs';

const wanted = process.argv[2] ?? '';
const line = { bitsPerSecond: 50_000, roundTrip: 400 };
const slower = 4;
const events = 300;
const seconds = (milliseconds) => (milliseconds === undefined ? 'never' : `${(milliseconds / 1000).toFixed(1)} s`);
const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** Notes in the page when the first row can be read, and when the map has its base and is at rest. */
function watchLoading() {
  const noted = {};
  globalThis.noted = noted;
  const look = () => {
    if (noted.list === undefined && document.querySelector('.row .row-title')?.textContent) noted.list = performance.now();
    const drawn = document.querySelector('.board-map-canvas')?.dataset.drawn;
    if (drawn !== undefined) noted.map ??= performance.now();
    if (drawn === 'all') noted.all ??= performance.now();
    if (noted.list === undefined || noted.all === undefined) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function overSlowLine(browser) {
  const server = await startServer();
  const near = await slowLine(server.url, line);
  try {
    await fillCountry(server, { cases: 50, teams: 20, within: [[62, 52], [65, 54]] });
    for (const [name, viewport] of Object.entries({ phone, desk })) {
      const page = await person(browser, { viewport });
      await page.addInitScript(watchLoading);
      // Signed in before, by the quick way; a cookie does not mind the port.
      await page.request.post(`${server.url}/api/v1/session`, { data: { key: server.key } });
      const session = await page.context().newCDPSession(page);
      await session.send('Emulation.setCPUThrottlingRate', { rate: slower });
      for (const visit of ['first', 'second']) {
        const before = near.carried.down;
        await page.goto(`${near.url}/#/map`, { timeout: 300_000, waitUntil: 'commit' });
        if (visit === 'second') await page.reload({ timeout: 300_000, waitUntil: 'commit' });
        await page.waitForFunction(() => globalThis.noted?.list && globalThis.noted.all, undefined, { timeout: 400_000, polling: 250 }).catch(() => undefined);
        const noted = await page.evaluate(() => globalThis.noted);
        console.log(`${name}, ${visit} load: list ${seconds(noted.list)}, map ${seconds(noted.map)}, with land and waters ${seconds(noted.all)}, ${((near.carried.down - before) / 1000).toFixed(0)} kB until then`);
        if (visit === 'first') {
          const kept = await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 400_000, polling: 500 }).then(() => true, () => false);
          console.log(`${name}: the shell is kept for the next time after ${kept ? seconds(await page.evaluate(() => performance.now())) : 'more than 400 s'}`);
        }
      }
      await page.context().close();
    }
  } finally {
    await near.close();
    await server.stop();
  }
}

/** In the page: resolves with the time at which a row that shows `text` has been painted. */
function painted(text) {
  return new Promise((done) => {
    const look = () => {
      if (![...document.querySelectorAll('.row-title')].some((title) => title.textContent.includes(text))) return false;
      observer.disconnect();
      // A task after the next frame has begun runs when that frame is on its way to the screen.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(performance.timeOrigin + performance.now());
        port2.postMessage(0);
      });
      return true;
    };
    const observer = new MutationObserver(look);
    if (!look()) observer.observe(document.querySelector('.rows'), { subtree: true, childList: true, characterData: true });
  });
}

/** Every team reports its place every half minute, all through the time. */
function driving(server) {
  const one = api(server);
  let going = true;
  let sent = 0;
  const drive = async () => {
    for (let i = 0; going; i += 1) {
      const began = performance.now();
      const { coordinates } = country.place((i % country.teams) * 13);
      const position = { type: 'Point', coordinates: [coordinates[0] + (i % 97) / 500, coordinates[1] + (i % 89) / 500] };
      await one.post(`teams/t${i % country.teams}/position`, { position, at: new Date().toISOString(), accuracy_m: 10 });
      sent += 1;
      await new Promise((next) => setTimeout(next, Math.max(0, 30_000 / country.teams - (performance.now() - began))));
    }
  };
  const ended = drive();
  return {
    async stop() {
      going = false;
      await ended;
      return sent;
    },
  };
}

async function toPixels(browser) {
  const server = await startServer();
  try {
    const page = await onCountry(browser, server);
    await page.locator('.board-map-canvas[data-drawn]').waitFor({ timeout: 30_000 });
    const one = api(server);
    const teams = driving(server);
    const ids = await page.locator('.row').evaluateAll((rows) => rows.slice(0, 8).map((row) => row.dataset.case));
    const fromEvent = [];
    const fromPost = [];
    for (let i = 0; i < events; i += 1) {
      const id = ids[i % ids.length];
      const place = `Ауыл ${i}·${Math.random().toString(36).slice(2, 6)}`;
      const seen = page.evaluate(painted, place);
      const began = performance.timeOrigin + performance.now();
      await one.post(`cases/${id}/commands`, { command_id: crypto.randomUUID(), type: 'case.update', place });
      const shown = await seen;
      const { events: happened } = await one.get(`cases/${id}/timeline`);
      fromPost.push(shown - began);
      fromEvent.push(shown - Date.parse(happened.at(-1).at));
      await new Promise((next) => setTimeout(next, 50 + 200 * Math.random()));
    }
    for (const [name, times] of [['from the request', fromPost], ['from the event', fromEvent]]) {
      const sorted = times.toSorted((a, b) => a - b);
      console.log(`${name} until its row is painted: p50 ${quantile(sorted, 0.5).toFixed(0)} ms, p99 ${quantile(sorted, 0.99).toFixed(0)} ms, longest ${sorted.at(-1).toFixed(0)} ms, of ${sorted.length}`);
    }
    const frames = await panned(page);
    console.log(`panning the map meanwhile: ${frames.perSecond.toFixed(0)} frames/s, longest ${frames.longest.toFixed(0)} ms`);
    console.log(`${await teams.stop()} positions were sent`);
  } finally {
    await server.stop();
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
});
try {
  if ('line'.includes(wanted)) await overSlowLine(browser);
  if ('pixels'.includes(wanted)) await toPixels(browser);
} finally {
  await browser.close();
}
