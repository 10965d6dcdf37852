import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast } from '../styles/contrast';
import { statusColours, statusGlyphs, statusVariables } from './glyphs';
import { palettes } from './palette';
import { caseStatuses, type Theme } from './types';

describe('statusGlyphs', () => {
  it('has a drawable shape for every status and no other', () => {
    expect(Object.keys(statusGlyphs).sort()).toEqual([...caseStatuses].sort());
    for (const status of caseStatuses) {
      const glyph = statusGlyphs[status];
      expect(glyph.silhouette).toMatch(/^M.*z$/);
      expect(glyph.fill ?? glyph.stroke).toMatch(/^M/);
    }
  });

  it('has a shape of its own for every status, so that colour is never the only cue', () => {
    const shapes = caseStatuses.map((status) => `${statusGlyphs[status].fill} ${statusGlyphs[status].stroke}`);
    expect(new Set(shapes).size).toBe(caseStatuses.length);
  });
});

describe('statusColours', () => {
  it.each(['light', 'dark', 'night'] as Theme[])('can be read in the %s theme, on the ground and on the map', (theme) => {
    for (const status of caseStatuses) {
      for (const ground of [palettes[theme].ground, palettes[theme].country]) {
        expect(contrast(statusColours[theme][status], ground), `${status} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('never shows a death in the colour of an alarm', () => {
    for (const theme of ['light', 'dark'] as Theme[]) {
      const colour = statusColours[theme].deceased;
      const [red, green, blue] = [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16)) as [
        number,
        number,
        number,
      ];
      expect(red).toBeLessThanOrEqual(Math.min(green, blue));
    }
  });

  it('is the same in glyphs.css and in the part of board-map.css for the dark maps', () => {
    const rules = (file: string): string[] => readFileSync(new URL(file, import.meta.url), 'utf8').split('}');
    const variables = (rule: string | undefined): Record<string, string> =>
      Object.fromEntries(
        [...(rule ?? '').matchAll(/(--status-\w+): (#[0-9a-f]{6})/g)].map((match) => [match[1], match[2]]),
      );
    expect(variables(rules('glyphs.css')[0])).toEqual(statusVariables('light'));
    expect(variables(rules('glyphs.css')[1])).toEqual(statusVariables('dark'));
    expect(variables(rules('glyphs.css')[2])).toEqual(statusVariables('night'));
    expect(variables(rules('board-map.css')[1])).toEqual(statusVariables('dark'));
    expect(variables(rules('board-map.css')[2])).toEqual(statusVariables('night'));
  });
});

describe('palettes', () => {
  it.each(['light', 'dark'] as Theme[])('has readable labels in the %s theme', (theme) => {
    const { townLabel, waterLabel, lake, ink, staleInk, ground, country } = palettes[theme];
    expect(contrast(townLabel, country)).toBeGreaterThanOrEqual(7);
    expect(contrast(ink, ground)).toBeGreaterThanOrEqual(7);
    expect(contrast(staleInk, ground)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(waterLabel, lake)).toBeGreaterThanOrEqual(3);
  });

  it('lets no green and no blue through at night, and labels stay readable', () => {
    const { townLabel, ink, staleInk, ground, country, lake, waterLabel, ...rest } = palettes.night;
    for (const colour of [townLabel, ink, staleInk, ground, country, lake, waterLabel, ...Object.values(rest)]) {
      expect(colour).toMatch(/^#[0-9a-f]{2}0000$/);
    }
    // Pure red on black is 5.25:1, the most that red light gives: AA for text, AAA is out of reach.
    for (const label of [townLabel, ink, staleInk]) expect(contrast(label, ground)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(townLabel, country)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(waterLabel, lake)).toBeGreaterThanOrEqual(3);
  });
});
