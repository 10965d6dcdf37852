// Another base map than the one in the program. Fetched only where the installation has one.
import type { FeatureLike } from 'ol/Feature';
import type BaseLayer from 'ol/layer/Base';
import LayerGroup from 'ol/layer/Group';
import type Layer from 'ol/layer/Layer';
import TileLayer from 'ol/layer/Tile';
import VectorTileLayer from 'ol/layer/VectorTile';
import type RenderEvent from 'ol/render/Event';
import XYZ from 'ol/source/XYZ';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import { font } from './fonts';
import { palettes } from './palette';
import type { Language, MapTiles, Theme } from './types';

export interface Tiles {
  layer: BaseLayer;
  setLook(theme: Theme, language: Language): void;
}

/** Makes the layer of the installation's tiles; `shown` is called when the first tile has come. */
export async function makeTiles(tiles: MapTiles, shown: () => void): Promise<Tiles> {
  switch (tiles.kind) {
    case 'raster':
      return picture(new TileLayer({ source: new XYZ({ url: tiles.url }) }), shown);
    case 'vector': {
      const { apply } = await import('ol-mapbox-style');
      const group = new LayerGroup();
      await apply(group, tiles.url);
      return picture(group, shown);
    }
    case 'pmtiles':
      return archive(tiles.url, shown);
  }
}

async function archive(url: string, shown: () => void): Promise<Tiles> {
  const [{ PMTiles, TileType }, { PMTilesRasterSource, PMTilesVectorSource }] = await Promise.all([
    import('pmtiles'),
    import('ol-pmtiles'),
  ]);
  const { tileType } = await new PMTiles(url).getHeader();
  if (tileType !== TileType.Mvt) return picture(new TileLayer({ source: new PMTilesRasterSource({ url }) }), shown);
  const look: { theme: Theme; language: Language } = { theme: 'light', language: 'kk' };
  const layer = new VectorTileLayer({
    declutter: 'tiles',
    source: new PMTilesVectorSource({ url }),
    style: (feature, resolution) => drawn(feature, resolution, look.theme, look.language),
  });
  layer.getSource()?.once('tileloadend', shown);
  return {
    layer,
    setLook(theme, language) {
      Object.assign(look, { theme, language });
      layer.changed();
    },
  };
}

/** Tiles that come with colours of their own: dimmed in the dark look, red in that of the night. */
function picture(layer: Layer | LayerGroup, shown: () => void): Tiles {
  let now: Theme = 'light';
  const layers = layer instanceof LayerGroup ? layer.getLayersArray() : [layer];
  const darken = (event: unknown): void => tint((event as RenderEvent).context as CanvasRenderingContext2D, now);
  layers.at(-1)?.on('postrender', darken);
  for (const one of layers) one.getSource()?.once('tileloadend' as 'change', shown);
  return {
    layer,
    setLook(theme) {
      now = theme;
      layer.changed();
    },
  };
}

function tint(context: CanvasRenderingContext2D, theme: Theme): void {
  if (theme === 'light') return;
  const { width, height } = context.canvas;
  const blend = (operation: GlobalCompositeOperation, colour: string): void => {
    context.globalCompositeOperation = operation;
    context.fillStyle = colour;
    context.fillRect(0, 0, width, height);
  };
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  if (theme === 'night') {
    blend('difference', '#ffffff'); // light maps become dark ones
    blend('multiply', '#900000'); // and keep nothing but red
  } else {
    blend('multiply', '#767d79');
  }
  context.restore();
}

/** The layers of the two common schemas, OpenMapTiles and Protomaps, by what is drawn of them. */
const waters = new Set(['water', 'waterway', 'physical_line']);
const roads = new Set(['transportation', 'roads', 'transit']);
const towns = new Set(['place', 'places']);
const borders = new Set(['boundary', 'boundaries']);

// A style is made once for each kind of thing.
const kept = new Map<string, Style>();

function once(key: string, make: () => Style): Style {
  let style = kept.get(key);
  if (!style) {
    if (kept.size > 5000) kept.clear();
    style = make();
    kept.set(key, style);
  }
  return style;
}

function drawn(feature: FeatureLike, resolution: number, theme: Theme, language: Language): Style | undefined {
  const palette = palettes[theme];
  const layer = String(feature.get('layer') ?? '');
  const area = feature.getGeometry()?.getType().endsWith('Polygon') === true;
  if (waters.has(layer))
    return area
      ? once(`${theme} water`, () => new Style({ fill: new Fill({ color: palette.lake }) }))
      : once(`${theme} river`, () => new Style({ stroke: new Stroke({ color: palette.river, width: 1.2 }) }));
  if (layer === 'building' || layer === 'buildings')
    return once(`${theme} building`, () => new Style({ fill: new Fill({ color: palette.neighbours }) }));
  if (roads.has(layer) && !area) {
    const kind = String(feature.get('class') ?? feature.get('kind') ?? '');
    const main = /motorway|trunk|primary|highway|major/.test(kind);
    if (!main && resolution > 80) return undefined;
    return once(
      `${theme} road ${main}`,
      () => new Style({ stroke: new Stroke({ color: palette.townDot, width: main ? 2 : 1 }) }),
    );
  }
  if (borders.has(layer) && !area)
    return once(
      `${theme} border`,
      () => new Style({ stroke: new Stroke({ color: palette.regionBorder, width: 1, lineDash: [4, 3] }) }),
    );
  if (towns.has(layer)) {
    const name = String(feature.get(`name:${language}`) ?? feature.get(`name_${language}`) ?? feature.get('name') ?? '');
    if (name === '') return undefined;
    return once(
      `${theme} town ${name}`,
      () =>
        new Style({
          text: new Text({
            text: name,
            font: font(500, 13),
            fill: new Fill({ color: palette.townLabel }),
            stroke: new Stroke({ color: palette.halo, width: 3 }),
          }),
        }),
    );
  }
  return undefined;
}
