/** The rows to draw of a long list of equal rows. */
export interface WindowRange {
  first: number;
  /** One past the last. */
  end: number;
}

/**
 * Which rows of `count`, each `rowHeight` pixels high, are within sight of a viewport, with `margin` more on both sides.
 */
export function visibleRange(
  count: number,
  rowHeight: number,
  scrollTop: number,
  viewport: number,
  margin: number,
): WindowRange {
  if (count === 0) return { first: 0, end: 0 };
  const top = Math.min(Math.max(0, scrollTop), Math.max(0, count * rowHeight - viewport));
  const first = Math.max(0, Math.floor(top / rowHeight) - margin);
  const end = Math.min(count, Math.ceil((top + viewport) / rowHeight) + margin);
  return { first, end };
}
