import type { ComponentChildren } from 'preact';

/** Longitude and latitude in degrees, WGS 84, in GeoJSON's order. */
export type LonLat = [number, number];

export type Language = 'kk' | 'ru' | 'en';
/** `night` keeps the eyes used to the dark: nothing but red light, so that shapes alone tell statuses apart. */
export type Theme = 'light' | 'dark' | 'night';

/** The statuses of a case as CONTRACT.md names them. */
export const caseStatuses = [
  'waiting',
  'review',
  'assigned',
  'searching',
  'ended',
  'missing',
  'found',
  'deceased',
  'closed',
] as const;
export type CaseStatus = (typeof caseStatuses)[number];

export type CaseKind = 'missing_person' | 'emergency' | 'volunteer_event';
export type Urgency = 'routine' | 'urgent' | 'life_threatening';

export interface MapCase {
  id: string;
  status: CaseStatus;
  kind: CaseKind;
  urgency: Urgency;
  /** Absent: the case is kept off the map. */
  location?: LonLat;
  /** What the list shows first, such as "Жуковка, мальчик, 14". */
  label: string;
  demo?: boolean;
  exercise?: boolean;
}

export interface MapTeam {
  id: string;
  name: string;
  location: LonLat;
  /** True while the team has a free slot and is available. */
  free: boolean;
  /** RFC 3339 time of the position; absent when the base is shown. */
  positionAt?: string;
  /** True when `location` is the team's base because no position is known. */
  fromBase: boolean;
}

export interface MapLine {
  from: LonLat;
  to: LonLat;
  /** What stands beside it, such as when the team is expected. */
  label?: string;
}

/** A distance from the chosen case's place within which a share of such people was found. */
export interface MapRing {
  /** Percent. */
  share: number;
  metres: number;
}

/** A place that matters for the chosen case, such as the meeting point. */
export interface MapMark {
  location: LonLat;
  label: string;
  /** The kind of place, which has its own sign. */
  kind: string;
}

/** Another map than the one in the program, as the server's settings name it. */
export interface MapTiles {
  kind: 'pmtiles' | 'raster' | 'vector';
  url: string;
  attribution: string;
}

export interface BoardMapProps {
  cases: MapCase[];
  teams: MapTeam[];
  selectedCase?: string;
  /** The selected case and its assigned teams; drawn as dashed lines. */
  lines: MapLine[];
  /** The ways of the teams on the selected case. */
  tracks: LonLat[][];
  marks: MapMark[];
  /** Around the selected case; empty for none. */
  rings: MapRing[];
  /** Undefined: the map in the program. */
  tiles?: MapTiles | undefined;
  language: Language;
  theme: Theme;
  /** ISO 3166-2 code that the view is fitted to, the whole country without one. */
  region?: string;
  onSelectCase(id: string): void;
  onSelectTeam?(id: string): void;
  /** Any click in pick mode. */
  onPick?(lonLat: LonLat): void;
  pickMode?: boolean;
  /** The selected case with its points and rings fills the map, as on paper. */
  close?: boolean;
  /** Nothing is loaded yet: something else goes first. */
  wait?: boolean;
  /** Everything has been loaded, or could not be. */
  onLoaded?(): void;
  /** More buttons in the map's column. */
  tools?: ComponentChildren;
  /** Drawn as a pin. */
  picked?: LonLat;
}
