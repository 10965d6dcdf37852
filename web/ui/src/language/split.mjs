// Part of the build: the texts of each language become a file of their own, so that a phone loads one of the three. In
// what is built a phrase is its number there, counted from 1; without a build it stays the three texts.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { normalizePath, parseAst, transformWithEsbuild } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const pathOf = (...names) => normalizePath(join(here, ...names));
// In the order of a phrase's texts.
const languages = ['en', 'ru', 'kk'];
const dictionaries = [
  ...readdirSync(join(here, 'words'))
    .sort()
    .map((name) => pathOf('words', name)),
  pathOf('regions.ts'),
];

export function splitLanguages() {
  const numbered = new Map();
  const files = {};
  return {
    name: 'izdeu-languages',
    apply: 'build',
    enforce: 'pre',
    async buildStart() {
      const texts = languages.map(() => []);
      for (const path of dictionaries) numbered.set(path, await number(path, texts));
      languages.forEach((language, i) => {
        files[language] = this.emitFile({
          type: 'asset',
          name: `texts-${language}.json`,
          source: JSON.stringify(texts[i]),
        });
      });
    },
    load(id) {
      if (id !== pathOf('texts.ts')) return numbered.get(id);
      const addresses = languages.map((language) => `${language}: import.meta.ROLLUP_FILE_URL_${files[language]}`);
      return `export const textFiles = { ${addresses.join(', ')} };`;
    },
  };
}

/** The code of a dictionary with numbers for its phrases, whose texts are added to `texts`. */
async function number(path, texts) {
  const { code } = await transformWithEsbuild(readFileSync(path, 'utf8'), path, { loader: 'ts', charset: 'utf8' });
  let made = '';
  let from = 0;
  const visit = (node) => {
    const forms = node?.type === 'ArrayExpression' ? node.elements.map(formOf) : [];
    if (forms.length === languages.length && !forms.includes(undefined)) {
      for (const [i, form] of forms.entries()) texts[i].push(form);
      made += `${code.slice(from, node.start)}${texts[0].length}`;
      from = node.end;
    } else if (node && typeof node === 'object') for (const inner of Object.values(node)) visit(inner);
  };
  visit(parseAst(code));
  return made + code.slice(from);
}

/** A text, or an object of texts; undefined for anything else. */
function formOf(node) {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateLiteral' && node.quasis.length === 1) return node.quasis[0].value.cooked;
  if (node.type !== 'ObjectExpression') return undefined;
  const entries = node.properties.map(({ key, value }) => [key?.name ?? key?.value, value && formOf(value)]);
  return entries.some(([, text]) => typeof text !== 'string') ? undefined : Object.fromEntries(entries);
}
