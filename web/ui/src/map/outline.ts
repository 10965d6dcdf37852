type Position = readonly number[];

/**
 * The outer border of polygons that share their inner borders point by point: every edge that
 * belongs to one polygon only, joined into lines. So Kazakhstan's border comes from its regions.
 */
export function outerBorder(polygons: Iterable<readonly (readonly Position[])[]>): Position[][] {
  const edges = new Map<string, [Position, Position]>();
  const name = (point: Position): string => `${point[0]},${point[1]}`;
  for (const rings of polygons) {
    for (const ring of rings) {
      for (let index = 1; index < ring.length; index++) {
        const from = ring[index - 1] as Position;
        const to = ring[index] as Position;
        const [first, second] = [name(from), name(to)];
        if (first === second) continue;
        const key = first < second ? `${first} ${second}` : `${second} ${first}`;
        if (edges.has(key)) edges.delete(key);
        else edges.set(key, [from, to]);
      }
    }
  }
  const starts = new Map<string, [Position, Position][]>();
  for (const edge of edges.values()) {
    const key = name(edge[0]);
    const list = starts.get(key);
    if (list) list.push(edge);
    else starts.set(key, [edge]);
  }
  const used = new Set<[Position, Position]>();
  const lines: Position[][] = [];
  for (const edge of edges.values()) {
    if (used.has(edge)) continue;
    const line: Position[] = [edge[0]];
    for (let next: [Position, Position] | undefined = edge; next; ) {
      used.add(next);
      line.push(next[1]);
      next = starts.get(name(next[1]))?.find((candidate) => !used.has(candidate));
    }
    lines.push(line);
  }
  return lines;
}
