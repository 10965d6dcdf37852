import type { Extent } from 'ol/extent';
import { checkedFonts, textHeights } from 'ol/render/canvas';
import { families, fontName } from './typeface';

/** From the top of an accent to the foot of a g, in parts of the size, with the space between lines. */
const lineHeight = 1.36;
/** What OpenLayers notes of a font that it need not look for. */
const found = 100;

/**
 * A font of the map for OpenLayers, which itself would look for each ten times and not find the weights of a variable
 * typeface, and take its height from a letter that stands in a file of the typeface which nothing else needs.
 */
export function font(weight: number, pixels: number): string {
  const name = fontName(weight, pixels);
  if (textHeights[name] === undefined) {
    for (const one of families) checkedFonts.set(`normal ${weight} 16px "${one}"`, found, true);
    textHeights[name] = pixels * lineHeight;
  }
  return name;
}

/** The box in map units that a label around a point of the map is reckoned to take, with a little air. */
export function labelBox(x: number, y: number, text: string, resolution: number): Extent {
  const half = text.length * 4 * resolution;
  return [x - half, y - 9 * resolution, x + half, y + 9 * resolution];
}
