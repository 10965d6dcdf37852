import type { LonLat } from './types';

const radians = Math.PI / 180;
/** Mean radius of the earth in metres (IUGG), as the server uses it. */
const earth = 6_371_008.8;

/** Metres along the great circle, on a sphere. */
export function metresBetween([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  const sinLat = Math.sin(((lat2 - lat1) * radians) / 2);
  const sinLon = Math.sin(((lon2 - lon1) * radians) / 2);
  const h = sinLat ** 2 + Math.cos(lat1 * radians) * Math.cos(lat2 * radians) * sinLon ** 2;
  return 2 * earth * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Degrees from true north, clockwise, 0 ≤ bearing < 360, in which the great circle leaves `from`. */
export function bearing([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  const turn = (lon2 - lon1) * radians;
  const y = Math.sin(turn) * Math.cos(lat2 * radians);
  const x =
    Math.cos(lat1 * radians) * Math.sin(lat2 * radians) -
    Math.sin(lat1 * radians) * Math.cos(lat2 * radians) * Math.cos(turn);
  return ((Math.atan2(y, x) / radians) % 360 + 360) % 360;
}

/** The place at a distance in metres and a bearing in degrees. */
export function destination([lon, lat]: LonLat, metres: number, degrees: number): LonLat {
  const angle = metres / earth;
  const turn = degrees * radians;
  const lat1 = lat * radians;
  const lat2 = Math.asin(Math.sin(lat1) * Math.cos(angle) + Math.cos(lat1) * Math.sin(angle) * Math.cos(turn));
  const moved = Math.atan2(
    Math.sin(turn) * Math.sin(angle) * Math.cos(lat1),
    Math.cos(angle) - Math.sin(lat1) * Math.sin(lat2),
  );
  return [((lon + moved / radians + 540) % 360) - 180, lat2 / radians];
}

/** A ring of true distance around a place, closed. */
export function ringAround(centre: LonLat, metres: number, corners = 72): LonLat[] {
  return Array.from({ length: corners + 1 }, (_, i) => destination(centre, metres, (i % corners) * (360 / corners)));
}

/** The eighth of the compass that a bearing falls into: 0 north, 1 north-east … 7 north-west. */
export function compassPoint(degrees: number): number {
  return Math.round(degrees / 45) % 8;
}

/** "53°12′51.84″ N": degrees, minutes and seconds to a hundredth, about 0.3 m. */
function dmsPart(value: number, positive: string, negative: string): string {
  const hundredths = Math.round(Math.abs(value) * 360_000);
  const two = (part: number): string => String(part).padStart(2, '0');
  const degrees = Math.floor(hundredths / 360_000);
  const minutes = Math.floor((hundredths % 360_000) / 6000);
  const seconds = ((hundredths % 6000) / 100).toFixed(2).padStart(5, '0');
  return `${degrees}°${two(minutes)}′${seconds}″ ${value < 0 ? negative : positive}`;
}

/** "53°12′51.84″ N 63°37′28.56″ E": latitude first, as people read it out. */
export function dms([longitude, latitude]: LonLat): string {
  return `${dmsPart(latitude, 'N', 'S')} ${dmsPart(longitude, 'E', 'W')}`;
}

/** "53.21440, 63.62460": latitude first; five decimals are about a metre. */
export function decimal([longitude, latitude]: LonLat): string {
  return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
}
