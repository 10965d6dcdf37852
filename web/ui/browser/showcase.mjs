// What the gallery and the hours share: the program with a demo, a browser, a page of pictures.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { binary, startServer } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Starts program and browser, lets `show` work with them, and stops both. */
export async function withBoard(show, ...flags) {
  for (const path of [binary, executablePath]) {
    if (!existsSync(path)) throw new Error(`${path} is missing: run \`make build\`, or name Chromium in CHROMIUM`);
  }
  const server = await startServer(...flags);
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  });
  try {
    return await show({ browser, server });
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** An empty folder under browser/artifacts, which git leaves alone. */
export async function folder(name) {
  const path = resolve(here, 'artifacts', name);
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  return path;
}

const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Writes index.html: parts with a title, each with pictures and their words. */
export async function writeIndex(path, title, parts) {
  const body = parts.map(
    ({ name, pictures }) =>
      `<section><h2>${escaped(name)}</h2><div>${pictures
        .map(
          ({ file, text }) =>
            `<figure><a href="${escaped(file)}"><img loading="lazy" src="${escaped(file)}" alt="${escaped(text)}"></a><figcaption>${escaped(text)}</figcaption></figure>`,
        )
        .join('')}</div></section>`,
  );
  const links = parts.map(({ name }, index) => `<a href="#p${index}">${escaped(name)}</a>`).join(' · ');
  const sections = body.map((one, index) => one.replace('<section>', `<section id="p${index}">`)).join('\n');
  await writeFile(
    join(path, 'index.html'),
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>
<style>body{font:15px/1.4 system-ui;margin:20px;background:#777;color:#fff}a{color:#fff}div{display:flex;flex-wrap:wrap;gap:14px}
figure{margin:0}img{height:420px;display:block;border:1px solid #333}figcaption{padding:4px 0;max-width:670px}</style>
<h1>${escaped(title)}</h1><p>${links}</p>${sections}</html>\n`,
  );
  return join(path, 'index.html');
}
