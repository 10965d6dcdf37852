// Lighthouse on four pages of the running program, as a phone and as a desk, with the list's page signed in:
//   npm install --prefix DIR lighthouse@12 && LIGHTHOUSE=DIR node browser/lighthouse.mjs [part of a page's name]
// It is no dependency of the board: 185 MB for a look now and then.
// Lighthouse makes a phone of this machine by slowing it down by 4, which is meant for an index of 1500 to 2000; for one of
// 1000 to 1500 its docs/throttling.md names 2: SLOWDOWN=2. The index of the machine, which varies, stands in each line.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { fillCountry } from './many.mjs';
import { api, startServer } from './server.mjs';

const wanted = process.argv[2] ?? '';
const least = 95;
const slowdown = Number(process.env.SLOWDOWN ?? 4);
const phoneConfig = { extends: 'lighthouse:default', settings: { throttling: { cpuSlowdownMultiplier: slowdown } } };
const categories = ['performance', 'accessibility', 'best-practices'];

if (!process.env.LIGHTHOUSE) {
  console.error('name the folder that Lighthouse is installed in: npm install --prefix DIR lighthouse@12 && LIGHTHOUSE=DIR …');
  process.exit(2);
}
if (!(slowdown >= 1)) {
  console.error(`SLOWDOWN=${process.env.SLOWDOWN}: say how many times slower, 1 or more`);
  process.exit(2);
}
const require = createRequire(join(resolve(process.env.LIGHTHOUSE), 'package.json'));
const { default: lighthouse, desktopConfig } = await import(pathToFileURL(require.resolve('lighthouse')).href);

const server = await startServer();
const port = 20_000 + (process.pid % 20_000);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync', `--remote-debugging-port=${port}`],
});
let low = 0;
try {
  await fillCountry(server, { cases: 50, teams: 20, within: [[62, 52], [65, 54]] });
  const id = await api(server).file({ place: 'Жуковка' });
  const answer = await fetch(`${server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ key: server.key }),
  });
  const cookie = answer.headers.getSetCookie()[0].split(';')[0];
  for (const [name, path, signedIn] of [
    ['sign-in', '/', false],
    ['board', '/#/map', true],
    ['case', `/#/case/${id}`, true],
    ['filing form', '/#/new', true],
  ]) {
    if (!name.includes(wanted)) continue;
    for (const [size, config] of [['phone', phoneConfig], ['desk', desktopConfig]]) {
      const result = await lighthouse(
        server.url + path,
        { port, output: 'json', logLevel: 'error', onlyCategories: categories, extraHeaders: signedIn ? { Cookie: cookie } : undefined },
        config,
      );
      const { lhr } = result;
      const scores = categories.map((category) => Math.round(lhr.categories[category].score * 100));
      console.log(`${name}, ${size}: ${categories.map((category, i) => `${category} ${scores[i]}`).join(', ')}; ${['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift', 'speed-index'].map((audit) => `${audit} ${lhr.audits[audit].displayValue}`).join(', ')}; index ${Math.round(lhr.environment.benchmarkIndex)}, slowed by ${lhr.configSettings.throttling.cpuSlowdownMultiplier}`);
      if (scores.some((score) => score < least)) low += 1;
      const weighty = categories.flatMap((category) => lhr.categories[category].auditRefs.filter(({ weight }) => weight > 0).map(({ id: audit }) => audit));
      for (const audit of new Set(weighty)) {
        const { score, title, displayValue = '', details } = lhr.audits[audit];
        if (score !== null && score < 0.9)
          console.log(`    ${audit} ${Math.round(score * 100)}: ${title} ${displayValue} ${JSON.stringify(details?.items ?? []).slice(0, 300)}`);
      }
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
process.exit(low === 0 ? 0 : 1);
