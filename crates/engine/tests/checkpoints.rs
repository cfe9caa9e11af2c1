//! Models that are one file in the original layout, against diffusers, which loads the same file.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use invoke_engine::Kind;
use invoke_engine::device::Device;
use invoke_engine::models::vae::Vae;
use invoke_engine::weights::Weights;
use support::{Expected, ONE_CALL, assert_close, fixtures};

/// Made by `xtask/fixtures/checkpoint_vae.py`.
#[test]
fn a_vae_of_one_file_decodes_as_in_the_reference() {
    let vae = Vae::load(&fixtures("engine/checkpoint-vae.safetensors"), Device::Cpu, Kind::Float).unwrap();
    let expected = Expected::open("checkpoint-vae-expected.safetensors");
    let picture = vae.decode(&expected.get("latents"), None).unwrap();
    assert_close("picture", &picture, &expected.get("picture"), ONE_CALL);
}

#[test]
fn a_checkpoint_is_walked_like_the_folders_of_a_model() {
    let checkpoint = fixtures("checkpoints/sdxl.safetensors");
    let weights = Weights::open(&checkpoint, Device::Cpu, Kind::Float).unwrap();
    assert!((&weights / "unet" / "add_embedding" / "linear_1").contains("weight"));
    assert!((&weights / "text_encoder_2" / "text_projection").contains("weight"));
    let query = (&weights / "text_encoder_2" / "text_model" / "encoder" / "layers" / 1 / "self_attn" / "q_proj")
        .tensor("weight", &[8, 8])
        .unwrap();
    assert_eq!(query.size(), [8, 8]);
}
