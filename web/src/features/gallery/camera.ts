// Where a picture is looked at from: how much larger than the window, and how far from its middle, in pixels.

export type Camera = { scale: number; x: number; y: number };

export const FIT: Camera = { scale: 1, x: 0, y: 0 };
const SMALLEST = 1;
const LARGEST = 20;

export function isFit({ scale }: Camera): boolean {
  return scale === 1;
}

/** Enlarged so that what is at (x, y), measured from the middle of the window, stays there. */
export function zoomed(camera: Camera, factor: number, x: number, y: number): Camera {
  const scale = Math.min(LARGEST, Math.max(SMALLEST, camera.scale * factor));
  if (scale === SMALLEST) return FIT;
  const by = scale / camera.scale;
  return { scale, x: x - (x - camera.x) * by, y: y - (y - camera.y) * by };
}

export function panned(camera: Camera, dx: number, dy: number): Camera {
  return isFit(camera) ? camera : { ...camera, x: camera.x + dx, y: camera.y + dy };
}
