import type { Extent } from 'ol/extent';
import type Feature from 'ol/Feature';
import type { FeatureLike } from 'ol/Feature';
import type Point from 'ol/geom/Point';
import VectorLayer from 'ol/layer/Vector';
import { fromLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import { type Cluster, type ClusterPoint, byRank, caseRank, clusterPoints, ringCounts } from './clusters';
import { GroupedFeatures } from './grouped-features';
import { Icons } from './icons';
import { font, labelBox } from './fonts';
import { labelGroup, palettes } from './palette';
import type { Language, MapCase, Theme } from './types';
import { words } from './words';

export interface CasePoint extends ClusterPoint {
  case: MapCase;
}

/** Cases nearer than this on the screen become one cluster. */
const clusterPixels = 42;
/** Half the side of an icon in pixels. */
const clusterReach = 18;
const caseReach = 12;
const selectedReach = 25;
/** Pixels from a case to its label, and to the end of the longest that is reckoned with. */
const labelOffset = 20;
const longestLabel = 260;
/** Pixels from the selected case down to its label. */
const belowIcon = 36;
/** Below this resolution (metres of map per pixel) single cases carry their label: about zoom 8. */
const labelResolution = 620;

/** The cases: clusters, single cases, and the selected one, which is never inside a cluster. */
export class CaseLayer {
  readonly layer: VectorLayer<VectorSource<Feature<Point>>>;
  private readonly source = new VectorSource<Feature<Point>>({ wrapX: false });
  private readonly features: GroupedFeatures<CasePoint>;
  private points = new Map<string, CasePoint>();
  private sorted: CasePoint[] = [];
  private selected: string | undefined;
  private icons = new Icons('light');
  private theme: Theme = 'light';
  private language: Language = 'kk';

  constructor() {
    this.features = new GroupedFeatures(this.source, (cluster) => this.signature(cluster));
    this.layer = new VectorLayer({
      source: this.source,
      style: (feature, resolution) => this.style(feature, resolution),
      declutter: labelGroup,
      updateWhileAnimating: true,
      updateWhileInteracting: true,
      renderBuffer: 80,
      // Quiet ones first, so that what matters lies on top; the selected one above all.
      renderOrder: (a, b) => this.order(b) - this.order(a),
    });
  }

  /** Takes the new list over; returns false when nothing that the map shows has changed. */
  setCases(cases: readonly MapCase[]): boolean {
    const next = new Map<string, CasePoint>();
    let changed = false;
    for (const item of cases) {
      if (!item.location) continue;
      const known = this.points.get(item.id);
      if (known && (known.case === item || sameCase(known.case, item))) {
        next.set(item.id, known);
        continue;
      }
      const [x, y] = fromLonLat(item.location) as [number, number];
      next.set(item.id, { id: item.id, x, y, rank: caseRank(item.status, item.urgency), case: item });
      changed = true;
    }
    changed ||= next.size !== this.points.size;
    if (!changed) return false;
    this.points = next;
    this.sorted = [...next.values()].sort(byRank);
    return true;
  }

  /** Groups again for a resolution in map units per pixel. */
  arrange(resolution: number, selected: string | undefined): number {
    this.selected = selected;
    const lone = selected === undefined ? undefined : this.points.get(selected);
    const rest = lone ? this.sorted.filter((point) => point !== lone) : this.sorted;
    const clusters = clusterPoints(rest, clusterPixels * resolution);
    if (lone) clusters.push([lone]);
    return this.features.show(clusters);
  }

  point(id: string): CasePoint | undefined {
    return this.points.get(id);
  }

  setTheme(theme: Theme): void {
    if (theme === this.theme) return;
    this.theme = theme;
    this.icons = new Icons(theme);
    this.source.changed();
  }

  setLanguage(language: Language): void {
    this.language = language;
    this.source.changed();
  }

  /** Draws icons and labels again with the font that has just come. */
  fontLoaded(): void {
    this.icons = new Icons(this.theme);
    this.source.changed();
  }

  /** The boxes in map units, within an extent, of icons and their labels. */
  boxes([left = 0, bottom = 0, right = 0, top = 0]: Extent, resolution: number): Extent[] {
    const labelled = resolution < labelResolution;
    const widest = clusterReach * resolution;
    const longest = labelled ? longestLabel * resolution : widest;
    const boxes: Extent[] = [];
    const lowest = (belowIcon + 9) * resolution;
    const near = [left - longest, bottom - widest, right + longest, top + Math.max(widest, lowest)];
    this.source.forEachFeatureInExtent(near, (feature) => {
      const cluster = feature.get('cluster') as Cluster<CasePoint>;
      const { id, label } = cluster[0].case;
      const single = cluster.length === 1;
      const selected = single && id === this.selected;
      const reach = (single ? (selected ? selectedReach : caseReach) : clusterReach) * resolution;
      const [x = 0, y = 0] = feature.getGeometry()?.getCoordinates() ?? [];
      boxes.push([x - reach, y - reach, x + reach, y + reach]);
      if (selected) {
        boxes.push(labelBox(x, y - belowIcon * resolution, label, resolution));
      } else if (single && labelled) {
        const width = Math.min(longestLabel, labelOffset + label.length * 7.4) * resolution;
        boxes.push([x, y - 8 * resolution, x + width, y + 8 * resolution]);
      }
    });
    return boxes;
  }

  private order(feature: FeatureLike): number {
    const [lead] = feature.get('cluster') as Cluster<CasePoint>;
    return lead.id === this.selected ? -1 : lead.rank;
  }

  private signature(cluster: Cluster<CasePoint>): string {
    const [lead] = cluster;
    if (cluster.length > 1) {
      const counts = ringCounts(cluster.map((point) => point.case.status));
      return `${counts.waiting} ${counts.review} ${counts.active} ${counts.over}`;
    }
    const { status, urgency, label, demo, exercise } = lead.case;
    return `${status} ${urgency} ${Boolean(demo)} ${Boolean(exercise)} ${lead.id === this.selected} ${label}`;
  }

  private style(feature: FeatureLike, resolution: number): Style[] {
    const cluster = feature.get('cluster') as Cluster<CasePoint>;
    const [lead] = cluster;
    if (cluster.length > 1) {
      const counts = ringCounts(cluster.map((point) => point.case.status));
      return [new Style({ image: this.icons.cluster(counts) })];
    }
    const selected = lead.id === this.selected;
    const { status, urgency, exercise } = lead.case;
    const open = status === 'waiting' || status === 'review' || status === 'assigned' || status === 'searching';
    const image = this.icons.case({
      status,
      alarming: urgency === 'life_threatening' && open,
      exercise: Boolean(exercise),
      selected,
    });
    const styles = [new Style({ image })];
    if (selected || resolution < labelResolution) styles.push(this.label(lead.case, selected));
    return styles;
  }

  private label(item: MapCase, selected: boolean): Style {
    const { ink, ground } = palettes[this.theme];
    const said = words[this.language];
    const mark = item.exercise ? ` · ${said.exercise}` : item.demo ? ` · ${said.demo}` : '';
    return new Style({
      text: new Text({
        text: item.label + mark,
        font: font(selected ? 650 : 550, selected ? 14 : 13),
        fill: new Fill({ color: ink }),
        stroke: new Stroke({ color: ground, width: 3.5 }),
        // Beside its icon a long label of the selected case would leave a phone's screen.
        textAlign: selected ? 'center' : 'left',
        offsetX: selected ? 0 : labelOffset,
        offsetY: selected ? belowIcon : 0,
        declutterMode: selected ? 'obstacle' : 'declutter',
      }),
    });
  }
}

function sameCase(a: MapCase, b: MapCase): boolean {
  return (
    a.status === b.status &&
    a.urgency === b.urgency &&
    a.kind === b.kind &&
    a.label === b.label &&
    a.demo === b.demo &&
    a.exercise === b.exercise &&
    a.location?.[0] === b.location?.[0] &&
    a.location?.[1] === b.location?.[1]
  );
}
