"""Goes on with the autoencoder's decoder alone: what latents mean stays as the UNet has learnt it, edges become sharper."""

import torch
import torch.nn.functional as F

import networks
from data import batches
from train_autoencoder import BLUR, SCALE
from training import Trainer, arguments, trained


def main() -> None:
    run = arguments("decoder", __doc__, steps=7_000, batch=8)
    network = networks.autoencoder()
    trained(run.folder.parent / "autoencoder", {"autoencoder": network}, run.device)
    decoder = {"decoder": network.decoder, "post_quant_conv": network.post_quant_conv}
    for part in decoder.values():
        part.requires_grad_(True).train()
    trainer = Trainer(run, decoder, rate=2e-3, average=0.99)

    def loss(pixels: torch.Tensor, _captions: list[str]) -> torch.Tensor:
        pixels = pixels.to(run.device)
        with torch.no_grad():
            latents = network.encode(pixels).latent_dist.mean
        made = network.decode(latents + torch.randn_like(latents) * (BLUR / SCALE)).sample
        edges = sum(F.l1_loss(made.diff(dim=axis), pixels.diff(dim=axis)) for axis in (2, 3))
        return F.l1_loss(made, pixels) + F.mse_loss(made, pixels) + edges

    trainer.train(lambda begin: batches(run.side, run.batch, begin, run.steps, run.seed + 4, run.workers), loss)


if __name__ == "__main__":
    main()
