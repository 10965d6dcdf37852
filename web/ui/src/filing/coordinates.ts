import type { LonLat } from '../map/types';

export type ReadPlace =
  | { kind: 'place'; lonLat: LonLat /** True when it was written longitude first. */; swapped: boolean }
  | { kind: 'unreadable' }
  /** A shortened link of a map service; the place is not in it. */
  | { kind: 'short-link' }
  /** Two numbers, but not in or within 50 km of Kazakhstan. */
  | { kind: 'outside' };

// The country's bounding box (Natural Earth 10m) with half a degree around it; the server checks the border.
const box = { west: 45.9, east: 87.9, south: 40.0, north: 56.0 };

function inside(longitude: number, latitude: number): boolean {
  return longitude >= box.west && longitude <= box.east && latitude >= box.south && latitude <= box.north;
}

/**
 * Reads what people paste: "53.21, 63.62", "53,21 63,62", degrees and minutes, or a link from
 * Google Maps, Yandex Maps or 2GIS. Plain numbers are latitude first unless only the other order lies in
 * the country; that is then said.
 */
export function readPlace(text: string): ReadPlace {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'unreadable' };
  if (/^(https?:\/\/|www\.|geo:)/i.test(trimmed)) return readLink(trimmed);
  const pair = readNumbers(trimmed);
  if (!pair) return { kind: 'unreadable' };
  return judge(pair.first, pair.second, pair.firstIs);
}

function judge(first: number, second: number, firstIs?: 'latitude' | 'longitude'): ReadPlace {
  if (firstIs === 'longitude') return place(first, second, false);
  if (firstIs === 'latitude') return place(second, first, false);
  if (inside(second, first)) return { kind: 'place', lonLat: [second, first], swapped: false };
  if (inside(first, second)) return { kind: 'place', lonLat: [first, second], swapped: true };
  return { kind: 'outside' };
}

function place(longitude: number, latitude: number, swapped: boolean): ReadPlace {
  return inside(longitude, latitude) ? { kind: 'place', lonLat: [longitude, latitude], swapped } : { kind: 'outside' };
}

interface Pair {
  first: number;
  second: number;
  firstIs?: 'latitude' | 'longitude';
}

function readNumbers(text: string): Pair | undefined {
  const degrees = readDegrees(text);
  if (degrees) return degrees;
  // "53.21, 63.62", "53.21 63.62", "53.21; 63.62"
  const dotted = /^\(?\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*\)?$/.exec(text);
  if (dotted) return { first: Number(dotted[1]), second: Number(dotted[2]) };
  // "53,21 63,62", "53,21; 63,62", "53,21, 63,62": the comma is the decimal sign.
  const commas = /^\(?\s*([+-]?\d{1,3},\d+)\s*[,;\s]\s*([+-]?\d{1,3},\d+)\s*\)?$/.exec(text);
  if (commas) return { first: decimal(commas[1]), second: decimal(commas[2]) };
  return undefined;
}

const decimal = (text: string | undefined): number => Number((text ?? '').replace(',', '.'));

// 53°12'51"N 63°37'29"E, 53° 12.85' с.ш., 63.6246° в.д.; letters in Latin or Cyrillic.
function readDegrees(text: string): Pair | undefined {
  const angle = `(\\d{1,3}(?:[.,]\\d+)?)\\s*°\\s*(?:(\\d{1,2}(?:[.,]\\d+)?)\\s*['′’]\\s*)?(?:(\\d{1,2}(?:[.,]\\d+)?)\\s*(?:["″”]|'')\\s*)?`;
  const letter = '([NSEWСЮВЗ])';
  // A letter before the number rules one behind it out: that would be the next number's.
  const part = new RegExp(`${letter}\\s*${angle}|${angle}${letter}?`, 'giu');
  const found = [...text.matchAll(part)];
  if (found.length !== 2) return undefined;
  const values = found.map((match) => {
    const [degrees, minutes, seconds] = match[1] ? match.slice(2, 5) : match.slice(5, 8);
    const value = decimal(degrees) + decimal(minutes ?? '0') / 60 + decimal(seconds ?? '0') / 3600;
    const side = (match[1] ?? match[8] ?? '').toUpperCase();
    return { value: /[SЮWЗ]/.test(side) ? -value : value, axis: axisOf(side) };
  });
  const [first, second] = values;
  if (!first || !second) return undefined;
  const firstIs =
    first.axis ?? (second.axis === 'latitude' ? 'longitude' : second.axis === 'longitude' ? 'latitude' : undefined);
  return { first: first.value, second: second.value, ...(firstIs ? { firstIs } : {}) };
}

function axisOf(letter: string): 'latitude' | 'longitude' | undefined {
  if (/[NSСЮ]/.test(letter)) return 'latitude';
  if (/[EWВЗ]/.test(letter)) return 'longitude';
  return undefined;
}

const numberPattern = '(-?\\d{1,3}\\.\\d+)';

function readLink(link: string): ReadPlace {
  let decoded = link;
  try {
    decoded = decodeURIComponent(link);
  } catch {
    // A half-copied link may still hold the numbers.
  }
  const match = (pattern: string): [number, number] | undefined => {
    const found = new RegExp(pattern.replaceAll('#', numberPattern)).exec(decoded);
    return found ? [Number(found[1]), Number(found[2])] : undefined;
  };
  if (/^geo:/i.test(decoded)) {
    const pair = match('geo:#,#');
    return pair ? judge(pair[0], pair[1], 'latitude') : { kind: 'unreadable' };
  }
  if (/yandex\.|2gis\./i.test(decoded)) {
    // Both write longitude first: a marked point before the middle of the view.
    const pair =
      match('(?:pt|whatshere\\[point\\]|poi\\[point\\])=#,#') ??
      match('/geo/[^?#]*?/#,#') ??
      match('(?:ll|m)=#,#') ??
      match('/#,#');
    if (pair) return judge(pair[0], pair[1], 'longitude');
    return isShort(decoded) ? { kind: 'short-link' } : { kind: 'unreadable' };
  }
  // Google writes latitude first: the marked place before the middle of the view.
  const pair =
    match('!3d#!4d#') ??
    match('[?&](?:q|query|ll|destination|center)=(?:loc:)?#,\\s*\\+?#') ??
    match('/(?:place|search|dir)/#,\\s*\\+?#') ??
    match('@#,#');
  if (pair) return judge(pair[0], pair[1], 'latitude');
  return isShort(decoded) ? { kind: 'short-link' } : { kind: 'unreadable' };
}

function isShort(link: string): boolean {
  return /goo\.gl\/|maps\.app\.goo\.gl|go\.2gis\.|yandex\.[a-z]+\/maps\/-\//i.test(link);
}
