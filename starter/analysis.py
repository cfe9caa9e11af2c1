"""What a picture shows, by plain image analysis: the colour of its border, and the shape and colour of what differs from it."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from scenes import COLOURS
from shapes import SHAPES, coverage, grid

# Side of the outlines that are compared.
OUTLINE = 48
# A thing covers at least this share of the picture.
SMALLEST = 0.01


@dataclass(frozen=True)
class Seen:
    """What was found; `shape` and `colour` are none where nothing stands out."""

    background: str
    colour: str | None
    shape: str | None


def nearest_colour(colour: np.ndarray) -> str:
    """The name of the colour that is nearest to one in 0 to 1."""
    distances = {name: np.linalg.norm(np.array(rgb) / 255 - colour) for name, rgb in COLOURS.items()}
    return min(distances, key=lambda name: distances[name])


def _threshold(values: np.ndarray) -> float:
    """Where a histogram falls into two parts best (Otsu 1979)."""
    counts, edges = np.histogram(values, bins=128)
    middles = (edges[:-1] + edges[1:]) / 2
    below, above = counts.cumsum(), counts[::-1].cumsum()[::-1]
    sum_below, sum_above = (counts * middles).cumsum(), (counts * middles)[::-1].cumsum()[::-1]
    apart = sum_below[:-1] / np.maximum(below[:-1], 1) - sum_above[1:] / np.maximum(above[1:], 1)
    return float(edges[1:-1][np.argmax(below[:-1] * above[1:] * apart**2)])


def _outline(mask: np.ndarray) -> np.ndarray:
    """What is inside, cut to its bounding box and brought to one size; longer sides stay longer."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    cut = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    side = max(cut.shape)
    square = np.zeros((side, side), np.float32)
    top, left = (side - cut.shape[0]) // 2, (side - cut.shape[1]) // 2
    square[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
    return np.array(Image.fromarray(square).resize((OUTLINE, OUTLINE), Image.Resampling.BOX))


def _outlines() -> dict[str, np.ndarray]:
    x, y = grid(192)
    return {name: _outline(coverage(distance(x, y), 1.0, 192) > 0.5) for name, distance in SHAPES.items()}


OUTLINES = _outlines()


def look(pixels: np.ndarray) -> Seen:
    """Looks at a picture `(side, side, 3)` in 0 to 1."""
    side = pixels.shape[0]
    rim = max(1, side // 16)
    border = np.concatenate([pixels[:rim].reshape(-1, 3), pixels[-rim:].reshape(-1, 3), pixels[:, :rim].reshape(-1, 3), pixels[:, -rim:].reshape(-1, 3)])
    ground = np.median(border, axis=0)
    distance = np.linalg.norm(pixels - ground, axis=2)
    mask = distance > max(_threshold(distance), 0.1)
    if mask.mean() < SMALLEST:
        return Seen(nearest_colour(ground), None, None)
    # The rim of a thing is mixed with the background: its colour is that of what stands out most.
    strong = mask & (distance >= np.median(distance[mask]) * 0.9)
    outline = _outline(mask)
    alike = {
        name: np.minimum(outline, template).sum() / np.maximum(outline, template).sum()
        for name, template in OUTLINES.items()
    }
    colour = nearest_colour(np.median(pixels[strong], axis=0))
    return Seen(nearest_colour(ground), colour, max(alike, key=lambda name: alike[name]))
