// Part of the build: the service worker with the files that it keeps, every file packed, and the size of the first board.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));

/** What a phone loads before the list is there, compressed; the map comes after it. */
const firstBoardBytes = 300_000;
// Of the typeface only what the three languages are written with; the browser fetches others when it meets them.
const otherAlphabets = /-(vietnamese|math|symbols|latin-ext)-/;
// Parts of the map for an installation's own tiles, which need a connection themselves.
const ownTiles = /^assets\/(tiles|esm|src|DataTile)-/;
const packed = /\.(woff2|png)$/;
// Below this many bytes packing is not worth a file.
const smallestBrotli = 1024;

export function shell() {
  let out = '';
  return {
    name: 'izdeu-shell',
    apply: 'build',
    configResolved(config) {
      out = config.build.outDir.startsWith('/') ? config.build.outDir : join(config.root, config.build.outDir);
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        const names = readdirSync(out, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && entry.name !== 'sw.js')
          .map((entry) => relative(out, join(entry.parentPath, entry.name)))
          .filter((name) => !otherAlphabets.test(name) && !ownTiles.test(name))
          .sort();
        const sum = createHash('sha256');
        for (const name of names) sum.update(name).update(readFileSync(join(out, name)));
        const source = readFileSync(join(here, 'sw.js'), 'utf8');
        const paths = names.map((name) => (name === 'index.html' ? '/' : `/${name}`));
        const version = sum.update(source).digest('hex').slice(0, 16);
        writeFileSync(
          join(out, 'sw.js'),
          source.replace('__VERSION__', version).replace('__FILES__', JSON.stringify(paths)),
        );
        packAll(out);
        const first = firstBoard(out, names);
        const bytes = first.reduce((total, one) => total + one.bytes, 0);
        console.log(`first board, compressed, before the map: ${bytes} of ${firstBoardBytes} bytes`);
        if (bytes > firstBoardBytes) {
          const list = first.map((one) => `  ${one.bytes} ${one.name}`).join('\n');
          throw new Error(`the first board is too large for a bad line (at most ${firstBoardBytes} bytes):\n${list}`);
        }
      },
    },
  };
}

/** Lays name.br beside every file that is worth it: the server sends it to whoever takes brotli. */
function packAll(out) {
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const name = join(entry.parentPath, entry.name);
    if (!entry.isFile() || packed.test(name)) continue;
    const content = readFileSync(name);
    if (content.length < smallestBrotli) continue;
    const params = { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    writeFileSync(`${name}.br`, brotliCompressSync(content, { params }));
  }
}

/** The page, what it names, what those import at once, the texts of a language, and the typeface. */
export function firstBoard(out, names) {
  const read = (name) => readFileSync(join(out, name));
  const wanted = new Set(['index.html']);
  const follow = (name) => {
    if (wanted.has(name) || !names.includes(name)) return;
    wanted.add(name);
    // `import"./a.js"` and `from"./a.js"`; what is imported later, as the map, is written `import("./a.js")`.
    if (name.endsWith('.js'))
      for (const [, other] of read(name).toString().matchAll(/(?:import|from)\s*"\.\/([^"]+)"/g)) follow(`assets/${other}`);
  };
  for (const [, name] of read('index.html')
    .toString()
    .matchAll(/(?:src|href)="\/([^"]+)"/g))
    if (/\.(js|css|svg|webmanifest)$/.test(name)) follow(name);
  for (const name of names) if (name.endsWith('.woff2')) wanted.add(name);
  const size = (name) => read(name).length;
  const [longest] = names.filter((name) => name.startsWith('assets/texts-')).sort((a, b) => size(b) - size(a));
  wanted.add(longest);
  return [...wanted].map((name) => {
    const content = read(name);
    return { name, bytes: packed.test(name) ? content.length : gzipSync(content, { level: 9 }).length };
  });
}
