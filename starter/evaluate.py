"""Asks a running server for pictures of things that training never showed, looks at them, and says how many are right."""

import argparse
import io
import json
import os
import random
import time
import urllib.request
from pathlib import Path

import numpy as np
from PIL import Image

from analysis import look
from scenes import Thing, things


class Server:
    """The server's API, signed in where it asks for that."""

    def __init__(self, url: str, email: str | None):
        self.url, self.token = url, None
        if email:
            account = {"email": email, "password": os.environ["INVOKEAI_PASSWORD"], "remember_me": False}
            self.token = self.ask("/api/v1/auth/login", account)["token"]

    def fetch(self, path: str, body: object = None) -> bytes:
        request = urllib.request.Request(self.url + path, headers={"Content-Type": "application/json"})
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data, timeout=60) as answer:
            return answer.read()

    def upload(self, picture: np.ndarray) -> str:
        """The name under which the server keeps a picture `(side, side, 3)` in 0 to 1."""
        file, border = io.BytesIO(), "boundary-of-a-picture"
        Image.fromarray((picture * 255).round().astype(np.uint8)).save(file, "PNG")
        head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        body = head.encode() + file.getvalue() + f"\r\n--{border}--\r\n".encode()
        path = "/api/v1/images/upload?image_category=control&is_intermediate=true"
        request = urllib.request.Request(self.url + path, body, {"Content-Type": f"multipart/form-data; boundary={border}"})
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())["image_name"]

    def ask(self, path: str, body: object = None):
        return json.loads(self.fetch(path, body))

    def model(self, name: str) -> dict:
        """The record of an installed model."""
        found = [model for model in self.ask("/api/v2/models/")["models"] if model["name"] == name]
        if not found:
            raise SystemExit(f"the server has no model named {name}")
        return found[0]


def _graph(model: dict, control: dict | None) -> dict:
    """Text to picture with the settings that the model's record begins with, and by the edges of a picture where a ControlNet is given."""
    settings = model["default_settings"]
    size = {"width": settings["width"], "height": settings["height"]}
    sampling = {"steps": settings["steps"], "cfg_scale": settings["cfg_scale"], "scheduler": settings["scheduler"]}
    nodes = {
        "model": {"type": "main_model_loader", "model": model},
        "positive": {"type": "compel"},
        "negative": {"type": "compel", "prompt": ""},
        "noise": {"type": "noise", **size},
        "denoise": {"type": "denoise_latents", **sampling},
        "picture": {"type": "l2i", "is_intermediate": False},
    }
    edges = [
        ("model", "unet", "denoise", "unet"),
        ("model", "clip", "positive", "clip"),
        ("model", "clip", "negative", "clip"),
        ("model", "vae", "picture", "vae"),
        ("positive", "conditioning", "denoise", "positive_conditioning"),
        ("negative", "conditioning", "denoise", "negative_conditioning"),
        ("noise", "noise", "denoise", "noise"),
        ("denoise", "latents", "picture", "latents"),
    ]
    if control:
        nodes["edges"] = {"type": "canny_edge_detection"}
        nodes["control"] = {"type": "controlnet", "control_model": control, "control_weight": 1.0}
        edges += [("edges", "image", "control", "image"), ("control", "control", "denoise", "control")]
    end = lambda node, field: {"node_id": node, "field": field}  # noqa: E731
    return {
        "id": "evaluation",
        "nodes": {name: {"id": name, **node} for name, node in nodes.items()},
        "edges": [{"source": end(a, b), "destination": end(c, d)} for a, b, c, d in edges],
    }


def pictures(
    server: Server, model: dict, captions: list[str], control: dict | None = None, shown: list[str] | None = None
) -> list[np.ndarray]:
    """A picture of each caption, in order, `(side, side, 3)` in 0 to 1; with a ControlNet, by the edges of the pictures named `shown`."""
    varied = [
        {"node_path": "positive", "field_name": "prompt", "items": captions},
        {"node_path": "noise", "field_name": "seed", "items": list(range(len(captions)))},
    ]
    if shown:
        varied.append({"node_path": "edges", "field_name": "image", "items": [{"image_name": name} for name in shown]})
    batch = {"graph": _graph(model, control), "runs": 1, "data": [varied]}
    ids = server.ask("/api/v1/queue/default/enqueue_batch", {"batch": batch, "prepend": False})["item_ids"]
    made: dict[str, np.ndarray] = {}
    for number in ids:
        while (item := server.ask(f"/api/v1/queue/default/i/{number}"))["status"] in ("pending", "in_progress"):
            time.sleep(0.2)
        if item["status"] != "completed":
            raise SystemExit(f"item {number} is {item['status']}: {item['error_message']}")
        values = {value["field_name"]: value["value"] for value in item["field_values"]}
        session = item["session"]
        [node] = [prepared for prepared, source in session["prepared_source_mapping"].items() if source == "picture"]
        name = session["results"][node]["image"]["image_name"]
        picture = Image.open(io.BytesIO(server.fetch(f"/api/v1/images/i/{name}/full"))).convert("RGB")
        made[values["prompt"] + str(values["seed"])] = np.asarray(picture, np.float32) / 255
    return [made[caption + str(seed)] for seed, caption in enumerate(captions)]


def score(asked: list[Thing], pictures: list[np.ndarray]) -> dict[str, float]:
    """Shares of pictures that show what was asked for."""
    seen = [look(picture) for picture in pictures]
    pairs = list(zip(asked, seen, strict=True))
    share = lambda holds: round(sum(holds(a, s) for a, s in pairs) / len(pairs), 3)  # noqa: E731
    return {
        "colour": share(lambda a, s: a.colour == s.colour),
        "shape": share(lambda a, s: a.shape == s.shape),
        "background": share(lambda a, s: a.background == s.background),
        "colour and shape": share(lambda a, s: (a.colour, a.shape) == (s.colour, s.shape)),
    }


def arguments(description: str, count: int) -> argparse.ArgumentParser:
    """What every evaluation is told."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--url", default="http://127.0.0.1:9090")
    parser.add_argument("--email", help="account; its password is read from INVOKEAI_PASSWORD")
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--to", type=Path, help="file for the result")
    return parser


def choose_held_out(choose: random.Random, count: int) -> list[Thing]:
    """Things that training never showed."""
    held_out = [thing for thing in things() if thing.held_out]
    return [choose.choice(held_out) for _ in range(count)]


def report(result: dict, to: Path | None) -> None:
    """Prints a result, and keeps it where a file is named."""
    text = json.dumps(result, indent=2)
    print(text)
    if to:
        to.write_text(text + "\n")


def main() -> None:
    parser = arguments(__doc__, count=200)
    parser.add_argument("--model", default="Starter", help="name of the model on the server")
    given = parser.parse_args()
    server = Server(given.url, given.email)
    model = server.model(given.model)
    choose = random.Random(7)
    asked = choose_held_out(choose, given.count)
    made = pictures(server, model, [thing.caption for thing in asked])
    shuffled = choose.sample(asked, len(asked))
    result = {"pictures": len(asked), "settings": model["default_settings"], "asked": score(asked, made), "shuffled": score(shuffled, made)}
    report(result, given.to)


if __name__ == "__main__":
    main()
