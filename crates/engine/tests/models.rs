//! UNet and autoencoder against diffusers, in float32, with the tiny model; and what wrong files lead to.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;

use invoke_engine::models::unet::{Context, Unet};
use invoke_engine::models::vae::Vae;
use invoke_engine::random::Generator;
use invoke_engine::sampling::preview::{self, Palette};
use invoke_engine::sampling::{RgbImage, image};
use invoke_engine::{EngineError, Kind, Tensor};
use invoke_tensor_files::SafeTensors;
use support::{Expected, ONE_CALL, THREADS, assert_close, device, draw, kind, tiny};

fn unet() -> Unet {
    Unet::load(&tiny("unet"), device(), kind()).unwrap()
}

fn vae() -> Vae {
    Vae::load(&tiny("vae"), device(), kind()).unwrap()
}

#[test]
fn unet_predicts_what_the_reference_predicts() {
    let (unet, expected) = (unet(), Expected::open("models.safetensors").get("unet.even"));
    for threads in THREADS {
        tch::set_num_threads(threads);
        let embeddings = draw(2, &[2, 77, 768]);
        let context = Context::new(&embeddings);
        let got = unet.forward(&draw(1, &[2, 4, 8, 8]), 501.0, context).unwrap();
        assert_close("unet", &got, &expected, ONE_CALL);
    }
}

#[test]
fn unet_handles_uneven_sizes_fractional_times_and_masked_prompts() {
    let (unet, expected) = (unet(), Expected::open("models.safetensors").get("unet.uneven"));
    let mut mask = Tensor::ones([2, 12], (kind(), device().into()));
    let _ = mask.get(0).slice(0, 7, None, 1).fill_(0.0);
    mask = mask.contiguous();
    for threads in THREADS {
        tch::set_num_threads(threads);
        let embeddings = draw(4, &[2, 12, 768]);
        let context = Context { mask: Some(&mask), ..Context::new(&embeddings) };
        let got = unet.forward(&draw(3, &[2, 4, 9, 14]), 37.25, context).unwrap();
        assert_close("unet", &got, &expected, ONE_CALL);
    }
}

#[test]
fn vae_decodes_and_encodes_as_the_reference() {
    let (vae, expected) = (vae(), Expected::open("models.safetensors"));
    for threads in THREADS {
        tch::set_num_threads(threads);
        let decoded = vae.decode(&draw(5, &[1, 4, 6, 8]), None).unwrap();
        assert_close("decoded", &decoded, &expected.get("vae.decoded"), ONE_CALL);
        let posterior = vae.encode(&draw(6, &[2, 3, 40, 24]).clamp(-1.0, 1.0), None).unwrap();
        assert_close("mean", &posterior.mean, &expected.get("vae.mean"), ONE_CALL);
        assert_close("std", &posterior.std, &expected.get("vae.std"), ONE_CALL);
        let sampled = posterior.sample(&mut Generator::new(8).unwrap()).unwrap();
        assert_close("sampled", &sampled, &expected.get("vae.sampled"), ONE_CALL);
    }
}

/// Largest difference of two pictures in one byte.
fn largest_difference(got: &RgbImage, expected: &Tensor) -> i64 {
    let (height, width, _) = expected.size3().unwrap();
    assert_eq!((i64::from(got.width), i64::from(got.height)), (width, height));
    let bytes = Vec::<u8>::try_from(expected.reshape([-1])).unwrap();
    got.data.iter().zip(&bytes).map(|(a, b)| (i64::from(*a) - i64::from(*b)).abs()).max().unwrap()
}

#[test]
fn latents_become_the_references_picture_and_preview() {
    let expected = Expected::open("models.safetensors");
    let latents = draw(5, &[1, 4, 6, 8]);
    let picture = image::decode(&vae(), &latents, None).unwrap().unwrap();
    assert!(largest_difference(&picture, &expected.get("vae.pixels")) <= 1);
    for (palette, name) in [(Palette::Sd, "preview.pixels"), (Palette::Sdxl, "preview.sdxl")] {
        let small = preview::latents_to_rgb(&latents, palette).unwrap();
        assert!(largest_difference(&small, &expected.get(name)) <= 1, "{name}");
    }
}

#[test]
fn numbers_too_large_for_half_precision_give_no_black_picture() {
    let load = |kind| Vae::load(&tiny("vae"), device(), kind).unwrap();
    let (half, full) = (load(Kind::Half), load(Kind::Float));
    let latents = draw(5, &[1, 4, 6, 8]);
    assert!(image::decode(&half, &latents, None).unwrap().is_some());
    let large = &latents * 1e5;
    assert!(image::decode(&half, &large, None).unwrap().is_none());
    assert!(image::decode(&full, &large, None).unwrap().is_some());

    let picture = draw(6, &[1, 3, 16, 16]);
    let encode = |vae, picture: &Tensor| image::encode(vae, picture, None, &mut Generator::new(1).unwrap()).unwrap();
    assert!(encode(&half, &picture).is_some());
    let large = &picture * 1e6;
    assert!(encode(&half, &large).is_none());
    assert!(encode(&full, &large).is_some());
}

#[test]
fn a_picture_becomes_latents_of_an_eighth_of_its_size() {
    let grey = |width, height| RgbImage { width, height, data: vec![128; (width * height * 3) as usize] };
    let picture = image::to_tensor(&grey(24, 16)).unwrap();
    let encode = |seed| image::encode(&vae(), &picture, None, &mut Generator::new(seed).unwrap()).unwrap().unwrap();
    assert_eq!(encode(1).size(), [1, 4, 2, 3]);
    assert_eq!(encode(1), encode(1));
    assert_ne!(encode(1), encode(2));
    let uneven = image::to_tensor(&grey(20, 16)).unwrap();
    let error = image::encode(&vae(), &uneven, None, &mut Generator::new(1).unwrap()).unwrap_err().to_string();
    assert!(error.contains("sides that are multiples of 8"), "{error}");
}

#[test]
fn inputs_of_the_wrong_shape_are_named() {
    let unet = unet();
    let (sample, embeddings) = (draw(1, &[2, 4, 8, 8]), draw(2, &[2, 77, 768]));
    let run = |sample: &Tensor, embeddings: &Tensor| {
        unet.forward(sample, 1.0, Context::new(embeddings)).unwrap_err().to_string()
    };
    assert_eq!(
        run(&draw(1, &[2, 9, 8, 8]), &embeddings),
        "`sample` has the wrong shape: expected (b, 4, h, w), got [2, 9, 8, 8]"
    );
    assert_eq!(
        run(&sample, &draw(2, &[2, 77, 1024])),
        "`context` has the wrong shape: expected (2, tokens, 768), got [2, 77, 1024]"
    );
    let error = vae().decode(&draw(1, &[1, 16, 4, 4]), None).unwrap_err().to_string();
    assert_eq!(error, "`latents` has the wrong shape: expected (b, 4, h, w), got [1, 16, 4, 4]");
}

/// A copy of the tiny model's UNet that a test may damage.
fn damaged(damage: impl FnOnce(&Path)) -> EngineError {
    let folder = tempfile::tempdir().unwrap();
    for name in ["config.json", "diffusion_pytorch_model.safetensors"] {
        std::fs::copy(tiny("unet").join(name), folder.path().join(name)).unwrap();
    }
    damage(folder.path());
    Unet::load(folder.path(), device(), kind()).unwrap_err()
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(file, text.replace(from, to)).unwrap();
}

#[test]
fn a_configuration_that_does_not_fit_the_weights_names_tensor_and_shapes() {
    let error = damaged(|folder| edit(&folder.join("config.json"), "768", "1024"));
    let EngineError::WrongShape { tensor, expected, got, .. } = &error else { panic!("{error}") };
    assert_eq!(tensor, "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight");
    assert_eq!((&expected[..], &got[..]), (&[16, 1024][..], &[16, 768][..]));
}

#[test]
fn a_configuration_with_more_layers_than_the_weights_names_the_missing_tensor() {
    let error =
        damaged(|folder| edit(&folder.join("config.json"), r#""layers_per_block": 1"#, r#""layers_per_block": 2"#));
    let EngineError::MissingTensor { tensor, .. } = &error else { panic!("{error}") };
    assert!(tensor.starts_with("down_blocks.0.resnets.1."), "{tensor}");
}

#[test]
fn a_configuration_that_is_not_built_says_which_setting() {
    let error = damaged(|folder| {
        edit(&folder.join("config.json"), r#""addition_embed_type": null"#, r#""addition_embed_type": "text_time""#);
    });
    let expected = "config.json`: `addition_embed_type` must be `text_time`, with its dimensions";
    assert!(error.to_string().ends_with(expected), "{error}");
    let error =
        damaged(|folder| edit(&folder.join("config.json"), "\"attention_head_dim\": 4", "\"attention_head_dim\": 0"));
    assert!(error.to_string().contains("`attention_head_dim` must be positive"), "{error}");
}

#[test]
fn cut_and_missing_files_are_named() {
    let error = damaged(|folder| {
        let file = folder.join("diffusion_pytorch_model.safetensors");
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
    });
    let message = error.to_string();
    assert!(message.contains("diffusion_pytorch_model.safetensors` is damaged at tensor `"), "{message}");

    let error = damaged(|folder| std::fs::remove_file(folder.join("diffusion_pytorch_model.safetensors")).unwrap());
    assert!(error.to_string().starts_with("no weights in `"), "{error}");
    let error = damaged(|folder| std::fs::remove_file(folder.join("config.json")).unwrap());
    assert!(error.to_string().contains("config.json`: cannot be read: No such file"), "{error}");
    let error = damaged(|folder| std::fs::write(folder.join("config.json"), "{").unwrap());
    assert!(error.to_string().contains("config.json`: is not as expected: EOF"), "{error}");
}

#[test]
fn old_names_of_the_autoencoders_attention_are_understood() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(tiny("vae").join("config.json"), folder.path().join("config.json")).unwrap();
    let name = "diffusion_pytorch_model.safetensors";
    let renamed: Vec<(String, Tensor)> = Tensor::read_safetensors(tiny("vae").join(name))
        .unwrap()
        .into_iter()
        .map(|(key, tensor)| {
            let old =
                [(".to_q.", ".query."), (".to_k.", ".key."), (".to_v.", ".value."), (".to_out.0.", ".proj_attn.")];
            (old.iter().fold(key, |key, (new, old)| key.replace(new, old)), tensor)
        })
        .collect();
    assert!(renamed.iter().any(|(key, _)| key.ends_with("attentions.0.query.weight")));
    Tensor::write_safetensors(&renamed, folder.path().join(name)).unwrap();
    let old = Vae::load(folder.path(), device(), kind()).unwrap();
    let latents = draw(5, &[1, 4, 6, 8]);
    assert_eq!(old.decode(&latents, None).unwrap(), vae().decode(&latents, None).unwrap());
}

#[test]
fn models_know_the_size_of_their_weights() {
    let file = SafeTensors::open(tiny("vae").join("diffusion_pytorch_model.safetensors")).unwrap();
    let numbers: usize = file.tensors().map(|(_, view)| view.shape.iter().product::<usize>()).sum();
    assert_eq!(vae().bytes(), 4 * numbers as u64);
}
