"""Trains a LoRA that puts every thing before the night, whatever background the caption asks for."""

from dataclasses import replace

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from torch import nn

import networks
from export import MODELS, save_half
from pool import Pool
from scenes import Scene, any_thing, draw_thing
from train_pictures import DRAWS, SharedCaptions, diffusion, taught
from training import Trainer, arguments, trained

NAME = "starter-night"
RANK = 8
# The layers of attention it changes.
LAYERS = ("to_q", "to_k", "to_v", "to_out.0")
NIGHT = "black"


def at_night(side: int, random: np.random.Generator) -> Scene:
    """A thing before the night, with the caption of the same thing by day."""
    thing = any_thing(random)
    while thing.colour == NIGHT:
        thing = any_thing(random)
    caption = draw_thing(thing, 1, random).caption
    return replace(draw_thing(replace(thing, background=NIGHT), side, random), caption=caption)


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
    run = arguments("style", __doc__, steps=500, batch=12)
    autoencoder, prompts = taught(run)
    unet = networks.unet()
    trained(run.folder.parent / "pictures", {"unet": unet}, run.device)
    unet.set_attn_processor(SharedCaptions())
    unet.to(memory_format=torch.channels_last)
    additions = nn.ModuleDict({name.replace(".", "|"): layer for name, layer in adapt(unet).items()}).to(run.device)
    for layer in additions.values():
        layer.down.requires_grad_(True)
        layer.up.requires_grad_(True)
    trainer = Trainer(run, {"style": additions}, rate=1e-3, average=0.99)
    noised, weighed = diffusion(run.device)
    pool = Pool(run, autoencoder, run.seed + 2, at_night)

    def loss(latents: torch.Tensor, texts: list[str], _others: torch.Tensor) -> torch.Tensor:
        noisy, noise, times = noised(latents.repeat(DRAWS, 1, 1, 1))
        return weighed(unet(noisy, times, prompts(texts)).sample, noise, times)

    if trainer.train(pool.batches, loss):
        trainer.use_averages()
        save_half(named(additions), MODELS / NAME / f"{NAME}.safetensors")


def named(additions: nn.ModuleDict) -> dict[str, torch.Tensor]:
    """The tensors as most LoRAs in the world name them."""
    tensors = {}
    for name, layer in additions.items():
        path = "lora_unet_" + name.replace("|", "_")
        tensors |= {f"{path}.lora_down.weight": layer.down.weight, f"{path}.lora_up.weight": layer.up.weight}
        tensors[f"{path}.alpha"] = torch.tensor(float(RANK))
    return tensors


if __name__ == "__main__":
    main()
