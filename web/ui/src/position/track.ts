import type { LonLat } from '../map/types';

/** A place that a team was at, as it is sent. */
export interface Fix {
  position: { type: 'Point'; coordinates: LonLat };
  /** RFC 3339. */
  at: string;
  accuracy_m: number;
}

/** A place is worth sending when it is so far from the last one, or so long after it: as the server thins tracks. */
export const farMetres = 50;
export const longMilliseconds = 5 * 60_000;
/** Never more often, however fast the team drives. */
export const shortestMilliseconds = 30_000;
/** What a phone knows from masts alone says too little to be drawn. */
export const roughMetres = 1_000;
/** Places that wait without a connection; beyond it every second of the older half is dropped. */
export const keptFixes = 120;

export function worthSending(fix: Fix, last: Fix | undefined, metres: (a: LonLat, b: LonLat) => number): boolean {
  if (!last) return true;
  if (fix.accuracy_m > roughMetres) return false;
  const after = Date.parse(fix.at) - Date.parse(last.at);
  if (after < shortestMilliseconds) return false;
  return after >= longMilliseconds || metres(fix.position.coordinates, last.position.coordinates) >= farMetres;
}

/** Adds a place. The way keeps its shape when there are too many: the newest stay, of the older every second one. */
export function withFix(fixes: readonly Fix[], fix: Fix): Fix[] {
  const all = [...fixes, fix];
  if (all.length <= keptFixes) return all;
  const half = Math.floor(all.length / 2);
  return all.filter((_, index) => index >= half || index % 2 === 0);
}
