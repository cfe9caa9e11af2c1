"""Trains a ControlNet that follows the edges of a picture, as the node `canny_edge_detection` finds them."""

import cv2
import numpy as np
import torch
from diffusers import ControlNetModel
from transformers import CLIPTokenizer

import networks
import vocabulary
from data import batches
from export import MODELS
from train_autoencoder import SCALE
from train_pictures import WITHOUT_CAPTION, diffusion
from train_style import states
from training import Trainer, arguments, trained

# The thresholds of the node, as it comes.
LOW, HIGH = 100, 200


def edges(pixels: torch.Tensor) -> torch.Tensor:
    """White lines on black `(b, 3, h, w)` in 0 to 1, of pictures in -1 to 1."""
    pictures = ((pixels.permute(0, 2, 3, 1).numpy() + 1) * 127.5).round().astype(np.uint8)
    lines = np.stack([cv2.Canny(picture, LOW, HIGH) for picture in pictures]).astype(np.float32) / 255
    return torch.from_numpy(lines)[:, None].repeat(1, 3, 1, 1)


def main() -> None:
    run = arguments("control", __doc__, steps=6_000, batch=64)
    work = run.folder.parent
    numbers = vocabulary.write(work / "pictures" / "tokenizer")
    tokenizer = CLIPTokenizer.from_pretrained(work / "pictures" / "tokenizer")
    vae, text, unet = networks.autoencoder(), networks.text_encoder(numbers), networks.unet()
    trained(work / "autoencoder", {"autoencoder": vae}, run.device)
    trained(work / "pictures", {"text_encoder": text, "unet": unet}, run.device)
    control = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(8, 16, 24, 32)).to(run.device)
    trainer = Trainer(run, {"control": control.requires_grad_(True).train()}, rate=4e-4)
    noised, weighed = diffusion(run.device)

    def loss(pixels: torch.Tensor, captions: list[str]) -> torch.Tensor:
        kept = [caption if torch.rand(()) >= WITHOUT_CAPTION else "" for caption in captions]
        lines = edges(pixels).to(run.device)
        latents = vae.encode(pixels.to(run.device)).latent_dist.mean * SCALE
        noisy, noise, times = noised(latents)
        prompt = states(tokenizer, text, kept, run.device)
        down, middle = control(noisy, times, prompt, lines, return_dict=False)
        guess = unet(noisy, times, prompt, down_block_additional_residuals=down, mid_block_additional_residual=middle)
        return weighed(guess.sample, noise, times)

    ended = trainer.train(lambda begin: batches(run.side, run.batch, begin, run.steps, run.seed + 3, run.workers), loss)
    if ended:
        trainer.use_averages()
        control.half().save_pretrained(MODELS / "starter-canny", safe_serialization=True)


if __name__ == "__main__":
    main()
