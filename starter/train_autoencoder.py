"""Trains the autoencoder."""

import torch
import torch.nn.functional as F

import networks
from data import batches
from training import Trainer, arguments

# What Stable Diffusion multiplies its latents by, and the table by which programs make small previews of them: latents that
# follow it are previewed in their true colours everywhere.
SCALE = 0.18215
PREVIEW = torch.tensor([
    [0.3444, 0.1385, 0.0670],
    [0.1247, 0.4027, 0.1494],
    [-0.3192, 0.2513, 0.2103],
    [-0.1307, -0.1874, -0.7445],
])  # fmt: skip
# Noise on scaled latents while learning to draw them: the UNet's are never quite right either.
BLUR = 0.1


def main() -> None:
    run = arguments("autoencoder", __doc__, steps=4_200, batch=8)
    network = networks.autoencoder().to(run.device)
    trainer = Trainer(run, {"autoencoder": network}, rate=2e-3, average=0.998)
    preview = PREVIEW.to(run.device)

    def loss(pixels: torch.Tensor, _captions: list[str]) -> torch.Tensor:
        pixels = pixels.to(run.device)
        spread = network.encode(pixels).latent_dist
        latents = spread.sample()
        made = network.decode(latents + torch.randn_like(latents) * (BLUR / SCALE)).sample
        edges = sum(F.l1_loss(made.diff(dim=axis), pixels.diff(dim=axis)) for axis in (2, 3))
        seen = torch.einsum("bchw,cr->brhw", spread.mean * SCALE, preview)
        small = F.interpolate(pixels, size=seen.shape[-2:], mode="area")
        off = F.l1_loss(made, pixels) + F.mse_loss(made, pixels) + edges
        return off + 0.5 * F.mse_loss(seen, small) + 1e-6 * spread.kl().mean()

    trainer.train(lambda begin: batches(run.side, run.batch, begin, run.steps, run.seed, run.workers), loss)


if __name__ == "__main__":
    main()
