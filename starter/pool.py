"""Scenes that are drawn and encoded once and shown many times: every step then costs only the network that learns."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from diffusers import AutoencoderKL
from transformers import CLIPTextModel, CLIPTokenizer

from scenes import Scene, draw
from train_autoencoder import SCALE
from train_text import states
from training import Run

# Pictures that are encoded together.
AT_ONCE = 16
# The share of pictures without a caption, from which guidance learns what a prompt adds.
WITHOUT_CAPTION = 0.1


class Pool:
    """Latents `(n, 4, h, w)`, their captions, and what `also` makes of each picture."""

    def __init__(
        self,
        run: Run,
        autoencoder: AutoencoderKL,
        seed: int,
        make: Callable[..., Scene] = draw,
        also: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ):
        self.run, self.seed = run, seed
        file = run.folder / f"pool-{run.side}-{run.pool}.pt"
        if not file.exists():
            torch.save(self._draw(autoencoder, make, also), file)
        kept = torch.load(file, weights_only=True)
        self.latents, self.others, self.captions = kept["latents"], kept["others"], kept["captions"]

    def _draw(self, autoencoder: AutoencoderKL, make: Callable[..., Scene], also: Callable | None) -> dict:
        latents, others, captions = [], [], []
        for number in range(0, self.run.pool, AT_ONCE):
            random = np.random.default_rng([self.seed, number])
            scenes = [make(self.run.side, random) for _ in range(AT_ONCE)]
            pixels = torch.from_numpy(np.stack([scene.pixels for scene in scenes]).astype(np.float32) * 2 - 1)
            pixels = pixels.permute(0, 3, 1, 2).contiguous()
            with torch.no_grad():
                latents.append(autoencoder.encode(pixels.to(self.run.device)).latent_dist.mean.cpu() * SCALE)
            others.append(also(pixels) if also else latents[-1][:, :0])
            captions += [scene.caption for scene in scenes]
        return {"latents": torch.cat(latents), "others": torch.cat(others), "captions": captions}

    def batches(self, begin: int) -> Iterator[tuple[torch.Tensor, list[str], torch.Tensor]]:
        """Latents, captions and the rest for every step from `begin` on."""
        for step in range(begin, self.run.steps):
            choose = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
            chosen = torch.randint(0, len(self.captions), (self.run.batch,), generator=choose)
            told = torch.rand(self.run.batch, generator=choose) >= WITHOUT_CAPTION
            texts = [self.captions[number] if tell else "" for number, tell in zip(chosen.tolist(), told.tolist(), strict=True)]
            yield self.latents[chosen].to(self.run.device), texts, self.others[chosen].to(self.run.device)


class Prompts:
    """What the text encoder makes of captions, kept for the next time."""

    def __init__(self, tokenizer: CLIPTokenizer, text: CLIPTextModel, device: str):
        self.tokenizer, self.text, self.device = tokenizer, text, device
        self.known: dict[str, torch.Tensor] = {}

    def __call__(self, texts: list[str]) -> torch.Tensor:
        """`(b, 77, 768)`."""
        new = sorted({text for text in texts if text not in self.known})
        if new:
            with torch.no_grad():
                self.known.update(zip(new, states(self.tokenizer, self.text, new, self.device).half(), strict=True))
        return torch.stack([self.known[text] for text in texts]).float()
