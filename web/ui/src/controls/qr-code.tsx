import { encode } from 'uqr';

/** A QR code of an address, sharp at any size; `label` says what it opens. Dark on light in every look: cameras need it. */
export function QRCode({ text, label, size = 160 }: { text: string; label: string; size?: number }) {
  const { data, size: side } = encode(text, { ecc: 'M', border: 4 });
  // One path: a square of a rectangle for each dark module.
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return (
    <svg
      class="qr-code"
      viewBox={`0 0 ${side} ${side}`}
      width={size}
      height={size}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect width={side} height={side} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  );
}
