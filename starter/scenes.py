"""What the pictures show: scenes with a caption and pixels. Everything is drawn from a random generator, so a seed is a
data set."""

from dataclasses import dataclass

import numpy as np

from shapes import SHAPES, coverage, digit, grid

COLOURS = {
    "red": (214, 40, 40),
    "green": (46, 160, 67),
    "blue": (36, 92, 214),
    "yellow": (250, 212, 32),
    "purple": (128, 52, 168),
    "pink": (244, 132, 184),
    "black": (20, 20, 22),
    "white": (246, 246, 244),
}
PLACES = {
    "": (0.0, 0.0),
    "on the left": (-0.45, 0.0),
    "on the right": (0.45, 0.0),
    "at the top": (0.0, -0.45),
    "at the bottom": (0.0, 0.45),
}
SIZES = {"": 0.75, "small": 0.45, "large": 0.92}
# Beside the middle there is less room.
ASIDE = 0.55
SKIES = {"day": (120, 184, 240), "evening": (244, 150, 96), "night": (22, 28, 64)}
GROUNDS = {"green hills": (72, 148, 72), "brown mountains": (122, 88, 62), "yellow dunes": (226, 192, 112), "blue sea": (32, 92, 168)}
DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
PATTERNS = ["stripes", "dots", "checks"]
# The share of captions without "a" and "background".
SHORT = 0.15


@dataclass(frozen=True)
class Scene:
    """One picture, as words, as what the words say, and as pixels `(side, side, 3)` in 0 to 1."""

    caption: str
    says: dict[str, str]
    pixels: np.ndarray


@dataclass(frozen=True)
class Thing:
    """A shape of a colour on a background: what the evaluation asks for."""

    colour: str
    shape: str
    background: str

    @property
    def caption(self) -> str:
        return _worded("a", self.colour, self.shape, "on a", self.background, "background")

    @property
    def held_out(self) -> bool:
        """Whether it is never shown in training: about one combination in six, every colour and shape among them."""
        names = list(COLOURS)
        number = names.index(self.colour) * 31 + list(SHAPES).index(self.shape) * 17 + names.index(self.background) * 7
        return number % 6 == 0


def things() -> list[Thing]:
    """All combinations with two colours that differ."""
    return [
        Thing(colour, shape, background)
        for colour in COLOURS
        for shape in SHAPES
        for background in COLOURS
        if colour != background
    ]


def _worded(*words: str) -> str:
    """The words that are there, one blank between them."""
    return " ".join(word for word in words if word)


def _phrase(random: np.random.Generator, what: list[str], ground: str, article: str = "a") -> str:
    """What is seen on which background; now and then as short as people write."""
    if random.random() < SHORT:
        return _worded(*what, "on", ground)
    return _worded(article, *what, "on a", ground, "background")


def _colour(name: str, random: np.random.Generator) -> np.ndarray:
    """The colour, a little different every time."""
    return np.clip(np.array(COLOURS[name]) / 255 + random.normal(0, 0.015, 3), 0, 1)


def _paint(pixels: np.ndarray, cover: np.ndarray, colour: np.ndarray) -> np.ndarray:
    return pixels + cover[..., None] * (colour - pixels)


def _fill(side: int, colour: np.ndarray) -> np.ndarray:
    return np.broadcast_to(colour, (side, side, 3)).astype(np.float32)


def _put(pixels: np.ndarray, shape: str, colour: np.ndarray, centre: tuple[float, float], scale: float, turn: float):
    side = pixels.shape[0]
    x, y = grid(side)
    x, y = (x - centre[0]) / scale, (y - centre[1]) / scale
    x, y = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    return _paint(pixels, coverage(SHAPES[shape](x, y), scale, side), colour)


def draw_thing(
    thing: Thing,
    side: int,
    random: np.random.Generator,
    size: str = "",
    place: str = "",
    at: tuple[float, float] | None = None,
) -> Scene:
    """One shape; its caption names size and place where they are not the usual ones. `at` is a place without a name."""
    pixels = _fill(side, _colour(thing.background, random))
    x, y = PLACES[place] if at is None else at
    centre = (x + random.uniform(-0.05, 0.05), y + random.uniform(-0.05, 0.05))
    scale = SIZES[size] * random.uniform(0.92, 1.08) * (ASIDE if place or at else 1.0)
    pixels = _put(pixels, thing.shape, _colour(thing.colour, random), centre, scale, random.normal(0, 0.05))
    says = {"colour": thing.colour, "shape": thing.shape, "background": thing.background, "size": size, "place": place}
    return Scene(_phrase(random, [size, thing.colour, thing.shape, place], thing.background), says, pixels)


def _landscape(side: int, random: np.random.Generator) -> Scene:
    time, ground = random.choice(list(SKIES)), random.choice(list(GROUNDS))
    x, y = grid(side)
    sky = np.array(SKIES[time]) / 255
    pixels = (sky + (1 - sky) * np.clip(0.35 + 0.35 * y, 0, 1)[..., None] * (time != "night")).astype(np.float32)
    light, name = ((1.0, 0.9, 0.45), "sun") if time != "night" else ((0.93, 0.93, 0.85), "moon")
    centre = (random.uniform(-0.6, 0.6), random.uniform(-0.7, -0.4))
    disc = np.hypot(x - centre[0], y - centre[1]) - 0.17
    pixels = _paint(pixels, coverage(disc, 1.0, side), np.array(light))
    dark = 0.45 if time == "night" else 1.0
    for layer in range(1 if ground == "blue sea" else 3):
        colour = np.array(GROUNDS[ground]) / 255 * dark * (0.8 + 0.14 * layer)
        phase, height = random.uniform(0, 6.28, 3), 0.12 + 0.22 * layer
        wave = sum(np.sin(x * rate + p) / rate for rate, p in zip((2.3, 4.1, 7.7), phase, strict=True))
        if ground == "brown mountains":
            wave = sum(np.abs((x * rate + p) % 2 - 1) / rate for rate, p in zip((1.6, 3.1, 6.3), phase, strict=True)) - 0.4
        rise = 0.0 if ground == "blue sea" else 0.35 * wave
        pixels = _paint(pixels, np.clip(0.5 + (y - height - rise) * side / 2, 0, 1), colour)
    return Scene(f"{ground} at {time} with a {name}", {"shape": ground, "time": time}, pixels)


def _pattern(side: int, random: np.random.Generator) -> Scene:
    kind = random.choice(PATTERNS)
    one, other = random.choice(list(COLOURS), 2, replace=False)
    x, y = grid(side)
    count, shift = random.integers(3, 6), random.uniform(0, 2, 2)
    u, v = (x + shift[0]) * count / 2, (y + shift[1]) * count / 2
    wave = lambda t: np.abs((t % 1) - 0.5) - 0.25  # noqa: E731
    distance = {
        "stripes": wave(u),
        "dots": np.hypot((u % 1) - 0.5, (v % 1) - 0.5) - 0.3,
        "checks": np.sign(wave(u)) * np.sign(wave(v)) * np.minimum(np.abs(wave(u)), np.abs(wave(v))),
    }[kind]
    cover = coverage(distance, 2.0 / count, side)
    pixels = _paint(_fill(side, _colour(other, random)), cover, _colour(one, random))
    says = {"colour": str(one), "shape": str(kind), "background": str(other)}
    return Scene(_phrase(random, [one, kind], other, article=""), says, pixels)


def _number(side: int, random: np.random.Generator) -> Scene:
    number = int(random.integers(10))
    ink, paper = random.choice(list(COLOURS), 2, replace=False)
    x, y = grid(side)
    scale = random.uniform(0.6, 0.75)
    distance = digit(number, (x - random.uniform(-0.1, 0.1)) / scale, (y - random.uniform(-0.1, 0.1)) / scale)
    pixels = _paint(_fill(side, _colour(paper, random)), coverage(distance, scale, side), _colour(ink, random))
    says = {"colour": str(ink), "shape": DIGITS[number], "background": str(paper)}
    return Scene(_phrase(random, [ink, DIGITS[number]], paper), says, pixels)


def any_thing(random: np.random.Generator) -> Thing:
    """A combination that training may show."""
    while True:
        colour, background = random.choice(list(COLOURS), 2, replace=False)
        thing = Thing(str(colour), str(random.choice(list(SHAPES))), str(background))
        if not thing.held_out:
            return thing


def _thing(side: int, random: np.random.Generator) -> Scene:
    thing = any_thing(random)
    size = str(random.choice(list(SIZES), p=[0.7, 0.15, 0.15]))
    place = str(random.choice(list(PLACES), p=[0.76, 0.06, 0.06, 0.06, 0.06]))
    return draw_thing(thing, side, random, size, place)


_KINDS = [(_thing, 0.8), (_landscape, 0.07), (_pattern, 0.07), (_number, 0.06)]


def draw(side: int, random: np.random.Generator) -> Scene:
    """Any scene."""
    kind = random.choice(len(_KINDS), p=[share for _, share in _KINDS])
    return _KINDS[kind][0](side, random)


def captions(count: int) -> list[tuple[str, dict[str, str]]]:
    """Captions as training sees them and what they say, without their pictures."""
    random = np.random.default_rng(0)
    scenes = [draw(4, random) for _ in range(count)]
    return [(scene.caption, scene.says) for scene in scenes]
