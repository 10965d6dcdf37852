import type { CaseView } from '../api/views';
import { childCategory } from '../filing/draft';

/** The answer of GET /rings: how far from the last known point people of a category were found. */
export interface RingTable {
  source?: string;
  licence?: string;
  rows: RingRow[];
}

export interface RingRow {
  category: string;
  /** Absent: any. */
  eco?: 'dry' | 'temperate' | 'urban';
  terrain?: 'flat' | 'mountains';
  /** Kilometres within which 25, 50, 75 and 95 of 100 were found. */
  km: number[];
}

export const shares = [25, 50, 75, 95] as const;

export const grounds = ['dry flat', 'dry mountains', 'temperate flat', 'temperate mountains', 'urban'] as const;
export type Ground = (typeof grounds)[number];

/** The row that counts for a category on a ground: the first one that holds. */
export function rowFor(table: RingTable, category: string, ground: Ground): RingRow | undefined {
  const [eco, terrain] = ground.split(' ');
  return table.rows.find(
    (row) =>
      row.category === category &&
      (row.eco === undefined || row.eco === eco) &&
      (row.terrain === undefined || row.terrain === terrain),
  );
}

/** The category of the first person sought of whom one is known; nobody's is guessed. */
export function categoryOf(view: CaseView, table: RingTable): string | undefined {
  if (view.kind !== 'missing_person') return undefined;
  const known = new Set(table.rows.map((row) => row.category));
  for (const subject of view.subjects ?? []) {
    if (subject.outcome) continue;
    const dangers = subject.dangers ?? [];
    const candidates = [
      subject.category,
      dangers.includes('dementia') ? 'dementia' : undefined,
      dangers.includes('suicidal_intent') ? 'despondent' : undefined,
      childCategory(subject.age),
    ];
    const found = candidates.find((category) => category !== undefined && known.has(category));
    if (found) return found;
  }
  return undefined;
}

/** Whether distances from the case's place mean anything: a person is still sought, and the place is exact. */
export function mayHaveRings(view: CaseView): boolean {
  return (
    view.kind === 'missing_person' &&
    view.location !== undefined &&
    !view.approximate &&
    (view.subjects ?? []).some((subject) => subject.outcome === undefined || subject.outcome === 'missing')
  );
}
