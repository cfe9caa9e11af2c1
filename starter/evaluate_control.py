"""Asks a running server for things at places that only the edges of a picture tell, and says how far they are where they were drawn."""

import argparse
import json
import random
from pathlib import Path

import numpy as np

from evaluate import Server, pictures, score
from scenes import PLACES, draw_thing, things

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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:9090")
    parser.add_argument("--email", help="account; its password is read from INVOKEAI_PASSWORD")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--to", type=Path, help="file for the result")
    given = parser.parse_args()
    server = Server(given.url, given.email)
    model, control = server.model("Starter"), server.model("Starter Canny")
    choose, draw = random.Random(7), np.random.default_rng(5)
    held_out = [thing for thing in things() if thing.held_out]
    asked = [choose.choice(held_out) for _ in range(given.count)]
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
    text = json.dumps(result, indent=2)
    print(text)
    if given.to:
        given.to.write_text(text + "\n")


if __name__ == "__main__":
    main()
