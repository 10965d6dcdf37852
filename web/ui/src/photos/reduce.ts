/** The longer side of a photo that is sent, in pixels. */
export const longestSide = 1600;
/** The server takes 1 MiB; over a bad line less is better. */
export const wantedBytes = 400_000;

/** How large a picture is drawn: the longer side at most so long, never larger than it is. */
export function fitted(width: number, height: number, side: number): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

// Each is tried until the photo is small enough; the last is sent as it is.
const attempts: readonly { side: number; quality: number }[] = [
  { side: longestSide, quality: 0.8 },
  { side: longestSide, quality: 0.6 },
  { side: 1280, quality: 0.6 },
  { side: 960, quality: 0.5 },
];

/**
 * Makes of a photo a JPEG small enough for a bad line. It is drawn anew, upright, so that place, camera and whatever
 * else stood in the file are left behind. Throws when the browser cannot read it.
 */
export async function reduce(file: Blob): Promise<Blob> {
  const address = URL.createObjectURL(file);
  try {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    let smallest: Blob | undefined;
    for (const { side, quality } of attempts) {
      const { width, height } = fitted(picture.naturalWidth, picture.naturalHeight, side);
      const canvas = document.createElement('canvas');
      canvas.width = width;
      canvas.height = height;
      const context = canvas.getContext('2d');
      if (!context) throw new Error('nothing can be drawn');
      context.drawImage(picture, 0, 0, width, height);
      const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality));
      if (!made) throw new Error('no JPEG can be made');
      smallest = made;
      if (made.size <= wantedBytes) break;
    }
    if (!smallest) throw new Error('no JPEG can be made');
    return smallest;
  } finally {
    URL.revokeObjectURL(address);
  }
}
