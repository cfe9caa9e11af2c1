"""Trains the text encoder and the UNet together on the autoencoder's latents."""

import torch
import torch.nn.functional as F
from diffusers import DDPMScheduler
from transformers import CLIPTokenizer

import networks
import vocabulary
from data import batches
from train_autoencoder import SCALE
from training import Trainer, arguments, trained

# The share of pictures without a caption, from which guidance learns what a prompt adds.
WITHOUT_CAPTION = 0.1
# Noises per picture: drawing and encoding one costs as much as a step.
DRAWS = 4
# Losses of nearly clean pictures are not weighed more than this signal-to-noise ratio (Hang et al. 2023, arXiv:2303.09556).
STRONGEST_SIGNAL = 5.0


def diffusion(device: str):
    """How latents are made noisy at random times, and how far a guess of that noise is off."""
    scheduler = DDPMScheduler(beta_schedule=networks.SCHEDULER["beta_schedule"], beta_start=networks.SCHEDULER["beta_start"], beta_end=networks.SCHEDULER["beta_end"])
    signal = (scheduler.alphas_cumprod / (1 - scheduler.alphas_cumprod)).to(device)

    def noised(latents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        noise, times = torch.randn_like(latents), torch.randint(0, len(signal), (len(latents),), device=device)
        return scheduler.add_noise(latents, noise, times), noise, times

    def weighed(guess: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        weight = signal[times].clamp(max=STRONGEST_SIGNAL) / signal[times]
        return (weight * F.mse_loss(guess, noise, reduction="none").mean(dim=(1, 2, 3))).mean()

    return noised, weighed


def main() -> None:
    run = arguments("pictures", __doc__, steps=40_000, batch=64)
    numbers = vocabulary.write(run.folder / "tokenizer")
    tokenizer = CLIPTokenizer.from_pretrained(run.folder / "tokenizer")
    autoencoder = networks.autoencoder()
    trained(run.folder.parent / "autoencoder", {"autoencoder": autoencoder}, run.device)
    text, unet = networks.text_encoder(numbers).to(run.device), networks.unet().to(run.device)
    trainer = Trainer(run, {"text_encoder": text, "unet": unet}, rate=6e-4)
    noised, weighed = diffusion(run.device)

    def loss(pixels: torch.Tensor, captions: list[str]) -> torch.Tensor:
        kept = [caption if torch.rand(()) >= WITHOUT_CAPTION else "" for caption in captions]
        ids = tokenizer(kept, padding="max_length", truncation=True, return_tensors="pt").input_ids
        states = text(ids.to(run.device)).last_hidden_state.repeat(DRAWS, 1, 1)
        with torch.no_grad():
            latents = autoencoder.encode(pixels.to(run.device)).latent_dist.mean * SCALE
        latents = latents.repeat(DRAWS, 1, 1, 1)
        noisy, noise, times = noised(latents)
        return weighed(unet(noisy, times, states).sample, noise, times)

    trainer.train(lambda begin: batches(run.side, run.batch, begin, run.steps, run.seed + 1, run.workers), loss)


if __name__ == "__main__":
    main()
