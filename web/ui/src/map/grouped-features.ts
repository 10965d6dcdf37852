import Feature from 'ol/Feature';
import Point from 'ol/geom/Point';
import type VectorSource from 'ol/source/Vector';
import type { Cluster, ClusterPoint } from './clusters';

/**
 * Keeps the features of a source equal to a list of clusters, touching only those that differ:
 * a feature is known by its lead, and changes when its place, members or `signature` change.
 */
export class GroupedFeatures<P extends ClusterPoint> {
  private readonly features = new Map<string, Feature<Point>>();

  constructor(
    private readonly source: VectorSource<Feature<Point>>,
    /** Everything that the look of a cluster depends on. */
    private readonly signature: (cluster: Cluster<P>) => string,
  ) {}

  /** Returns how many features were added, changed or removed. */
  show(clusters: readonly Cluster<P>[]): number {
    let touched = 0;
    const seen = new Set<string>();
    const added: Feature<Point>[] = [];
    for (const cluster of clusters) {
      const [lead] = cluster;
      seen.add(lead.id);
      const signature = this.signature(cluster);
      const known = this.features.get(lead.id);
      if (!known) {
        const feature = new Feature(new Point([lead.x, lead.y]));
        feature.setProperties({ cluster, signature }, true);
        this.features.set(lead.id, feature);
        added.push(feature);
        continue;
      }
      const point = known.getGeometry();
      const [x, y] = point?.getCoordinates() ?? [];
      known.set('cluster', cluster, true);
      const moved = x !== lead.x || y !== lead.y;
      const restyled = known.get('signature') !== signature;
      if (!moved && !restyled) continue;
      touched++;
      known.set('signature', signature, true);
      if (moved) point?.setCoordinates([lead.x, lead.y]);
      else known.changed();
    }
    for (const [id, feature] of this.features) {
      if (seen.has(id)) continue;
      this.features.delete(id);
      this.source.removeFeature(feature);
      touched++;
    }
    if (added.length > 0) this.source.addFeatures(added);
    return touched + added.length;
  }
}
