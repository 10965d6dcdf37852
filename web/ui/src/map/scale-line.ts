/** The longest round distance (1, 2 or 5 times a power of ten, metres) that fits, and its width in pixels. */
export function scaleLine(metresPerPixel: number, widestPixels: number): { metres: number; pixels: number } {
  const widest = metresPerPixel * widestPixels;
  if (!(widest > 0) || !Number.isFinite(widest)) return { metres: 0, pixels: 0 };
  const power = 10 ** Math.floor(Math.log10(widest));
  const factor = [5, 2, 1].find((candidate) => candidate * power <= widest) ?? 1;
  const metres = factor * power;
  return { metres, pixels: metres / metresPerPixel };
}
