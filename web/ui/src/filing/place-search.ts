import { get, RequestFailed } from '../api/client';
import type { Language } from '../language';
import type { LonLat } from '../map/types';

export interface PlaceNames {
  kk?: string;
  ru?: string;
  en?: string;
}

export interface FoundPlace {
  id?: string;
  names: PlaceNames;
  location: { coordinates: LonLat };
  region?: string;
  origin: 'built_in' | 'imported' | 'learnt';
  near_town?: { names: PlaceNames; distance_m: number };
}

const mostPlaces = 8;

/** The name of a place in a language, or in another one that it has. */
export function placeName(names: PlaceNames, language: Language): string {
  return names[language] ?? names.ru ?? names.kk ?? names.en ?? '';
}

/** True for a text that may be the beginning of a name. */
export function isName(text: string): boolean {
  return /\p{L}.*\p{L}/u.test(text) && !/^\s*(https?|geo):/i.test(text);
}

/** Places by name, from the server or, without it, from the towns of the base map. */
export async function searchPlaces(text: string, signal: AbortSignal): Promise<FoundPlace[]> {
  try {
    const query = new URLSearchParams({ q: text, limit: String(mostPlaces) });
    return (await get<{ places: FoundPlace[] }>(`places?${query}`, signal)).places;
  } catch (cause) {
    if (cause instanceof RequestFailed && cause.problem.status === 0) return townsOf(text, signal);
    throw cause;
  }
}

type TownRow = [kind: string, tier: number, longitude: number, latitude: number, kk: string, ru: string, en: string];

async function townsOf(text: string, signal: AbortSignal): Promise<FoundPlace[]> {
  try {
    // The map has it in the browser's cache.
    const answer = await fetch(`${import.meta.env.BASE_URL}basemap/places.json`, { signal });
    return townsAmong((await answer.json()) as TownRow[], text);
  } catch {
    return [];
  }
}

const plain = (text: string) => text.toLowerCase().replaceAll('ё', 'е').trim();

/** Towns whose name begins so, in any of the three languages. */
export function townsAmong(rows: readonly TownRow[], text: string): FoundPlace[] {
  const wanted = plain(text);
  return rows
    .filter(([kind, , , , ...names]) => kind === 'town' && names.some((name) => plain(name).startsWith(wanted)))
    .slice(0, mostPlaces)
    .map(([, , longitude, latitude, kk, ru, en]) => ({
      names: { kk, ru, en },
      location: { coordinates: [longitude, latitude] },
      origin: 'built_in',
    }));
}
