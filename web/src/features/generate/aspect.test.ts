import { describe, expect, test } from 'vitest';
import { aspectOf, ASPECTS, isSide, sizeFor } from './aspect';

describe('sizes of the presets', () => {
  test.each(ASPECTS)('%s is recognised again, for small and for large models', (aspect) => {
    for (const side of [512, 768, 1024]) {
      const size = sizeFor(aspect, side * side);
      expect(isSide(size.width) && isSide(size.height)).toBe(true);
      expect(aspectOf(size)).toBe(aspect);
      expect(Math.abs((size.width * size.height) / (side * side) - 1)).toBeLessThan(0.03);
    }
  });

  test('another shape has no name', () => {
    expect(aspectOf({ width: 512, height: 120 })).toBeNull();
  });

  test('sides are multiples of eight within the limits', () => {
    expect([63, 64, 68, 2048, 2056, 64.5, Number.NaN].map(isSide)).toEqual([false, true, false, true, false, false, false]);
  });
});
