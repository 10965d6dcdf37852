import Icon from 'ol/style/Icon';
import { type RingCounts, ringGroups, ringShares } from './clusters';
import { statusColours, statusGlyphs, teamArrow } from './glyphs';
import { font } from './fonts';
import { type Palette, palettes } from './palette';
import { type PointKind, signs } from './signs';
import type { CaseStatus, Theme } from './types';

/** What a case's icon depends on. */
export interface CaseIcon {
  status: CaseStatus;
  /** Life-threatening and still open: larger, with an outer ring. */
  alarming: boolean;
  /** A drill: a dotted ring. */
  exercise: boolean;
  selected: boolean;
}

export interface TeamIcon {
  free: boolean;
  stale: boolean;
  fromBase: boolean;
}

type Draw = (context: CanvasRenderingContext2D) => void;

/**
 * Draws each kind of icon once and keeps it; a theme change makes a new set. Every icon is an
 * obstacle for labels: icons are always drawn, labels make room.
 */
export class Icons {
  private readonly kept = new Map<string, Icon>();
  private readonly palette: Palette;
  private readonly pixelRatio = Math.min(3, Math.max(1, globalThis.devicePixelRatio || 1));

  constructor(private readonly theme: Theme) {
    this.palette = palettes[theme];
  }

  case(icon: CaseIcon): Icon {
    const key = `case ${icon.status} ${icon.alarming} ${icon.exercise} ${icon.selected}`;
    const side = icon.selected ? 54 : icon.alarming || icon.exercise ? 42 : 28;
    return this.keep(key, side, (context) => this.drawCase(context, icon));
  }

  cluster(counts: RingCounts): Icon {
    const total = ringGroups.reduce((sum, group) => sum + counts[group], 0);
    const radius = total < 10 ? 15 : total < 100 ? 18 : total < 1000 ? 22 : 25;
    // Shares in tenths: a ring cannot show more, and few different icons are drawn.
    const shares = ringShares(counts).map((share) => Math.round(share * 20) / 20);
    const key = `cluster ${total} ${shares.join(' ')} ${counts.waiting > 0}`;
    return this.keep(key, 2 * radius + 14, (context) =>
      this.drawCluster(context, radius, total, shares, counts.waiting > 0),
    );
  }

  team(icon: TeamIcon): Icon {
    // The tip is the position, so that the glyph of a case at the same place stays readable above the arrow.
    return this.keep(
      `team ${icon.free} ${icon.stale} ${icon.fromBase}`,
      34,
      (context) => this.drawTeam(context, icon),
      [0.5, 0.18],
    );
  }

  /** The sign of a kind of place; one that `yields` is left out where it would cover a case or a team. */
  sign(kind: PointKind, yields: boolean): Icon {
    const draw = (context: CanvasRenderingContext2D): void => {
      const { ink, ground } = this.palette;
      const outline = new Path2D(signs[kind].outline);
      context.scale(1.08, 1.08);
      context.translate(-12, -12);
      context.strokeStyle = context.fillStyle = ground;
      context.lineWidth = 6;
      context.stroke(outline);
      context.fill(outline);
      context.strokeStyle = ink;
      context.lineWidth = 2.2;
      context.stroke(outline);
      context.stroke(new Path2D(signs[kind].inside));
    };
    return this.keep(`sign ${kind} ${yields}`, 34, draw, [0.5, 0.5], yields ? 'declutter' : 'obstacle');
  }

  pin(): Icon {
    return this.keep(
      'pin',
      44,
      (context) => {
        const { action, ground } = this.palette;
        const drop = new Path2D('M0 0C-4-8-12-13-12-22a12 12 0 0 1 24 0C12-13 4-8 0 0z');
        context.translate(0, 21);
        context.strokeStyle = ground;
        context.lineWidth = 4;
        context.stroke(drop);
        context.fillStyle = action;
        context.fill(drop);
        context.fillStyle = ground;
        context.beginPath();
        context.arc(0, -22, 4.5, 0, 2 * Math.PI);
        context.fill();
      },
      [0.5, 43 / 44],
    );
  }

  /** Keeps one icon for each key; `draw` has its origin in the middle of `side` × `side` CSS pixels. */
  private keep(
    key: string,
    side: number,
    draw: Draw,
    anchor: [number, number] = [0.5, 0.5],
    declutterMode: 'obstacle' | 'declutter' = 'obstacle',
  ): Icon {
    const known = this.kept.get(key);
    if (known) return known;
    // Counts in clusters make ever new keys over a long shift.
    if (this.kept.size > 2000) this.kept.clear();
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = Math.ceil(side * this.pixelRatio);
    const context = canvas.getContext('2d');
    if (context) {
      context.scale(this.pixelRatio, this.pixelRatio);
      context.translate(side / 2, side / 2);
      context.lineJoin = context.lineCap = 'round';
      draw(context);
    }
    const icon = new Icon({ img: canvas, scale: 1 / this.pixelRatio, anchor, declutterMode });
    this.kept.set(key, icon);
    return icon;
  }

  private drawCase(context: CanvasRenderingContext2D, icon: CaseIcon): void {
    const colour = statusColours[this.theme][icon.status];
    const glyph = statusGlyphs[icon.status];
    const scale = icon.selected ? 1.25 : icon.alarming ? 1.1 : 0.9;
    const radius = 12 * scale + 3;
    if (icon.selected) {
      ring(context, radius + 4, this.palette.ground, 6);
      ring(context, radius + 4, colour, 3);
    } else if (icon.alarming) {
      ring(context, radius + 1, this.palette.ground, 4);
      ring(context, radius + 1, colour, 1.6);
    }
    if (icon.exercise && !icon.selected) {
      context.setLineDash([2, 4]);
      ring(context, radius + (icon.alarming ? 5 : 2), this.palette.staleInk, 1.6);
      context.setLineDash([]);
    }
    context.scale(scale, scale);
    context.translate(-12, -12);
    const silhouette = new Path2D(glyph.silhouette);
    context.strokeStyle = context.fillStyle = this.palette.ground;
    context.lineWidth = 5;
    context.stroke(silhouette);
    context.fill(silhouette);
    context.strokeStyle = context.fillStyle = colour;
    if (glyph.fill) context.fill(new Path2D(glyph.fill), 'evenodd');
    if (glyph.stroke) {
      context.lineWidth = glyph.strokeWidth ?? 2;
      context.stroke(new Path2D(glyph.stroke));
    }
  }

  private drawCluster(
    context: CanvasRenderingContext2D,
    radius: number,
    total: number,
    shares: number[],
    waiting: boolean,
  ): void {
    const { ground, ink, quietRing } = this.palette;
    const colours = statusColours[this.theme];
    const groupColours = {
      waiting: colours.waiting,
      review: colours.review,
      active: colours.searching,
      over: quietRing,
    };
    context.fillStyle = ground;
    context.beginPath();
    context.arc(0, 0, radius + 1.5, 0, 2 * Math.PI);
    context.fill();
    context.lineCap = 'butt';
    context.lineWidth = 5;
    let start = -Math.PI / 2;
    ringGroups.forEach((group, index) => {
      const end = start + (shares[index] ?? 0) * 2 * Math.PI;
      if (end > start) {
        context.strokeStyle = groupColours[group];
        context.beginPath();
        context.arc(0, 0, radius - 2.5, start, end);
        context.stroke();
      }
      start = end;
    });
    context.fillStyle = ink;
    context.font = font(650, total < 1000 ? 13 : 12);
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(String(total), 0, 0.5);
    if (!waiting) return;
    context.translate(radius * 0.78, -radius * 0.78);
    context.scale(0.68, 0.68);
    context.translate(-12, -12);
    const badge = new Path2D(statusGlyphs.waiting.silhouette);
    context.fillStyle = context.strokeStyle = ground;
    context.lineWidth = 5;
    context.stroke(badge);
    context.fill(badge);
    context.fillStyle = colours.waiting;
    context.fill(new Path2D(statusGlyphs.waiting.fill), 'evenodd');
  }

  private drawTeam(context: CanvasRenderingContext2D, icon: TeamIcon): void {
    const { ground, ink, staleInk } = this.palette;
    const colour = icon.stale ? staleInk : ink;
    const arrow = new Path2D(teamArrow);
    // The tip of the arrow (12, 2.2) comes to rest at 18 % of the icon's height, its anchor.
    context.scale(0.92, 0.92);
    context.translate(-12, -14);
    context.strokeStyle = ground;
    context.lineWidth = 5.5;
    context.stroke(arrow);
    context.fillStyle = icon.free ? ground : colour;
    context.fill(arrow);
    context.strokeStyle = colour;
    context.lineWidth = 2.2;
    if (icon.stale) {
      // Dashes show on a filled arrow only when the fill is faint.
      if (!icon.free) {
        context.fillStyle = ground;
        context.fill(arrow);
        context.globalAlpha = 0.45;
        context.fillStyle = colour;
        context.fill(arrow);
        context.globalAlpha = 1;
      }
      context.lineCap = 'butt';
      context.setLineDash([4.6, 3]);
    }
    context.stroke(arrow);
    context.setLineDash([]);
    if (icon.fromBase) {
      context.strokeStyle = ground;
      context.lineWidth = 5;
      line(context, 4, 24.6, 20);
      context.strokeStyle = colour;
      context.lineWidth = 2.2;
      line(context, 4, 24.6, 20);
    }
  }
}

function ring(context: CanvasRenderingContext2D, radius: number, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.stroke();
}

function line(context: CanvasRenderingContext2D, left: number, y: number, right: number): void {
  context.beginPath();
  context.moveTo(left, y);
  context.lineTo(right, y);
  context.stroke();
}
