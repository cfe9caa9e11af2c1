// Pictures out of nothing: a landscape whose colours and hills follow from the seed.

function hash(seed: number, salt: number): number {
  let value = (seed ^ (salt * 0x9e3779b1)) >>> 0;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b) >>> 0;
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35) >>> 0;
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}

/** `clarity` from 0 (only blurred colours) to 1 (the finished picture). */
export function drawPicture(seed: number, width: number, height: number, clarity = 1): string {
  const hue = Math.floor(hash(seed, 1) * 360);
  const sunX = Math.floor(width * (0.2 + 0.6 * hash(seed, 2)));
  const sunY = Math.floor(height * (0.2 + 0.25 * hash(seed, 3)));
  const hills = [0, 1, 2].map((layer) => {
    const base = height * (0.55 + layer * 0.14);
    const points = Array.from({ length: 7 }, (_, index) => {
      const y = base - hash(seed, 10 + layer * 7 + index) * height * 0.16;
      return `${Math.round((index / 6) * width)},${Math.round(y)}`;
    });
    const colour = `hsl(${(hue + 150 + layer * 18) % 360} ${40 + layer * 6}% ${46 - layer * 13}%)`;
    return `<polygon points="0,${height} ${points.join(' ')} ${width},${height}" fill="${colour}"/>`;
  });
  const blur = (1 - clarity) * Math.min(width, height) * 0.12;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
    <defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="hsl(${hue} 58% 38%)"/><stop offset="1" stop-color="hsl(${(hue + 48) % 360} 78% 76%)"/></linearGradient>
    <filter id="blur" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="${blur.toFixed(1)}"/></filter></defs>
    <g filter="url(#blur)"><rect width="100%" height="100%" fill="url(#sky)"/><circle cx="${sunX}" cy="${sunY}" r="${Math.round(Math.min(width, height) * 0.09)}" fill="hsl(${(hue + 60) % 360} 95% 86%)"/>${hills.join('')}</g></svg>`;
  return `data:image/svg+xml;base64,${btoa(svg)}`;
}
