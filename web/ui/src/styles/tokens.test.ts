import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast } from './contrast';

type Tokens = Record<string, string>;

const rules = readFileSync(new URL('tokens.css', import.meta.url), 'utf8').split('}');

/** The colours of a theme; what it does not set is that of the light one. */
function tokens(theme: string): Tokens {
  const read = (rule: string | undefined): Tokens =>
    Object.fromEntries([...(rule ?? '').matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1], match[2]]));
  const own = theme === 'light' ? undefined : rules.find((rule) => rule.includes(`:root[data-theme="${theme}"] {`));
  return { ...read(rules[0]), ...read(own) };
}

/** What stands on what, as the style sheets have it; text needs 4.5:1, the edge of a control and the focus 3:1. */
const text: [string, string[]][] = [
  ['--ink', ['--ground', '--ground-low', '--ground-hover', '--ground-chosen', '--danger-ground', '--notice-ground']],
  ['--secondary', ['--ground', '--ground-low', '--ground-hover', '--ground-chosen']],
  ['--action', ['--ground', '--ground-low', '--ground-hover']],
  ['--on-action', ['--action', '--action-hover']],
  ['--on-quiet', ['--quiet', '--quiet-hover']],
  ['--danger', ['--ground', '--danger-ground']],
  ['--notice', ['--ground', '--notice-ground']],
  ['--live', ['--ground']],
];
const edges: [string, string[]][] = [
  ['--edge-strong', ['--ground', '--ground-low']],
  ['--focus', ['--ground', '--ground-low', '--ground-hover', '--ground-chosen']],
];

describe.each(['light', 'dark', 'night'])('the %s look', (theme) => {
  const of = tokens(theme);
  it.each([...text.map((pair) => [...pair, 4.5] as const), ...edges.map((pair) => [...pair, 3] as const)])(
    'has a readable %s on %s',
    (front, grounds, least) => {
      for (const ground of grounds) {
        expect(contrast(of[front] ?? '', of[ground] ?? ''), `${front} on ${ground}`).toBeGreaterThanOrEqual(least);
      }
    },
  );
});

describe('the night look', () => {
  it('sets every colour anew, and none has green or blue', () => {
    const own = rules.find((rule) => rule.includes(':root[data-theme="night"] {')) ?? '';
    const named = [...own.matchAll(/(--[\w-]+):/g)].map((match) => match[1]);
    for (const name of Object.keys(tokens('light'))) expect(named).toContain(name);
    for (const [name, colour] of Object.entries(tokens('night'))) expect(colour, name).toMatch(/^#[0-9a-f]{2}0000$/);
  });
});
