import { expect, test } from 'vitest';
import { FIT, panned, zoomed } from './camera';

test('what is under the pointer stays under it', () => {
  const once = zoomed(FIT, 2, 100, -40);
  expect(once).toEqual({ scale: 2, x: -100, y: 40 });
  // The point of the picture below (100, -40) is (100 - x) / scale from its middle.
  const twice = zoomed(once, 1.5, 100, -40);
  expect((100 - twice.x) / twice.scale).toBeCloseTo((100 - once.x) / once.scale);
  expect((-40 - twice.y) / twice.scale).toBeCloseTo((-40 - once.y) / once.scale);
});

test('a picture becomes no smaller than the window, and then stands in its middle', () => {
  expect(zoomed({ scale: 1.2, x: 30, y: 30 }, 0.5, 0, 0)).toEqual(FIT);
  expect(panned(FIT, 10, 10)).toEqual(FIT);
});

test('there is an end to enlarging', () => {
  expect(zoomed({ scale: 19, x: 0, y: 0 }, 10, 0, 0).scale).toBe(20);
});
