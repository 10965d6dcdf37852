import { h } from 'preact';

/** The kinds of places that matter for a case, as the contract names them. */
export const pointKinds = ['staging', 'home', 'clue', 'found', 'hazard'] as const;
export type PointKind = (typeof pointKinds)[number];

interface Sign {
  /** The outline, filled with the ground colour. */
  outline: string;
  /** What stands inside, as strokes. */
  inside: string;
}

/** One shape for each kind on a 24 × 24 grid, so that no colour is needed to tell them apart. */
export const signs: Record<PointKind, Sign> = {
  // A flag on a pole: here we meet.
  staging: { outline: 'M6 2.5h14l-4 5 4 5H8v9H6z', inside: 'M10 7.5h3' },
  home: { outline: 'M12 2.5 22 11h-3v10H5V11H2z', inside: 'M12 21v-6' },
  // A magnifier: something was found that belongs to the person.
  clue: { outline: 'M10 2.5a7.5 7.5 0 1 1-.1 0zM15 15.5l6 6', inside: 'M10 7v6M7 10h6' },
  // A person with a tick's arms: here the person was.
  found: { outline: 'M12 1.8a10.2 10.2 0 1 1-.1 0z', inside: 'M7 12.3l3.4 3.4L17.2 8.4' },
  hazard: { outline: 'M12 2.2 23 21.5H1z', inside: 'M12 9v6M12 18v.2' },
};

export function isPointKind(kind: string): kind is PointKind {
  return Object.hasOwn(signs, kind);
}

/** The sign of a kind of place as the map draws it; nothing for a kind that this board does not know. */
export function PointSign({ kind, size = 20 }: { kind: string; size?: number }) {
  if (!isPointKind(kind)) return null;
  const stroke = { fill: 'none', stroke: 'currentColor', 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
  return h(
    'svg',
    { class: 'point-sign', viewBox: '0 0 24 24', width: size, height: size, 'aria-hidden': 'true', 'data-point': kind },
    h('path', { d: signs[kind].outline, ...stroke, 'stroke-width': 2 }),
    h('path', { d: signs[kind].inside, ...stroke, 'stroke-width': 2 }),
  );
}
