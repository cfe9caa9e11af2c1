"""Trains the UNet on the autoencoder's latents and the text encoder's states."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from diffusers import DDPMScheduler
from diffusers.models.attention_processor import Attention
from torch import nn
from transformers import CLIPTokenizer

import networks
import vocabulary
from pool import Pool, Prompts
from train_text import LONGEST
from training import Run, Trainer, arguments, trained

# Noises per picture: all of them share its caption's keys and values, which cost as much as the rest of a small UNet.
DRAWS = 6
# Losses of nearly clean pictures are not weighed more than this signal-to-noise ratio (Hang et al. 2023, arXiv:2303.09556).
STRONGEST_SIGNAL = 5.0


class SharedCaptions:
    """Attention in which several pictures share a caption: picture n has caption n modulo their number. The text encoder
    ends all captions alike, so their last tokens are attended to as one that counts as often."""

    def __call__(self, attn: Attention, hidden_states, encoder_hidden_states=None, attention_mask=None, temb=None):
        context, counts = hidden_states, None
        if encoder_hidden_states is not None:
            words, rest = encoder_hidden_states[:, :LONGEST], encoder_hidden_states[:, LONGEST:]
            context = torch.cat([words, rest.mean(dim=1, keepdim=True)], dim=1)
            counts = F.pad(context.new_zeros(1, LONGEST), (0, 1), value=math.log(rest.shape[1]))
        times = len(hidden_states) // len(context)
        parts = [attn.to_q(hidden_states), attn.to_k(context).repeat(times, 1, 1), attn.to_v(context).repeat(times, 1, 1)]
        query, key, value = (part.unflatten(2, (attn.heads, -1)).transpose(1, 2) for part in parts)
        made = F.scaled_dot_product_attention(query, key, value, attn_mask=counts)
        return attn.to_out[0](made.transpose(1, 2).flatten(2))


def diffusion(device: str) -> tuple[Callable, Callable]:
    """How latents are made noisy at random times, and how far a guess of that noise is off."""
    given = {key: networks.SCHEDULER[key] for key in ("beta_schedule", "beta_start", "beta_end")}
    scheduler = DDPMScheduler(**given)
    signal = (scheduler.alphas_cumprod / (1 - scheduler.alphas_cumprod)).to(device)

    def noised(latents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        # One time from each part of all times: every batch sees them all.
        part = torch.randperm(len(latents), device=device) + torch.rand(len(latents), device=device)
        noise, times = torch.randn_like(latents), (part / len(latents) * len(signal)).long().clamp(max=len(signal) - 1)
        return scheduler.add_noise(latents, noise, times), noise, times

    def weighed(guess: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        weight = signal[times].clamp(max=STRONGEST_SIGNAL) / signal[times]
        return (weight * F.mse_loss(guess, noise, reduction="none").mean(dim=(1, 2, 3))).mean()

    return noised, weighed


def taught(run: Run) -> tuple[nn.Module, Prompts]:
    """The trained autoencoder and text encoder."""
    work = run.folder.parent
    numbers = vocabulary.write(work / "text" / "tokenizer")
    tokenizer = CLIPTokenizer.from_pretrained(work / "text" / "tokenizer")
    autoencoder, text = networks.autoencoder(), networks.text_encoder(numbers)
    trained(work / "autoencoder", {"autoencoder": autoencoder}, run.device)
    trained(work / "text", {"text_encoder": text}, run.device)
    return autoencoder, Prompts(tokenizer, text, run.device)


def main() -> None:
    run = arguments("pictures", __doc__, steps=2_800, batch=8)
    autoencoder, prompts = taught(run)
    # Twelve percent quicker so.
    unet = networks.unet().to(run.device, memory_format=torch.channels_last)
    unet.set_attn_processor(SharedCaptions())
    trainer = Trainer(run, {"unet": unet}, rate=1e-3, average=0.99)
    noised, weighed = diffusion(run.device)
    pool = Pool(run, autoencoder, run.seed + 1)
    print(f"latents: deviation {pool.latents.std(dim=(0, 2, 3)).tolist()}, mean {pool.latents.mean(dim=(0, 2, 3)).tolist()}", flush=True)

    def loss(latents: torch.Tensor, texts: list[str], _others: torch.Tensor) -> torch.Tensor:
        noisy, noise, times = noised(latents.repeat(DRAWS, 1, 1, 1))
        return weighed(unet(noisy, times, prompts(texts)).sample, noise, times)

    trainer.train(pool.batches, loss)


if __name__ == "__main__":
    main()
