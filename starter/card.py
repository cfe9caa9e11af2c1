"""Lets a running server draw the pictures that show the model: the sheet in the README and the model's cover."""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from evaluate import Server, pictures

FOLDER = Path(__file__).parent
# Prompt n has seed n.
PROMPTS = [
    "a red circle on a blue background",
    "a yellow star on a purple background",
    "a white heart on a pink background",
    "a green triangle on a black background",
    "a purple cross on a yellow background",
    "a small blue square on the left on a white background",
    "yellow dunes at evening with a sun",
    "blue dots on a white background",
]
COLUMNS, ENLARGED, GAP = 4, 3, 6
COVER = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:9090")
    parser.add_argument("--email", help="account; its password is read from INVOKEAI_PASSWORD")
    parser.add_argument("--sheet", type=Path, default=FOLDER.parent / "docs" / "starter.png")
    given = parser.parse_args()
    server = Server(given.url, given.email)
    made = [
        Image.fromarray((picture * 255).round().astype(np.uint8)).resize((picture.shape[1] * ENLARGED,) * 2, Image.Resampling.BICUBIC)
        for picture in pictures(server, server.model("Starter"), PROMPTS)
    ]
    side = made[0].width + GAP
    sheet = Image.new("RGB", (COLUMNS * side - GAP, len(made) // COLUMNS * side - GAP), "white")
    for number, picture in enumerate(made):
        sheet.paste(picture, (number % COLUMNS * side, number // COLUMNS * side))
    sheet.save(given.sheet, optimize=True)
    made[COVER].save(FOLDER / "card" / "starter.webp", quality=90)


if __name__ == "__main__":
    main()
