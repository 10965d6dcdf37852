// What the rest of the board may import from the map. Nothing here pulls in OpenLayers:
// that is a chunk of its own, fetched by BoardMap when it is first shown.
export { BoardMap } from './board-map';
export { StatusGlyph, TeamGlyph, statusColours, statusGlyphs, statusVariables, type Glyph } from './glyphs';
export { PointSign } from './signs';
export { caseStatuses } from './types';
export type {
  BoardMapProps,
  CaseKind,
  CaseStatus,
  Language,
  LonLat,
  MapCase,
  MapLine,
  MapMark,
  MapRing,
  MapTeam,
  MapTiles,
  Theme,
  Urgency,
} from './types';
