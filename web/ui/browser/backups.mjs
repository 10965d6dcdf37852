// A scheduled backup that fails is told to those who can do something about it, and to nobody else.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { desk, person, phone, signIn } from './page.mjs';
import { startServer } from './server.mjs';

export async function failedBackup({ browser }) {
  const server = await startServer('--backup-to', join(tmpdir(), `izdeu-not-mounted-${crypto.randomUUID()}`));
  try {
    const pages = [];
    const key = await server.makeKey('office', '--role', 'office');
    for (const [language, text, viewport, theme] of [
      ['ru', 'Последняя резервная копия не удалась', desk, 'light'],
      ['kk', 'Соңғы сақтық көшірме жасалмады', phone, 'dark'],
    ]) {
      const page = await person(browser, { language, viewport, theme });
      await signIn(page, server);
      const banner = page.getByRole('alert').filter({ hasText: text });
      await banner.waitFor();
      if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, `backup-${language}.png`) });
      pages.push(page);
    }
    const page = await person(browser);
    await signIn(page, { ...server, key });
    assert.equal(await page.getByText('резервная копия').count(), 0, 'an office is told of a failed backup');
    return [...pages, page];
  } finally {
    await server.stop();
  }
}
