"""Makes checkpoints of the shipped model, so that a stage can be gone on with where its first ones are no longer at hand."""

import argparse
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import nn
from transformers import CLIPTextModel

from export import MODELS, NAME


def keep(folder: Path, networks: dict[str, nn.Module]) -> None:
    """A checkpoint before the first step of a training that begins with these weights."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = [weight for network in networks.values() for weight in network.parameters()]
    state = {
        "step": 0,
        "networks": {name: network.state_dict() for name, network in networks.items()},
        "optimiser": torch.optim.AdamW(weights, betas=(0.9, 0.99), weight_decay=0.01).state_dict(),
        "averages": [weight.detach().clone() for weight in weights],
    }
    torch.save(state, folder / "checkpoint.pt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--from", dest="model", type=Path, default=MODELS / NAME)
    given = parser.parse_args()
    vae = AutoencoderKL.from_pretrained(given.model / "vae").float()
    text = CLIPTextModel.from_pretrained(given.model / "text_encoder").float()
    unet = UNet2DConditionModel.from_pretrained(given.model / "unet").float()
    keep(given.work / "autoencoder", {"autoencoder": vae})
    keep(given.work / "decoder", {"decoder": vae.decoder, "post_quant_conv": vae.post_quant_conv})
    keep(given.work / "text", {"text_encoder": text})
    keep(given.work / "pictures", {"unet": unet})


if __name__ == "__main__":
    main()
