"""Shapes as coverage: how much of each pixel lies inside, 0 to 1, from signed distances."""

import numpy as np

Field = np.ndarray


def grid(side: int) -> tuple[Field, Field]:
    """Coordinates of the centres of the pixels, x to the right and y down, both from -1 to 1."""
    line = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    return np.meshgrid(line, line)


def _polygon(x: Field, y: Field, corners: list[tuple[float, float]]) -> Field:
    """Signed distance to a simple polygon, negative inside."""
    nearest = np.full_like(x, np.inf)
    inside = np.zeros_like(x, dtype=bool)
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        along = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2), 0, 1)
        nearest = np.minimum(nearest, np.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)))
        if ay != by:
            inside ^= ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return np.where(inside, -nearest, nearest)


def _regular(corners: int, inner: float | None = None) -> list[tuple[float, float]]:
    """Corners on the unit circle, the first at the top; with `inner` every other one at that radius, as stars have."""
    count = corners if inner is None else 2 * corners
    radius = [1.0 if inner is None or number % 2 == 0 else inner for number in range(count)]
    angle = [np.pi * 2 * number / count - np.pi / 2 for number in range(count)]
    return [(float(r * np.cos(a)), float(r * np.sin(a))) for r, a in zip(radius, angle, strict=True)]


def _heart(x: Field, y: Field) -> Field:
    """Two discs and a square on its corner."""
    discs = np.minimum(np.hypot(x - 0.45, y + 0.35), np.hypot(x + 0.45, y + 0.35)) - 0.52
    return np.minimum(discs, _polygon(x, y, [(-0.91, -0.1), (0.0, -0.55), (0.91, -0.1), (0.0, 0.95)]))


def _cross(x: Field, y: Field) -> Field:
    bar = lambda across, along: np.maximum(np.abs(across) - 0.3, np.abs(along) - 0.95)  # noqa: E731
    return np.minimum(bar(x, y), bar(y, x))


# Signed distances of shapes that fill the square from -1 to 1.
SHAPES = {
    "circle": lambda x, y: np.hypot(x, y) - 0.9,
    "square": lambda x, y: np.maximum(np.abs(x), np.abs(y)) - 0.8,
    "triangle": lambda x, y: _polygon(x, y, [(0.0, -0.9), (0.95, 0.8), (-0.95, 0.8)]),
    "star": lambda x, y: _polygon(x, y, _regular(5, 0.42)),
    "heart": _heart,
    "cross": _cross,
}

# Segments of each digit as a display of seven bars shows it: top, upper left and right, middle, lower left and right, bottom.
_SEGMENTS = ["1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011"]
_BARS = [
    ((-0.45, -0.9), (0.45, -0.9)),
    ((-0.45, -0.9), (-0.45, 0.0)),
    ((0.45, -0.9), (0.45, 0.0)),
    ((-0.45, 0.0), (0.45, 0.0)),
    ((-0.45, 0.0), (-0.45, 0.9)),
    ((0.45, 0.0), (0.45, 0.9)),
    ((-0.45, 0.9), (0.45, 0.9)),
]


def digit(number: int, x: Field, y: Field) -> Field:
    """Signed distance to a digit drawn with bars."""
    nearest = np.full_like(x, np.inf)
    for lit, ((ax, ay), (bx, by)) in zip(_SEGMENTS[number], _BARS, strict=True):
        if lit == "1":
            dx, dy = np.clip(x, min(ax, bx), max(ax, bx)), np.clip(y, min(ay, by), max(ay, by))
            nearest = np.minimum(nearest, np.hypot(x - dx, y - dy))
    return nearest - 0.16


def coverage(distance: Field, scale: float, side: int) -> Field:
    """How much of each pixel is inside; `scale` is the shape's half width in the picture's coordinates."""
    return np.clip(0.5 - distance * scale * side / 2, 0, 1)
