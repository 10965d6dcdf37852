import type { LonLat } from '../map/types';

export type ReadPlace =
  | { kind: 'place'; lonLat: LonLat /** True when it was written longitude first. */; swapped: boolean }
  | { kind: 'unreadable' }
  /** A shortened link of a map service; the place is not in it. */
  | { kind: 'short-link' }
  /** A link without a place that can be read. */
  | { kind: 'link' }
  /** Two numbers, but not in or within 50 km of Kazakhstan. */
  | { kind: 'outside' };

// The country's bounding box (Natural Earth 10m) with half a degree around it; the server checks the border.
const box = { west: 45.9, east: 87.9, south: 40.0, north: 56.0 };

function inside(longitude: number, latitude: number): boolean {
  return longitude >= box.west && longitude <= box.east && latitude >= box.south && latitude <= box.north;
}

/** More than any message with a link has; longer texts are not looked at. */
const longest = 2000;

/**
 * Reads what people paste: "53.21, 63.62", "53,21 63,62", degrees and minutes with or without signs,
 * "N53 12.600 E63 37.200", a geo: link, or a link from 2GIS, Google, Yandex, Apple, OpenStreetMap or a
 * messenger, also within a sentence. Plain numbers are latitude first unless only the other order lies
 * in the country; that is then said. Never throws.
 */
export function readPlace(text: string): ReadPlace {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > longest) return { kind: 'unreadable' };
  const link = /(?:(?:https?|geo|yandexmaps|yandexnavi|dgis|comgooglemaps|maps):|www\.)\S+/i.exec(trimmed)?.[0];
  if (link) return readLink(link.replace(/[)>\]"'»,.;]+$/, ''));
  const pair = readNumbers(trimmed);
  return pair ? judge(pair) : { kind: 'unreadable' };
}

interface Pair {
  first: number;
  second: number;
  firstIs?: 'latitude' | 'longitude';
}

function judge({ first, second, firstIs }: Pair): ReadPlace {
  if (firstIs === 'longitude') return place(first, second, false);
  if (firstIs === 'latitude') return place(second, first, false);
  if (inside(second, first)) return place(second, first, false);
  return place(first, second, true);
}

function place(longitude: number, latitude: number, swapped: boolean): ReadPlace {
  return inside(longitude, latitude) ? { kind: 'place', lonLat: [longitude, latitude], swapped } : { kind: 'outside' };
}

const decimal = (text: string | undefined): number => Number((text ?? '').replace(',', '.'));

function readNumbers(text: string): Pair | undefined {
  const plain = text.replace(/[()[\]]/g, ' ').trim();
  // "53.21, 63.62", "53.21 63.62", "53.21; 63.62", "53.21/63.62"
  const dotted = /^([+-]?\d{1,3}(?:\.\d+)?)\s*[,;/\s]\s*([+-]?\d{1,3}(?:\.\d+)?)$/.exec(plain);
  if (dotted) return { first: Number(dotted[1]), second: Number(dotted[2]) };
  // "53,21 63,62", "53,21; 63,62", "53,21, 63,62": the comma is the decimal sign.
  const commas = /^([+-]?\d{1,3},\d+)\s*[,;/\s]\s*([+-]?\d{1,3},\d+)$/.exec(plain);
  if (commas) return { first: decimal(commas[1]), second: decimal(commas[2]) };
  return readAngles(plain);
}

// Signs as they are typed: degrees ° º ˚ * d, minutes ' ′ ’ m, seconds " ″ ” or two of minutes.
const degreeSign = '[°º˚*]';
const minuteSign = "['′’‘ʹ`´]";
const secondSign = `(?:["″”“ʺ]|${minuteSign}{2})`;
const number = '\\d{1,3}(?:[.,]\\d+)?';
// Degrees with minutes and seconds; between numbers a sign, a colon or a blank.
const angle =
  `([+-]?${number})(?:\\s*${degreeSign}|(?=[\\s:,;/]|$|[NSEWСЮВЗ]))` +
  `(?:[\\s:]*(\\d{1,2}(?:[.,]\\d+)?)(?:\\s*${minuteSign}(?!${minuteSign})|(?=[\\s:]|$|[NSEWСЮВЗ]))` +
  `(?:[\\s:]*(\\d{1,2}(?:[.,]\\d+)?)(?:\\s*${secondSign})?)?)?`;
// Sides of the world in English, Russian and Kazakh, with what follows them: "с.ш.", "в. д.", "с. е.", "ш. б.".
const side = '(?:([NSEWСЮВЗ])(?:\\s*\\.?\\s*[шдбе]\\.?)?)';

/** Two angles, each with its side before or behind it, or none at both. */
function readAngles(text: string): Pair | undefined {
  const labelled = readLabels(text);
  if (labelled) return labelled;
  const upper = text.toUpperCase().replace(/\b(?:LAT|LON|LNG|LATITUDE|LONGITUDE)\b\.?:?/g, ' ').trim();
  const separator = '\\s*[,;/]?\\s*';
  const behind = new RegExp(`^${angle}\\s*${side}${separator}${angle}\\s*${side}$`, 'iu').exec(upper);
  if (behind) return pairOf(behind.slice(1, 4), behind[4], behind.slice(5, 8), behind[8]);
  const before = new RegExp(`^${side}\\s*${angle}${separator}${side}\\s*${angle}$`, 'iu').exec(upper);
  if (before) return pairOf(before.slice(2, 5), before[1], before.slice(6, 9), before[5]);
  // Without sides only degree signs tell where the second one begins.
  const signed = `([+-]?${number})\\s*${degreeSign}(?:\\s*(\\d{1,2}(?:[.,]\\d+)?)\\s*${minuteSign}(?!${minuteSign})(?:\\s*(\\d{1,2}(?:[.,]\\d+)?)\\s*${secondSign})?)?`;
  const bare = new RegExp(`^${signed}${separator}${signed}$`, 'u').exec(upper);
  return bare ? pairOf(bare.slice(1, 4), undefined, bare.slice(4, 7), undefined) : undefined;
}

type Angle = (string | undefined)[];

function pairOf(one: Angle, oneSide: string | undefined, other: Angle, otherSide: string | undefined): Pair | undefined {
  const first = angleValue(one, oneSide);
  const second = angleValue(other, otherSide);
  if (first === undefined || second === undefined) return undefined;
  const axis = axisOf(oneSide);
  if (axis && axis === axisOf(otherSide)) return undefined;
  return { first, second, ...(axis ? { firstIs: axis } : {}) };
}

function angleValue([degrees, minutes, seconds]: Angle, of: string | undefined): number | undefined {
  const [whole, minute, second] = [decimal(degrees), decimal(minutes ?? '0'), decimal(seconds ?? '0')];
  // A fraction belongs to the last number alone.
  if (minute >= 60 || second >= 60) return undefined;
  if ((minutes && !Number.isInteger(whole)) || (seconds && !Number.isInteger(minute))) return undefined;
  const value = Math.abs(whole) + minute / 60 + second / 3600;
  const negative = /^-/.test(degrees ?? '') !== /[SЮWЗ]/i.test(of ?? '');
  return negative ? -value : value;
}

function axisOf(letter: string | undefined): 'latitude' | 'longitude' | undefined {
  if (!letter) return undefined;
  return /[NSСЮ]/i.test(letter) ? 'latitude' : 'longitude';
}

/** "Широта: 53.21, долгота: 63.62", "lat 53.21 lon 63.62", "ендік 53,21 бойлық 63,62". */
function readLabels(text: string): Pair | undefined {
  const value = '\\s*[:=]?\\s*([+-]?\\d{1,3}(?:[.,]\\d+)?)(?![\\d°])';
  const latitude = new RegExp(`(?:широта|ендік|latitude|lat)${value}`, 'iu').exec(text);
  const longitude = new RegExp(`(?:долгота|бойлық|longitude|long|lon|lng)${value}`, 'iu').exec(text);
  if (!latitude || !longitude) return undefined;
  return { first: decimal(latitude[1]), second: decimal(longitude[1]), firstIs: 'latitude' };
}

const numberPattern = '(-?\\d{1,3}\\.\\d+)';

function readLink(link: string): ReadPlace {
  let decoded = link;
  try {
    decoded = decodeURIComponent(link);
  } catch {
    // A half-copied link may still hold the numbers.
  }
  const find = (order: 'latitude' | 'longitude', ...patterns: string[]): ReadPlace | undefined => {
    for (const pattern of patterns) {
      const found = new RegExp(pattern.replaceAll('@@', `${numberPattern}\\s*[,|]\\s*\\+?${numberPattern}`)).exec(decoded);
      if (found) return judge({ first: Number(found[1]), second: Number(found[2]), firstIs: order });
    }
    return undefined;
  };
  const nothing: ReadPlace = isShort(decoded) ? { kind: 'short-link' } : { kind: 'link' };
  if (/^geo:/i.test(decoded)) {
    // A pin with a label comes as geo:0,0?q=53.21,63.62(label).
    return find('latitude', '[?&]q=(?:loc:)?@@') ?? find('latitude', '^(?:geo|GEO):@@') ?? nothing;
  }
  if (/^[^?#]*(?:yandex|ya\.ru|dgis|2gis)/i.test(decoded)) {
    return (
      // A route or a search writes latitude first; everything else longitude: a marked point before the view's middle.
      (/yandex|ya\.ru/i.test(decoded) ? find('latitude', '[?&]text=@@', 'rtext=[^&#]*~@@', '[?&]rtext=@@') : undefined) ??
      find('longitude', '(?:pt|whatshere\\[point\\]|poi\\[point\\]|center)[=/]@@', '/geo/[^?#]*?/@@', '(?:ll|m)=@@', '/@@') ??
      (/lat=|lon=/.test(decoded) ? parameters(decoded, 'lat', 'lon') : undefined) ??
      nothing
    );
  }
  if (/openstreetmap\.|osm\.org|osmand\.net|organicmaps\./i.test(decoded)) {
    return (
      parameters(decoded, 'mlat', 'mlon') ??
      find('latitude', '[?&]pin=@@') ??
      slashes(decoded) ??
      parameters(decoded, 'lat', 'lon') ??
      nothing
    );
  }
  // Google, Apple, and what WhatsApp and Telegram send write latitude first: the marked place before the view's middle.
  return (
    find(
      'latitude',
      '!3d(-?\\d{1,3}\\.\\d+)!4d(-?\\d{1,3}\\.\\d+)',
      '[?&](?:q|query|destination|daddr|coordinate|address)=(?:loc:)?@@',
      '/(?:place|search|dir)/@@',
      '[?&](?:ll|sll|center)=@@',
      '[@/]@@',
    ) ??
    parameters(decoded, 'lat', 'lon') ??
    nothing
  );
}

/** A latitude and a longitude in parameters of their own. */
function parameters(link: string, latitude: string, longitude: string): ReadPlace | undefined {
  const value = (name: string) => new RegExp(`[?&#]${name}=${numberPattern}`).exec(link)?.[1];
  const [lat, lon] = [value(latitude), value(longitude)];
  return lat && lon ? judge({ first: Number(lat), second: Number(lon), firstIs: 'latitude' }) : undefined;
}

/** #map=14/53.21/63.62 */
function slashes(link: string): ReadPlace | undefined {
  const found = new RegExp(`map=\\d+(?:\\.\\d+)?/${numberPattern}/${numberPattern}`).exec(link);
  return found ? judge({ first: Number(found[1]), second: Number(found[2]), firstIs: 'latitude' }) : undefined;
}

function isShort(link: string): boolean {
  return /goo\.gl\/|maps\.app\.goo\.gl|go\.2gis\.|yandex\.[a-z]+\/maps\/-\/|maps\.apple\/p\/|osm\.org\/go\/|ya\.cc\/|clck\.ru\/|bit\.ly\//i.test(link);
}
