// Runs the stories in headless Chromium against the real program; exit status 1 if one fails.
//   node browser/run.mjs [part of a story's name]
// CHROMIUM names the browser (default /usr/bin/chromium), IZDEU_BINARY the program.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { api, binary, startServer } from './server.mjs';
import { stories } from './stories.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const storyLimit = 180_000;
const wanted = process.argv[2] ?? '';

for (const [path, hint] of [
  [binary, 'build it with `make build`, or name it in IZDEU_BINARY'],
  [executablePath, 'install Chromium, or name it in CHROMIUM'],
]) {
  if (!existsSync(path)) {
    console.error(`${path} is missing: ${hint}`);
    process.exit(2);
  }
}

const server = await startServer();
const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
let failed = 0;
try {
  for (const story of stories.filter(({ name }) => name.includes(wanted))) {
    const started = performance.now();
    let timer;
    try {
      await Promise.race([
        story.run({ browser, server }),
        new Promise((_, fail) => {
          timer = setTimeout(() => fail(new Error(`not done in ${storyLimit / 1000} s`)), storyLimit);
        }),
      ]);
      console.log(`ok      ${story.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${story.name}\n        ${String(error?.stack ?? error).replaceAll('\n', '\n        ')}`);
      await pictures(story.name);
    } finally {
      clearTimeout(timer);
      for (const context of browser.contexts()) await context.close();
      await tidy();
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
console.log(failed === 0 ? 'all stories hold' : `${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** Ends the searches that a story leaves open: they would call the teams of the next, and fill its list. */
async function tidy() {
  const one = api(server);
  const { cases } = await one.get('cases?status=review,waiting,assigned,searching&limit=500');
  for (const { id, subjects = [] } of cases) {
    const open = subjects.filter(({ outcome }) => !outcome).map((subject) => subject.id);
    for (const subject_id of open.length ? open : [undefined])
      await one
        .post(`cases/${id}/commands`, {
          command_id: crypto.randomUUID(),
          type: 'case.outcome',
          subject_id,
          outcome: 'closed',
          reason: 'cancelled',
        })
        .catch((error) => console.log(`        case ${id} stays open: ${error.message}`));
  }
}

/** What the pages showed when a story failed. */
async function pictures(name) {
  const folder = join(tmpdir(), 'izdeu-browser-failures');
  await mkdir(folder, { recursive: true });
  let count = 0;
  for (const page of browser.contexts().flatMap((context) => context.pages())) {
    count += 1;
    const path = join(folder, `${name.replace(/\W+/g, '-')}-${count}.png`);
    try {
      await page.screenshot({ path });
      console.log(`        picture: ${path}`);
    } catch {
      console.log('        no picture: the page was gone');
    }
  }
}
