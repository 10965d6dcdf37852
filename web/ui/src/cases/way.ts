import type { CaseView, LonLat } from '../api/views';

/** Where a team drives to: the meeting point, or what is known instead of it. */
export interface Destination {
  kind: 'meeting' | 'last-known' | 'place';
  lonLat: LonLat;
  note?: string;
}

/**
 * The newest meeting point of a case. Only while nobody has said one it is the last known point of a person,
 * or the place of what happened; undefined when no place is known.
 */
export function destinationOf(view: CaseView): Destination | undefined {
  let newest: NonNullable<CaseView['points']>[number] | undefined;
  for (const point of view.points ?? []) {
    // Those of the same time come in their order.
    if (point.point === 'staging' && (!newest || (point.at ?? '') >= (newest.at ?? ''))) newest = point;
  }
  if (newest)
    return { kind: 'meeting', lonLat: newest.location.coordinates, ...(newest.note && { note: newest.note }) };
  if (!view.location) return undefined;
  return { kind: view.kind === 'missing_person' ? 'last-known' : 'place', lonLat: view.location.coordinates };
}

export interface NavigationLinks {
  geo: string;
  twoGis: string;
  yandex: string;
  google: string;
}

/**
 * Addresses that open a route to a place: `geo:` (RFC 5870; the q is what Android shows a pin for), 2GIS as its own
 * map widget links it, Yandex Maps and Google Maps as they document it. Yandex, Google and geo: take the latitude
 * first, 2GIS the longitude.
 */
export function navigationLinks([longitude, latitude]: LonLat, label: string): NavigationLinks {
  const lat = latitude.toFixed(5);
  const lon = longitude.toFixed(5);
  return {
    geo: `geo:${lat},${lon}?q=${lat},${lon}(${encodeURIComponent(label)})`,
    twoGis: `https://2gis.kz/directions/tab/car/points/%7C${lon}%2C${lat}`,
    yandex: `https://yandex.com/maps/?rtext=~${lat}%2C${lon}&rtt=auto`,
    google: `https://www.google.com/maps/dir/?api=1&destination=${lat}%2C${lon}&travelmode=driving`,
  };
}
