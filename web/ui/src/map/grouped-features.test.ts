import type Feature from 'ol/Feature';
import type Point from 'ol/geom/Point';
import VectorSource from 'ol/source/Vector';
import { describe, expect, it } from 'vitest';
import type { Cluster, ClusterPoint } from './clusters';
import { GroupedFeatures } from './grouped-features';

const point = (id: string, x: number, rank = 0): ClusterPoint => ({ id, x, y: 0, rank });

function setUp() {
  const source = new VectorSource<Feature<Point>>();
  const features = new GroupedFeatures<ClusterPoint>(source, (cluster) => `${cluster.length} ${cluster[0].rank}`);
  const shown = (): [number, number][] =>
    source
      .getFeatures()
      .map((feature): [number, number] => [
        feature.getGeometry()?.getCoordinates()[0] ?? Number.NaN,
        (feature.get('cluster') as Cluster<ClusterPoint>).length,
      ])
      .sort((a, b) => a[0] - b[0]);
  return { source, features, shown };
}

describe('GroupedFeatures', () => {
  it('touches only what differs among five thousand', () => {
    const { source, features, shown } = setUp();
    const clusters = Array.from({ length: 5000 }, (_, index): Cluster<ClusterPoint> => [point(`c${index}`, index)]);
    expect(features.show(clusters)).toBe(5000);
    const before = source.getFeatures();
    let events = 0;
    source.on('change', () => events++);
    expect(features.show([...clusters])).toBe(0);
    expect(events).toBe(0);

    const moved = clusters.map(
      (cluster): Cluster<ClusterPoint> => (cluster[0].id === 'c7' ? [point('c7', 9000)] : cluster),
    );
    expect(features.show(moved)).toBe(1);
    expect(new Set(source.getFeatures())).toEqual(new Set(before));
    expect(shown().at(-1)).toEqual([9000, 1]);
  });

  it('follows a cluster that grows, changes and goes', () => {
    const { source, features, shown } = setUp();
    features.show([[point('a', 1)], [point('b', 2)]]);
    expect(features.show([[point('a', 1), point('b', 2)]])).toBe(2);
    expect(shown()).toEqual([[1, 2]]);
    expect(features.show([[point('a', 1, 5), point('b', 2)]])).toBe(1);
    expect(features.show([])).toBe(1);
    expect(source.isEmpty()).toBe(true);
  });

  it('knows the newest members even when nothing has to be drawn again', () => {
    const { source, features } = setUp();
    features.show([[point('a', 1), point('b', 2)]]);
    expect(features.show([[point('a', 1), point('c', 3)]])).toBe(0);
    const [feature] = source.getFeatures();
    const cluster = feature?.get('cluster') as Cluster<ClusterPoint> | undefined;
    expect(cluster?.map((member) => member.id)).toEqual(['a', 'c']);
  });
});
