import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Form } from './phrase';
import { splitLanguages } from './split.mjs';

interface Build {
  buildStart(this: { emitFile(file: { name: string; source: string }): string }): Promise<void>;
  load(id: string): string | undefined;
}

/** Calls `each` with everything that is no dictionary, and where it stands. */
function walk(value: unknown, path: string, each: (path: string, value: unknown) => void): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) each(path, value);
  else for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`, each);
}

describe('a build', () => {
  it('lays the texts of each language into a file, where a phrase finds them by its number', async () => {
    const build = splitLanguages() as unknown as Build;
    const texts: Form[][] = [];
    await build.buildStart.call({ emitFile: ({ source }) => `${texts.push(JSON.parse(source))}` });
    expect(build.load(join(import.meta.dirname, 'texts.ts'))).toContain('kk: import.meta.ROLLUP_FILE_URL_3');
    const numbers: unknown[] = [];
    for (const name of [
      ...readdirSync(join(import.meta.dirname, 'words')).map((one) => `words/${one}`),
      'regions.ts',
    ]) {
      const written: Record<string, unknown> = {};
      walk(await import(/* @vite-ignore */ join(import.meta.dirname, name)), name, (path, phrase) => {
        written[path] = phrase;
      });
      const code = build.load(join(import.meta.dirname, name)) ?? '';
      walk(
        await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`),
        name,
        (path, number) => {
          numbers.push(number);
          expect(
            texts.map((one) => one[Number(number) - 1]),
            path,
          ).toEqual(written[path]);
          delete written[path];
        },
      );
      expect(written, 'not split').toEqual({});
    }
    expect(numbers.length).toBeGreaterThan(300);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(texts.map(({ length }) => length)).toEqual(Array(3).fill(numbers.length));
  });
});
