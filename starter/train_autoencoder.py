"""Trains the autoencoder on crops: it is convolutional, so what it learns on small pictures holds for large ones."""

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


def main() -> None:
    run = arguments("autoencoder", __doc__, steps=12_000, batch=64)
    network = networks.autoencoder().to(run.device)
    trainer = Trainer(run, {"autoencoder": network}, rate=1e-3)
    preview = PREVIEW.to(run.device)

    def loss(pixels: torch.Tensor, _captions: list[str]) -> torch.Tensor:
        pixels = pixels.to(run.device)
        spread = network.encode(pixels).latent_dist
        latents = spread.sample()
        made = network.decode(latents).sample
        edges = sum(F.l1_loss(made.diff(dim=axis), pixels.diff(dim=axis)) for axis in (2, 3))
        seen = torch.einsum("bchw,cr->brhw", spread.mean * SCALE, preview)
        small = F.interpolate(pixels, size=seen.shape[-2:], mode="area")
        return F.l1_loss(made, pixels) + edges + 0.05 * F.mse_loss(seen, small) + 1e-6 * spread.kl().mean()

    side = min(run.side, 128)
    trainer.train(lambda begin: batches(side, run.batch, begin, run.steps, run.seed, run.workers), loss)


if __name__ == "__main__":
    main()
