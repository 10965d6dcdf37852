import { describe, expect, it } from 'vitest';
import { byRank, caseRank, type ClusterPoint, clusterPoints, ringCounts, ringGroup, ringShares } from './clusters';
import { caseStatuses } from './types';

function randomPoints(count: number, seed: number): ClusterPoint[] {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, (_, index) => ({
    id: `case-${index}`,
    x: next() * 1000,
    y: next() * 1000,
    rank: Math.floor(next() * 27),
  }));
}

const apart = (a: ClusterPoint, b: ClusterPoint): number => Math.hypot(a.x - b.x, a.y - b.y);

describe('clusterPoints', () => {
  it('puts every point into exactly one cluster, its most important one first', () => {
    const points = randomPoints(2000, 1).sort(byRank);
    const clusters = clusterPoints(points, 40);
    const members = clusters.flat().map((point) => point.id);
    expect(members).toHaveLength(2000);
    expect(new Set(members).size).toBe(2000);
    for (const cluster of clusters) expect([...cluster].sort(byRank)).toEqual(cluster);
  });

  it('keeps members within the radius of their lead and leads apart', () => {
    const clusters = clusterPoints(randomPoints(1500, 2).sort(byRank), 55);
    for (const [lead, ...members] of clusters) {
      for (const member of members) expect(apart(lead, member)).toBeLessThan(55);
    }
    for (const [index, [lead]] of clusters.entries()) {
      for (const [other] of clusters.slice(index + 1)) expect(apart(lead, other)).toBeGreaterThanOrEqual(55);
    }
  });

  it('groups as a search through all pairs does', () => {
    const points = randomPoints(400, 3).sort(byRank);
    const left = [...points];
    const naive: string[][] = [];
    while (left.length > 0) {
      const lead = left[0] as ClusterPoint;
      const members = left.filter((point) => point === lead || apart(lead, point) < 70);
      naive.push(members.map((point) => point.id));
      for (const member of members) left.splice(left.indexOf(member), 1);
    }
    expect(clusterPoints(points, 70).map((cluster) => cluster.map((point) => point.id))).toEqual(naive);
  });

  it('does not depend on the order of arrival', () => {
    const points = randomPoints(300, 4);
    const forwards = clusterPoints([...points].sort(byRank), 60);
    const backwards = clusterPoints([...points].reverse().sort(byRank), 60);
    expect(backwards).toEqual(forwards);
  });

  it('stands where the waiting case is, not in the middle', () => {
    const waiting = { id: 'z', x: 10, y: 0, rank: caseRank('waiting', 'routine') };
    const closed = { id: 'a', x: 0, y: 0, rank: caseRank('closed', 'life_threatening') };
    expect(clusterPoints([closed, waiting].sort(byRank), 40)).toEqual([[waiting, closed]]);
  });

  it('leaves every point alone without a radius', () => {
    expect(clusterPoints(randomPoints(5, 5), 0)).toHaveLength(5);
    expect(clusterPoints(randomPoints(5, 5), Number.NaN)).toHaveLength(5);
  });
});

describe('caseRank', () => {
  it('puts any waiting case before any other, the life-threatening one first', () => {
    expect(caseRank('waiting', 'life_threatening')).toBeLessThan(caseRank('waiting', 'urgent'));
    for (const status of caseStatuses) {
      if (status === 'waiting') continue;
      expect(caseRank('waiting', 'routine')).toBeLessThan(caseRank(status, 'life_threatening'));
    }
  });
});

describe('ring', () => {
  it('shows one waiting case among nine hundred closed ones', () => {
    const counts = ringCounts([...Array.from({ length: 900 }, () => 'closed' as const), 'waiting']);
    expect(counts.waiting).toBe(1);
    expect(ringShares(counts)[0]).toBeGreaterThan(0.08);
  });

  it('has shares that make one whole, and none for what is absent', () => {
    const shares = ringShares({ waiting: 3, review: 0, active: 5, over: 40 });
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    expect(shares[1]).toBe(0);
    expect(ringShares({ waiting: 0, review: 0, active: 0, over: 0 })).toEqual([0, 0, 0, 0]);
  });

  it('tells no outcome: a withheld, a sad and a good end are the same group', () => {
    for (const status of ['ended', 'missing', 'found', 'deceased', 'closed'] as const)
      expect(ringGroup(status)).toBe('over');
  });
});
