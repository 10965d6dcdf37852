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
import { type Cluster, type ClusterPoint, byRank, clusterPoints } from './clusters';
import { GroupedFeatures } from './grouped-features';
import { Icons } from './icons';
import { font } from './fonts';
import { labelGroup, palettes } from './palette';
import { ageText, isStale, positionAge } from './staleness';
import type { Language, MapLine, MapTeam, Theme } from './types';
import { words } from './words';

export interface TeamPoint extends ClusterPoint {
  team: MapTeam;
}

const clusterPixels = 26;
/** Teams on the selected case keep their own arrow unless they stand at the same place. */
const pinnedPixels = 4;
/** From about zoom 5.6 and 7.2 on. */
const countResolution = 3200;
const nameResolution = 1080;

/** The teams as arrows; several at one place are one arrow with their number. */
export class TeamLayer {
  readonly layer: VectorLayer<VectorSource<Feature<Point>>>;
  private readonly source = new VectorSource<Feature<Point>>({ wrapX: false });
  private readonly features: GroupedFeatures<TeamPoint>;
  private points = new Map<string, TeamPoint>();
  private icons = new Icons('light');
  private theme: Theme = 'light';
  private language: Language = 'kk';
  private pinned = new Set<string>();
  private now = Date.now();

  constructor() {
    this.features = new GroupedFeatures(this.source, (cluster) => this.signature(cluster));
    this.layer = new VectorLayer({
      source: this.source,
      style: (feature, resolution) => this.style(feature, resolution),
      declutter: labelGroup,
      updateWhileAnimating: true,
      updateWhileInteracting: true,
      renderBuffer: 60,
    });
  }

  /** Takes the new list over; returns false when nothing that the map shows has changed. */
  setTeams(teams: readonly MapTeam[]): boolean {
    const next = new Map<string, TeamPoint>();
    let changed = teams.length !== this.points.size;
    for (const team of teams) {
      const known = this.points.get(team.id);
      if (known && (known.team === team || sameTeam(known.team, team))) {
        next.set(team.id, known);
        continue;
      }
      const [x, y] = fromLonLat(team.location) as [number, number];
      // A team on a case leads: it is the one that somebody looks for.
      next.set(team.id, { id: team.id, x, y, rank: team.free ? 1 : 0, team });
      changed = true;
    }
    this.points = next;
    return changed;
  }

  /** Teams at the ends of lines are kept apart from groups. */
  setLines(lines: readonly MapLine[]): void {
    this.pinned = new Set(lines.flatMap((line) => [line.from.join(), line.to.join()]));
  }

  arrange(resolution: number): number {
    const sorted = [...this.points.values()].sort(byRank);
    const pinned = sorted.filter((point) => this.pinned.has(point.team.location.join()));
    const rest = sorted.filter((point) => !this.pinned.has(point.team.location.join()));
    return this.features.show([
      ...clusterPoints(pinned, pinnedPixels * resolution),
      ...clusterPoints(rest, clusterPixels * resolution),
    ]);
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

  /** Positions age without any message; to be called about once a minute, before arrange. */
  setNow(now: number): void {
    this.now = now;
  }

  /** The boxes in map units, within an extent, of arrows and their names; both hang below the position. */
  boxes([left = 0, bottom = 0, right = 0, top = 0]: Extent, resolution: number): Extent[] {
    const wide = 90 * resolution;
    const boxes: Extent[] = [];
    this.source.forEachFeatureInExtent([left - wide, bottom, right + wide, top + 42 * resolution], (feature) => {
      const [x = 0, y = 0] = feature.getGeometry()?.getCoordinates() ?? [];
      const arrow = 9 * resolution;
      boxes.push([x - arrow, y - 22 * resolution, x + arrow, y]);
      const cluster = feature.get('cluster') as Cluster<TeamPoint>;
      const label = this.label(cluster, isStale(cluster[0].team, this.now), resolution);
      if (label === undefined) return;
      const half = label.length * 3.4 * resolution;
      boxes.push([x - half, y - 41 * resolution, x + half, y - 25 * resolution]);
    });
    return boxes;
  }

  private signature(cluster: Cluster<TeamPoint>): string {
    const [{ team }] = cluster;
    const free = cluster.filter((point) => point.team.free).length;
    const age = team.fromBase ? 'base' : isStale(team, this.now) ? positionAge(team.positionAt, this.now) : 'fresh';
    return `${cluster.length} ${free} ${age} ${team.free} ${team.name}`;
  }

  private style(feature: FeatureLike, resolution: number): Style {
    const cluster = feature.get('cluster') as Cluster<TeamPoint>;
    const [{ team }] = cluster;
    const stale = isStale(team, this.now);
    const image = this.icons.team({ free: team.free, stale, fromBase: team.fromBase });
    const label = this.label(cluster, stale, resolution);
    if (!label) return new Style({ image });
    const { ink, staleInk, ground } = palettes[this.theme];
    return new Style({
      image,
      text: new Text({
        text: label,
        font: font(550, 12),
        fill: new Fill({ color: stale ? staleInk : ink }),
        stroke: new Stroke({ color: ground, width: 3 }),
        offsetY: 33,
        declutterMode: this.pinned.has(team.location.join()) ? 'obstacle' : 'declutter',
      }),
    });
  }

  private label(cluster: Cluster<TeamPoint>, stale: boolean, resolution: number): string | undefined {
    const [{ team }] = cluster;
    const said = words[this.language];
    if (cluster.length > 1) {
      const free = cluster.filter((point) => point.team.free).length;
      if (resolution < nameResolution) return said.teams(cluster.length, free);
      return resolution < countResolution ? String(cluster.length) : undefined;
    }
    if (resolution >= nameResolution && !this.pinned.has(team.location.join())) return undefined;
    const age = stale ? positionAge(team.positionAt, this.now) : undefined;
    return age === undefined ? team.name : `${team.name} · ${ageText(age, said)}`;
  }
}

function sameTeam(a: MapTeam, b: MapTeam): boolean {
  return (
    a.name === b.name &&
    a.free === b.free &&
    a.positionAt === b.positionAt &&
    a.fromBase === b.fromBase &&
    a.location[0] === b.location[0] &&
    a.location[1] === b.location[1]
  );
}
