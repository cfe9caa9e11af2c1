"""The three networks in the layout of Stable Diffusion 1.5, as small as they can be: only the width of the text (768), which
says which family a model is of, and the eight-fold reduction of the autoencoder are given. Few groups per normalisation:
a channel normalised alone over a flat picture would forget its colour."""

from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from vocabulary import BEGIN, END, LENGTH

SCHEDULER = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "prediction_type": "epsilon",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}


def autoencoder() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 16, 32, 48),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        norm_num_groups=2,
        latent_channels=4,
        sample_size=64,
    )


def text_encoder(numbers: dict[str, int]) -> CLIPTextModel:
    config = CLIPTextConfig(
        vocab_size=len(numbers),
        hidden_size=768,
        intermediate_size=192,
        num_hidden_layers=1,
        num_attention_heads=12,
        max_position_embeddings=LENGTH,
        bos_token_id=numbers[BEGIN],
        eos_token_id=numbers[END],
        pad_token_id=numbers[END],
        projection_dim=768,
    )
    return CLIPTextModel(config)


def unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=8,
        block_out_channels=(48, 64, 80),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        layers_per_block=1,
        attention_head_dim=4,
        norm_num_groups=4,
        cross_attention_dim=768,
    )
