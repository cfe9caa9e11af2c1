"""Asks a running server for things at places that only the edges of a picture tell, and says how far they are where they were drawn."""

import random

import numpy as np

from evaluate import Server, arguments, choose_held_out, pictures, report, score
from scenes import PLACES, draw_thing

SIDE = 64
# Colours farther apart than this are not the background's.
APART = 0.2


def shape(picture: np.ndarray) -> np.ndarray:
    """What is not background `(side, side)`: the background is what most of the first and the last rows are."""
    ground = np.median(np.concatenate([picture[:3].reshape(-1, 3), picture[-3:].reshape(-1, 3)]), axis=0)
    return np.linalg.norm(picture - ground, axis=2) > APART


def overlap(drawn: np.ndarray, made: np.ndarray) -> float:
    """What both show of what either shows."""
    both, either = shape(drawn) & shape(made), shape(drawn) | shape(made)
    return both.sum() / max(1, either.sum())


def main() -> None:
    given = arguments(__doc__, count=100).parse_args()
    server = Server(given.url, given.email)
    model, control = server.model("Starter"), server.model("Starter Canny")
    draw, asked = np.random.default_rng(5), choose_held_out(random.Random(7), given.count)
    places = [place for place in PLACES if place]
    # The captions name neither size nor place.
    drawn = [draw_thing(thing, SIDE, draw, "", places[number % len(places)]).pixels for number, thing in enumerate(asked)]
    shown = [server.upload(picture) for picture in drawn]
    captions = [thing.caption for thing in asked]
    result: dict[str, object] = {"pictures": len(asked)}
    for name, made in (
        ("with edges", pictures(server, model, captions, control, shown)),
        ("without", pictures(server, model, captions)),
    ):
        overlaps = [overlap(*pair) for pair in zip(drawn, made, strict=True)]
        result[name] = {"overlap": round(float(np.mean(overlaps)), 3), **score(asked, made)}
    report(result, given.to)


if __name__ == "__main__":
    main()
