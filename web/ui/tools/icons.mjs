// Draws the icons of the installed board from public/icon.svg: node tools/icons.mjs (needs Chromium, as the stories do).
import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const place = new URL('../public/', import.meta.url);
const icon = readFileSync(new URL('icon.svg', place), 'utf8');
// A launcher may cut a maskable icon to a circle of 80 %: the sign is smaller and the ground reaches the edges.
const maskable = icon
  .replace('rx="7"', '')
  .replace(/(<rect[^>]*\/>)(.*)<\/svg>/s, '$1<g transform="translate(16 16) scale(.76) translate(-16 -16)">$2</g></svg>');

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  for (const [name, source, size] of [
    ['icon-180.png', icon.replace('rx="7"', ''), 180],
    ['icon-192.png', icon, 192],
    ['icon-512.png', icon, 512],
    ['icon-maskable-512.png', maskable, 512],
  ]) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${source}`);
    writeFileSync(new URL(name, place), await page.screenshot({ omitBackground: true }));
    await page.close();
  }
} finally {
  await browser.close();
}
