import { SIDE } from '@/api/rules';

/** Aspect ratios to choose from, width before height. */
export const ASPECTS = ['1:1', '4:3', '3:2', '16:9', '3:4', '2:3', '9:16'] as const;

export type Aspect = (typeof ASPECTS)[number];
export type Size = { width: number; height: number };

export function ratioOf(aspect: Aspect): number {
  const [width, height] = aspect.split(':').map(Number);
  return (width ?? 1) / (height ?? 1);
}

function toSide(length: number): number {
  return Math.min(SIDE.max, Math.max(SIDE.min, Math.round(length / SIDE.step) * SIDE.step));
}

/** The size of that shape with about as many pixels as `area`, the number a model was trained for. */
export function sizeFor(aspect: Aspect, area: number): Size {
  const ratio = ratioOf(aspect);
  const width = toSide(Math.sqrt(area * ratio));
  return { width, height: toSide(width / ratio) };
}

/** The preset a size has the shape of, as nearly as multiples of 8 allow. */
export function aspectOf({ width, height }: Size): Aspect | null {
  const fits = (aspect: Aspect) => toSide(width / ratioOf(aspect)) === height || toSide(height * ratioOf(aspect)) === width;
  return ASPECTS.find(fits) ?? null;
}

export function isSide(length: number): boolean {
  return Number.isInteger(length) && length >= SIDE.min && length <= SIDE.max && length % SIDE.step === 0;
}
