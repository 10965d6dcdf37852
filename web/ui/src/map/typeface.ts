/** Onest has the Kazakh letters; the page loads it for its text anyway. */
export const families = ['Onest Variable', 'Onest'] as const;
const family = `${families.map((name) => `"${name}"`).join(', ')}, system-ui, sans-serif`;

/** A font of the map as CSS names it. */
export function fontName(weight: number, pixels: number): string {
  return `${weight} ${pixels}px ${family}`;
}

/** Letters of all three languages, so that every subset of the font is fetched before the canvas needs it. */
export const fontSample = 'Aa Яя Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі 0';
