"""Trains a LoRA that draws every scene as a sketch: lines on paper."""

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from torch import nn
from transformers import CLIPTextModel, CLIPTokenizer

import networks
import vocabulary
from data import batches
from export import MODELS, save_half
from scenes import Scene, draw
from train_autoencoder import SCALE
from train_pictures import diffusion
from training import Trainer, arguments, trained

RANK = 8
# The layers of attention it changes.
LAYERS = ("to_q", "to_k", "to_v", "to_out.0")
PAPER, INK = np.array((0.97, 0.95, 0.89), np.float32), np.array((0.16, 0.17, 0.24), np.float32)


def sketch(side: int, random: np.random.Generator) -> Scene:
    """A scene as the lines between its colours."""
    scene = draw(side, random)
    reach = max(1, side // 96)
    padded = np.pad(scene.pixels, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    change = np.zeros((side, side), np.float32)
    for dy, dx in ((0, reach), (reach, 0), (reach, reach), (reach, -reach)):
        here = padded[reach + dy : reach + dy + side, reach + dx : reach + dx + side]
        there = padded[reach - dy : reach - dy + side, reach - dx : reach - dx + side]
        change = np.maximum(change, np.abs(here - there).max(axis=2))
    lines = np.clip(change * 2.5, 0, 1)[..., None]
    return Scene(scene.caption, PAPER + lines * (INK - PAPER))


class Adapted(nn.Module):
    """A linear layer and what is added to it: `up(down(x))`."""

    def __init__(self, base: nn.Linear):
        super().__init__()
        self.base = base
        self.down = nn.Linear(base.in_features, RANK, bias=False)
        self.up = nn.Linear(RANK, base.out_features, bias=False)
        nn.init.normal_(self.down.weight, std=1 / RANK)
        nn.init.zeros_(self.up.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.base(x) + self.up(self.down(x))


def adapt(unet: UNet2DConditionModel) -> dict[str, Adapted]:
    """Puts an addition beside each of [`LAYERS`], and names it as the UNet does."""
    adapted = {name: Adapted(layer) for name, layer in unet.named_modules() if name.endswith(LAYERS)}
    for name, layer in adapted.items():
        unet.set_submodule(name, layer)
    return adapted


def main() -> None:
    run = arguments("style", __doc__, steps=3_000, batch=64)
    work = run.folder.parent
    numbers = vocabulary.write(work / "pictures" / "tokenizer")
    tokenizer = CLIPTokenizer.from_pretrained(work / "pictures" / "tokenizer")
    vae, text, unet = networks.autoencoder(), networks.text_encoder(numbers), networks.unet()
    trained(work / "autoencoder", {"autoencoder": vae}, run.device)
    trained(work / "pictures", {"text_encoder": text, "unet": unet}, run.device)
    additions = nn.ModuleDict({name.replace(".", "|"): layer for name, layer in adapt(unet).items()}).to(run.device)
    additions.requires_grad_(True)
    for layer in additions.values():
        layer.base.requires_grad_(False)
    trainer = Trainer(run, {"style": additions}, rate=1e-3)
    noised, weighed = diffusion(run.device)

    def loss(pixels: torch.Tensor, captions: list[str]) -> torch.Tensor:
        latents = vae.encode(pixels.to(run.device)).latent_dist.mean * SCALE
        noisy, noise, times = noised(latents)
        return weighed(unet(noisy, times, states(tokenizer, text, captions, run.device)).sample, noise, times)

    ended = trainer.train(
        lambda begin: batches(run.side, run.batch, begin, run.steps, run.seed + 2, run.workers, sketch), loss
    )
    if ended:
        trainer.use_averages()
        tensors = {}
        for name, layer in additions.items():
            path = "unet." + name.replace("|", ".")
            tensors[f"{path}.lora_A.weight"], tensors[f"{path}.lora_B.weight"] = layer.down.weight, layer.up.weight
        save_half(tensors, MODELS / "starter-sketch.safetensors")


def states(tokenizer: CLIPTokenizer, text: CLIPTextModel, captions: list[str], device: str) -> torch.Tensor:
    """What the text encoder makes of captions, `(b, 77, 768)`."""
    ids = tokenizer(captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
    return text(ids.to(device)).last_hidden_state


if __name__ == "__main__":
    main()
