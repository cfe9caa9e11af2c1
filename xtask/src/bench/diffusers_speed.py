"""The same measurements as crates/engine/examples/speed.rs, by diffusers as the reference calls it: eager, single precision.

    python diffusers_speed.py make FOLDER sd15|sdxl     random weights of full size, in the diffusers layout
    python diffusers_speed.py serve FOLDER              commands on standard input, answers in JSON
"""

import json
import sys
import time
from pathlib import Path

import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, UNet2DConditionModel

SD15 = {"cross_attention_dim": 768, "attention_head_dim": 8, "sample_size": 64}
SDXL = {
    "block_out_channels": (320, 640, 1280),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "transformer_layers_per_block": (1, 2, 10),
    "attention_head_dim": (5, 10, 20),
    "cross_attention_dim": 2048,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
    "sample_size": 128,
}
VAE = {
    "block_out_channels": (128, 256, 512, 512),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "layers_per_block": 2,
    "latent_channels": 4,
    "norm_num_groups": 32,
    "sample_size": 512,
}


def make(folder: Path, family: str) -> None:
    torch.manual_seed(0)
    UNet2DConditionModel(**(SDXL if family == "sdxl" else SD15)).save_pretrained(folder / "unet")
    AutoencoderKL(**VAE).save_pretrained(folder / "vae")
    scheduler = EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1)
    scheduler.save_pretrained(folder / "scheduler")


def status(line: str) -> float:
    for text in Path("/proc/self/status").read_text().splitlines():
        if text.startswith(line):
            return int(text.split()[1]) * 1024 / 1e6
    raise KeyError(line)


class Loaded:
    def __init__(self, folder: Path):
        own, start = status("RssAnon:"), time.perf_counter()
        self.unet = UNet2DConditionModel.from_pretrained(folder / "unet").eval()
        self.told = {"seconds": time.perf_counter() - start, "own_megabytes": status("RssAnon:") - own}
        self.vae = AutoencoderKL.from_pretrained(folder / "vae").eval()
        self.scheduler = EulerDiscreteScheduler.from_pretrained(folder / "scheduler")

    def noise(self, width: int, height: int) -> torch.Tensor:
        return torch.randn(1, 4, height // 8, width // 8, generator=torch.Generator("cpu").manual_seed(1))

    def step(self, width: int, height: int, guidance: float) -> None:
        config = self.unet.config
        added = None
        if config.addition_embed_type == "text_time":
            pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
            added = {"text_embeds": torch.zeros(2, pooled), "time_ids": torch.zeros(2, 6)}
        self.scheduler.set_timesteps(1)
        timestep = self.scheduler.timesteps[0]
        latents = self.noise(width, height) * self.scheduler.init_noise_sigma
        both = self.scheduler.scale_model_input(torch.cat([latents] * 2), timestep)
        # The reference computes both halves whatever the guidance.
        embeddings = torch.zeros(2, 77, config.cross_attention_dim)
        predicted = self.unet(both, timestep, encoder_hidden_states=embeddings, added_cond_kwargs=added).sample
        negative, positive = predicted.chunk(2)
        self.scheduler.step(negative + guidance * (positive - negative), timestep, latents)

    def decode(self, width: int, height: int) -> None:
        self.vae.decode(self.noise(width, height) / self.vae.config.scaling_factor)


@torch.inference_mode()
def serve(folder: Path) -> None:
    loaded = None
    for line in sys.stdin:
        command, *numbers = line.split()
        if command == "load":
            loaded = Loaded(folder)
            answer = loaded.told
        elif command == "memory":
            answer = {"peak_megabytes": status("VmHWM:"), "own_megabytes": status("RssAnon:")}
        else:
            start = time.process_time()
            getattr(loaded, {"step": "step", "decode": "decode"}[command])(*map(int, map(float, numbers)))
            answer = {"cpu_seconds": time.process_time() - start}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    verb, folder, *rest = sys.argv[1:]
    if verb == "make":
        make(Path(folder), rest[0])
    else:
        serve(Path(folder))
