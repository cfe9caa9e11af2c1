"""Trains a ControlNet that follows the edges of a picture, as the node `canny_edge_detection` finds them."""

from dataclasses import replace

import cv2
import numpy as np
import torch
from diffusers import ControlNetModel

import networks
from export import MODELS
from pool import Pool
from scenes import SIZES, Scene, any_thing, draw_thing
from train_pictures import DRAWS, SharedCaptions, diffusion, taught
from training import Trainer, arguments, trained

# The thresholds of the node, as it comes.
LOW, HIGH = 100, 200


def edges(pixels: torch.Tensor) -> torch.Tensor:
    """Where the lines are `(b, 1, h, w)`, of pictures in -1 to 1."""
    pictures = ((pixels.permute(0, 2, 3, 1).numpy() + 1) * 127.5).round().astype(np.uint8)
    lines = np.stack([cv2.Canny(picture, LOW, HIGH) > 0 for picture in pictures])
    return torch.from_numpy(lines)[:, None]


def anywhere(side: int, random: np.random.Generator) -> Scene:
    """A thing of any size at any place, of which its caption says nothing: only the edges tell."""
    thing, size = any_thing(random), str(random.choice(list(SIZES)))
    caption = draw_thing(thing, 1, random).caption
    x, y = random.uniform(-0.45, 0.45, 2)
    return replace(draw_thing(thing, side, random, size, at=(x, y)), caption=caption)


def main() -> None:
    run = arguments("control", __doc__, steps=6_000, batch=8, pool=12_000)
    autoencoder, prompts = taught(run)
    unet = networks.unet()
    trained(run.folder.parent / "pictures", {"unet": unet}, run.device)
    control = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(8, 16, 24, 32)).to(run.device)
    for network in (unet, control):
        network.set_attn_processor(SharedCaptions())
        network.to(memory_format=torch.channels_last)
    trainer = Trainer(run, {"control": control.requires_grad_(True).train()}, rate=1e-3, average=0.99)
    noised, weighed = diffusion(run.device)
    pool = Pool(run, autoencoder, run.seed + 3, anywhere, edges)

    def loss(latents: torch.Tensor, texts: list[str], lines: torch.Tensor) -> torch.Tensor:
        noisy, noise, times = noised(latents.repeat(DRAWS, 1, 1, 1))
        prompt, lines = prompts(texts), lines.float().repeat(DRAWS, 3, 1, 1)
        down, middle = control(noisy, times, prompt, lines, return_dict=False)
        guess = unet(noisy, times, prompt, down_block_additional_residuals=down, mid_block_additional_residual=middle)
        return weighed(guess.sample, noise, times)

    if trainer.train(pool.batches, loss):
        trainer.use_averages()
        control.half().save_pretrained(MODELS / "starter-canny", safe_serialization=True)


if __name__ == "__main__":
    main()
