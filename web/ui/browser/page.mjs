// What the stories do in a browser, in words of the board.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export const desk = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

const errors = new WeakMap();

/** A browser of its own: no cookies, no storage shared with the others. */
export async function person(browser, { language = 'ru', theme = 'light', viewport = desk } = {}) {
  const small = viewport.width < 500;
  const context = await browser.newContext({ viewport, isMobile: small, hasTouch: small, reducedMotion: 'reduce' });
  context.setDefaultTimeout(15_000);
  await context.addInitScript(
    ([tongue, look]) => {
      if (localStorage.getItem('izdeu.language') === null) localStorage.setItem('izdeu.language', tongue);
      if (localStorage.getItem('izdeu.theme') === null) localStorage.setItem('izdeu.theme', look);
    },
    [language, theme],
  );
  const page = await context.newPage();
  const found = [];
  errors.set(page, found);
  page.on('pageerror', (error) => found.push(error.message));
  return page;
}

/** Errors that the page has thrown; a story ends with none. */
export function pageErrors(page) {
  return errors.get(page) ?? [];
}

/** Signs in with the key by way of the API, as the form does; the cookie then does the rest. */
export async function signIn(page, server, hash = '#/map') {
  const answer = await page.request.post(`${server.url}/api/v1/session`, { data: { key: server.key } });
  if (!answer.ok()) throw new Error(`signing in: ${answer.status()}`);
  await page.goto(`${server.url}/${hash}`);
  await page.locator('.connection-live').waitFor();
}

export async function open(page, hash) {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
}

export const row = (page, id) => page.locator(`.row[data-case="${id}"]`);
export const assignment = (page, team, status) =>
  page.locator(`.assignment[data-team="${team}"][data-status="${status}"]`);
export const button = (within, name) => within.getByRole('button', { name, exact: true });

/** One of a few: a radio button by its text. */
export const choose = (within, name) => within.getByRole('radio', { name, exact: true }).check();

/** Presses and holds until the board has taken it, then lets go. */
export async function hold(page, locator) {
  await locator.scrollIntoViewIfNeeded();
  const box = await locator.boundingBox();
  if (!box) throw new Error('the button to hold is not to be seen');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await locator.waitFor({ state: 'detached' });
  await page.mouse.up();
}

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds against WCAG 2.2 AA and good practice, whatever its impact, one line each. */
export async function seriousProblems(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const result = await globalThis.axe.run(document, {
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
      rules: { 'target-size': { enabled: true } },
      resultTypes: ['violations'],
    });
    return result.violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      nodes: nodes.slice(0, 4).map((node) => `${node.target.join(' ')} ${[...node.any, ...node.all, ...node.none][0]?.message ?? ''}`),
    }));
  });
  return violations.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.join(' | ')}`);
}

/**
 * How much a picture of a part of the page shows: the number of colours among its pixels and the share of
 * the most frequent one. It is taken from the screen, so what lies over the part counts too.
 */
export async function colours(page, locator) {
  const box = await locator.boundingBox();
  if (!box) throw new Error('there is nothing to take a picture of');
  const picture = await page.screenshot({ clip: box });
  const paper = await page.context().newPage();
  try {
    return await paper.evaluate(
      async (source) => {
        const image = new Image();
        image.src = source;
        await image.decode();
        const canvas = document.createElement('canvas');
        canvas.width = image.width;
        canvas.height = image.height;
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        const { data } = context.getImageData(0, 0, image.width, image.height);
        const counts = new Map();
        for (let index = 0; index < data.length; index += 4) {
          const colour = (data[index] << 16) | (data[index + 1] << 8) | data[index + 2];
          counts.set(colour, (counts.get(colour) ?? 0) + 1);
        }
        return { different: counts.size, share: Math.max(...counts.values()) / (data.length / 4) };
      },
      `data:image/png;base64,${picture.toString('base64')}`,
    );
  } finally {
    await paper.close();
  }
}

/** Texts with Latin words that a Kazakh or Russian page should not have. */
export async function foreignTexts(page) {
  return page.evaluate(() => {
    const allowed = new Set(['Izdeu', 'ID', 'GPS', 'JSON', 'GeoJSON', 'GPX', 'KML', 'QR', 'Kafka', 'https', 'iPhone', 'Ctrl', 'Eng', 'English']);
    // Ids and codes are data; the map's sources are names of their owners.
    const data = '.number, code, .board-map-sources, [lang="en"], script, style, noscript';
    const found = [];
    const look = (text, where) => {
      const words = (text.match(/[A-Za-z]{2,}/g) ?? []).filter((word) => !allowed.has(word));
      if (words.length > 0) found.push(`${where}: ${text.trim()}`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.parentElement?.closest(data))
        look(node.nodeValue ?? '', node.parentElement?.className || node.parentElement?.tagName);
    }
    for (const element of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
      if (element.closest(data)) continue;
      for (const name of ['aria-label', 'placeholder', 'title']) look(element.getAttribute(name) ?? '', name);
    }
    return found;
  });
}

/** Texts that no page may ever show: values that were not there, places that were not filled in. */
export async function brokenTexts(page) {
  return page.evaluate(() => {
    const text = document.body.innerText;
    return ['undefined', 'null', 'NaN', '[object', '{'].filter((sign) => text.includes(sign));
  });
}
