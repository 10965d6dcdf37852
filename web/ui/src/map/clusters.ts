import type { CaseStatus, Urgency } from './types';
import { caseStatuses } from './types';

/** A point to group; `x` and `y` in map units, a lower `rank` matters more. */
export interface ClusterPoint {
  id: string;
  x: number;
  y: number;
  rank: number;
}

/** Points that are drawn as one, the one that matters most first. */
export type Cluster<P extends ClusterPoint> = [P, ...P[]];

/** Order in which points become the leads of clusters; ids break ties, so that it never depends on arrival. */
export function byRank(a: ClusterPoint, b: ClusterPoint): number {
  return a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/**
 * Groups points (already sorted with byRank) that are closer than `radius` map units to a lead.
 * The most important point left becomes the lead and takes the free points around it, so a
 * cluster stands exactly where its most important member is and no two leads are closer than
 * `radius`. A grid of cells as wide as the radius keeps it near linear.
 */
export function clusterPoints<P extends ClusterPoint>(sorted: readonly P[], radius: number): Cluster<P>[] {
  if (!(radius > 0)) return sorted.map((point) => [point]);
  const cells = new Map<string, number[]>();
  const cell = (value: number): number => Math.floor(value / radius);
  sorted.forEach((point, index) => {
    const key = `${cell(point.x)},${cell(point.y)}`;
    const members = cells.get(key);
    if (members) members.push(index);
    else cells.set(key, [index]);
  });
  const taken = new Uint8Array(sorted.length);
  const clusters: Cluster<P>[] = [];
  sorted.forEach((lead, leadIndex) => {
    if (taken[leadIndex]) return;
    taken[leadIndex] = 1;
    const near: number[] = [];
    for (let column = cell(lead.x) - 1; column <= cell(lead.x) + 1; column++) {
      for (let row = cell(lead.y) - 1; row <= cell(lead.y) + 1; row++) {
        for (const index of cells.get(`${column},${row}`) ?? []) {
          const point = sorted[index];
          if (!point || taken[index]) continue;
          if ((point.x - lead.x) ** 2 + (point.y - lead.y) ** 2 >= radius * radius) continue;
          taken[index] = 1;
          near.push(index);
        }
      }
    }
    near.sort((a, b) => a - b);
    clusters.push([lead, ...near.map((index) => sorted[index] as P)]);
  });
  return clusters;
}

const urgencyOrder: Record<Urgency, number> = { life_threatening: 0, urgent: 1, routine: 2 };

/** What waits comes before everything else, and the most urgent before the rest of its status. */
export function caseRank(status: CaseStatus, urgency: Urgency): number {
  return caseStatuses.indexOf(status) * 3 + urgencyOrder[urgency];
}

/** The four groups of a cluster's ring. */
export const ringGroups = ['waiting', 'review', 'active', 'over'] as const;
export type RingGroup = (typeof ringGroups)[number];
export type RingCounts = Record<RingGroup, number>;

export function ringGroup(status: CaseStatus): RingGroup {
  switch (status) {
    case 'waiting':
    case 'review':
      return status;
    case 'assigned':
    case 'searching':
      return 'active';
    default:
      return 'over';
  }
}

export function ringCounts(statuses: Iterable<CaseStatus>): RingCounts {
  const counts: RingCounts = { waiting: 0, review: 0, active: 0, over: 0 };
  for (const status of statuses) counts[ringGroup(status)]++;
  return counts;
}

/** A group that is present keeps at least this share of the ring, so that one waiting case in 900 is seen. */
const leastShare = 0.1;

/** Shares of the ring, summing to 1, in the order of ringGroups; absent groups have 0. */
export function ringShares(counts: RingCounts): number[] {
  const total = ringGroups.reduce((sum, group) => sum + counts[group], 0);
  if (total === 0) return ringGroups.map(() => 0);
  const shares = ringGroups.map((group) => (counts[group] === 0 ? 0 : Math.max(counts[group] / total, leastShare)));
  const sum = shares.reduce((left, right) => left + right, 0);
  return shares.map((share) => share / sum);
}
