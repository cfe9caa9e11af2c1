"""Writes what was trained as people install it: half precision, in the layout of Stable Diffusion 1.5."""

import argparse
import json
import shutil
from pathlib import Path

import torch
from diffusers import DDIMScheduler
from safetensors.torch import save_file

import networks
import vocabulary
from train_autoencoder import SCALE
from training import trained

FOLDER = Path(__file__).parent
MODELS = FOLDER / "models"
NAME = "starter"
# What may be shipped, in bytes.
LARGEST = 14_000_000
PARTS = {
    "_class_name": "StableDiffusionPipeline",
    "_diffusers_version": "0.36.0",
    "feature_extractor": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "DDIMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


def export(work: Path, target: Path) -> None:
    """Writes the base model of the checkpoints below `work` into `target`."""
    shutil.rmtree(target, ignore_errors=True)
    numbers = vocabulary.write(target / "tokenizer")
    vae, text, unet = networks.autoencoder(), networks.text_encoder(numbers), networks.unet()
    trained(work / "autoencoder", {"autoencoder": vae}, "cpu")
    trained(work / "decoder", {"decoder": vae.decoder, "post_quant_conv": vae.post_quant_conv}, "cpu")
    trained(work / "text", {"text_encoder": text}, "cpu")
    trained(work / "pictures", {"unet": unet}, "cpu")
    vae.register_to_config(scaling_factor=SCALE)
    for name, network in {"vae": vae, "text_encoder": text, "unet": unet}.items():
        network.half().save_pretrained(target / name, safe_serialization=True)
    DDIMScheduler(**networks.SCHEDULER).save_pretrained(target / "scheduler")
    (target / "model_index.json").write_text(json.dumps(PARTS, indent=2) + "\n")
    for name in ("README.md", "LICENSE"):
        shutil.copyfile(FOLDER / "card" / name, target / name)
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    if size > LARGEST:
        raise SystemExit(f"{target} has {size} bytes, {LARGEST} are allowed")
    print(f"{target}: {size} bytes")


def save_half(tensors: dict[str, torch.Tensor], file: Path) -> None:
    """Writes tensors in half precision."""
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.detach().half().contiguous().cpu() for name, tensor in tensors.items()}, file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--to", type=Path, default=MODELS / NAME)
    given = parser.parse_args()
    export(given.work, given.to)
