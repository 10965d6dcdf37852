import { h } from 'preact';
import type { CaseStatus, Theme } from './types';
import './glyphs.css';

/**
 * One shape on a 24 × 24 grid, as SVG path data. The list draws it as SVG, the map on a canvas,
 * so that both show the same thing. `fill` follows the even-odd rule: inner outlines are holes.
 */
export interface Glyph {
  /** The outer outline; the map fills it with the ground colour so that nothing shows through. */
  silhouette: string;
  fill?: string;
  stroke?: string;
  /** Width of `stroke` in grid units; 2 when absent. */
  strokeWidth?: number;
}

const disc = (radius: number): string =>
  `M${12 - radius} 12a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`;
const diamond = 'M12 1.2 22.8 12 12 22.8 1.2 12z';
const hexagon = 'M12 1.8 20.8 6.9v10.2L12 22.2 3.2 17.1V6.9z';
const square = 'M6 3.5h12a2.5 2.5 0 0 1 2.5 2.5v12a2.5 2.5 0 0 1-2.5 2.5H6A2.5 2.5 0 0 1 3.5 18V6A2.5 2.5 0 0 1 6 3.5z';
const smallSquare = 'M7 5h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z';

export const statusGlyphs: Record<CaseStatus, Glyph> = {
  waiting: {
    silhouette: diamond,
    fill: `${diamond}M10.7 6h2.6l-.4 8h-1.8zM10.6 15.8h2.8v2.6h-2.8z`,
  },
  review: {
    silhouette: hexagon,
    stroke: `${hexagon}M9.2 9.6a2.9 2.9 0 1 1 4.3 2.5c-1 .6-1.5 1.1-1.5 2.1M12 16.9v.2`,
  },
  assigned: {
    silhouette: disc(10),
    stroke: `${disc(9.6)}M10 7.4 14.6 12 10 16.6`,
    strokeWidth: 2.4,
  },
  searching: {
    silhouette: disc(10.6),
    fill: `${disc(10.6)}${disc(4.2)}`,
  },
  ended: {
    silhouette: square,
    stroke: `${square}M8.2 12h7.6`,
  },
  missing: {
    silhouette: disc(9.6),
    stroke: `${disc(9.6)}M9.6 8.4v7.2M14.4 8.4v7.2`,
  },
  found: {
    silhouette: disc(10.2),
    fill: `${disc(10.2)}M7.1 11.2 5.7 12.7l4.8 4.6 8-8.7-1.5-1.4-6.6 7.1z`,
  },
  deceased: {
    silhouette: smallSquare,
    fill: smallSquare,
  },
  closed: {
    silhouette: square,
    stroke: `${square}M7.8 12.2l3 3 5.4-6.2`,
  },
};

/** At least 4.5:1 on the ground of each theme (white, #141d1a, black); the test computes it. */
export const statusColours: Record<Theme, Record<CaseStatus, string>> = {
  light: {
    waiting: '#b3340b',
    review: '#7d5300',
    assigned: '#175a9c',
    searching: '#175a9c',
    ended: '#51605a',
    missing: '#5b4f92',
    found: '#0f6b4c',
    deceased: '#4b5661',
    closed: '#5a6b63',
  },
  dark: {
    waiting: '#ff9466',
    review: '#eebf55',
    assigned: '#7cbcf5',
    searching: '#7cbcf5',
    ended: '#aebbb5',
    missing: '#b9b0ef',
    found: '#6fd0a5',
    deceased: '#a9b4bf',
    closed: '#9fb0a8',
  },
  night: {
    waiting: '#ff0000',
    review: '#ff0000',
    assigned: '#ff0000',
    searching: '#ff0000',
    ended: '#ff0000',
    missing: '#ff0000',
    found: '#ff0000',
    deceased: '#ff0000',
    closed: '#ff0000',
  },
};

/** The arrow of a team: an outline that is filled while the team is on a case. */
export const teamArrow = 'M12 2.2 20 21.2 12 17 4 21.2z';

/** The colours as CSS variables (`--status-waiting` …), for a theme switch that sets them on an element. */
export function statusVariables(theme: Theme): Record<string, string> {
  return Object.fromEntries(
    Object.entries(statusColours[theme]).map(([status, colour]) => [`--status-${status}`, colour]),
  );
}

interface StatusGlyphProps {
  status: CaseStatus;
  /** Side in CSS pixels; 20 when absent. */
  size?: number;
  /** Said by screen readers; without it the glyph is decoration beside a word. */
  label?: string;
}

/** The shape of a status in its colour. The colour comes from `--status-…`, see glyphs.css. */
export function StatusGlyph({ status, size = 20, label }: StatusGlyphProps) {
  const glyph = statusGlyphs[status];
  return h(
    'svg',
    {
      class: 'status-glyph',
      viewBox: '0 0 24 24',
      width: size,
      height: size,
      'data-status': status,
      style: `color:var(--status-${status},${statusColours.light[status]})`,
      ...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' }),
    },
    glyph.fill && h('path', { d: glyph.fill, fill: 'currentColor', 'fill-rule': 'evenodd' }),
    glyph.stroke &&
      h('path', {
        d: glyph.stroke,
        fill: 'none',
        stroke: 'currentColor',
        'stroke-width': glyph.strokeWidth ?? 2,
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round',
      }),
  );
}

/** A team's arrow as the map draws it: hollow when free, filled on a case, dashed when its position is stale. */
export function TeamGlyph({ free, stale, size = 20 }: { free: boolean; stale?: boolean; size?: number }) {
  return h(
    'svg',
    { class: 'team-glyph', viewBox: '0 0 24 24', width: size, height: size, 'aria-hidden': 'true' },
    h('path', {
      d: teamArrow,
      fill: free ? 'none' : 'currentColor',
      stroke: 'currentColor',
      'stroke-width': 2,
      'stroke-linejoin': 'round',
      ...(stale ? { 'stroke-dasharray': '4.6 3', 'stroke-linecap': 'butt', 'fill-opacity': 0.4, opacity: 0.75 } : {}),
    }),
  );
}
