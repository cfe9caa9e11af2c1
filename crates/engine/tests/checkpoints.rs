//! Models that are one file in the original layout, against diffusers, which loads the same file; and weights that are no safetensors.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use invoke_engine::device::Device;
use invoke_engine::models::vae::Vae;
use invoke_engine::weights::Weights;
use invoke_engine::{Kind, Tensor};
use support::{Expected, ONE_CALL, assert_close, device, fixtures, kind};

/// Made by `xtask/fixtures/checkpoint_vae.py`.
#[test]
fn a_vae_of_one_file_decodes_as_in_the_reference() {
    let vae = Vae::load(&fixtures("engine/checkpoint-vae.safetensors"), device(), kind()).unwrap();
    let expected = Expected::open("checkpoint-vae-expected.safetensors");
    let picture = vae.decode(&expected.get("latents"), None).unwrap();
    assert_close("picture", &picture, &expected.get("picture"), ONE_CALL);
}

#[test]
fn a_checkpoint_is_walked_like_the_folders_of_a_model() {
    let checkpoint = fixtures("checkpoints/sdxl.safetensors");
    let weights = Weights::open(&checkpoint, device(), kind()).unwrap();
    assert!((&weights / "unet" / "add_embedding" / "linear_1").contains("weight"));
    assert!((&weights / "text_encoder_2" / "text_projection").contains("weight"));
    let query = (&weights / "text_encoder_2" / "text_model" / "encoder" / "layers" / 1 / "self_attn" / "q_proj")
        .tensor("weight", &[8, 8])
        .unwrap();
    assert_eq!(query.size(), [8, 8]);
}

#[test]
fn what_torch_wrote_is_read_where_a_folder_has_no_safetensors() {
    let folder = tempfile::tempdir().unwrap();
    let written = fixtures("models/embeddings/ember.bin");
    let shape = || Weights::open(folder.path(), Device::Cpu, Kind::Float).unwrap().shape("<ember>");
    std::fs::copy(&written, folder.path().join("pytorch_model.fp16.bin")).unwrap();
    assert_eq!(shape(), Some(vec![768]));
    std::fs::rename(folder.path().join("pytorch_model.fp16.bin"), folder.path().join("part-1.bin")).unwrap();
    let index = r#"{"weight_map": {"<ember>": "part-1.bin"}}"#;
    std::fs::write(folder.path().join("diffusion_pytorch_model.bin.index.json"), index).unwrap();
    assert_eq!(shape(), Some(vec![768]));
    let weight = Tensor::arange(2, (Kind::Float, tch::Device::Cpu));
    Tensor::write_safetensors(&[("w", weight)], folder.path().join("model.safetensors")).unwrap();
    assert_eq!(shape(), None);
}
