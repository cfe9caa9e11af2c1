//! Half precision on any device: models that run in bfloat16, as on processors that multiply it, predict what they predict in
//! float32, as exactly as eight bits can.
//!
//! Each rounding is off by up to 1/512. Through a network some hundred of them add up, mostly cancelling: diffusers itself, in bfloat16
//! with these weights and inputs, is off by 1.3 % of the largest number in the
//! UNet and 2.5 % in the autoencoder, and in float16 by 0.2 and 0.3 %.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use invoke_engine::models::unet::{Context, Unet};
use invoke_engine::models::vae::Vae;
use invoke_engine::sampling::prompt::Prompt;
use invoke_engine::sampling::sd::{DenoiseRequest, Guidance, denoise, noise};
use invoke_engine::schedulers::SchedulerConfig;
use invoke_engine::{Kind, Tensor};
use support::{Expected, device, draw, tiny, tolerance};

/// The largest difference, in parts of the largest expected number.
fn off(got: &Tensor, expected: &Tensor) -> f64 {
    let double = |tensor: &Tensor| tensor.to_device(tch::Device::Cpu).to_kind(Kind::Double);
    let (got, expected) = (double(got), double(expected));
    assert_eq!(got.size(), expected.size());
    ((&got - &expected).abs().max() / expected.abs().max()).double_value(&[])
}

#[test]
fn single_calls_in_half_precision_agree_with_the_reference_in_float32() {
    let expected = Expected::open("models.safetensors");
    for kind in [Kind::BFloat16, Kind::Half] {
        let unet = Unet::load(&tiny("unet"), device(), kind).unwrap();
        let (sample, embeddings) = (draw(1, &[2, 4, 8, 8]).to_kind(kind), draw(2, &[2, 77, 768]).to_kind(kind));
        let got = unet.forward(&sample, 501.0, Context::new(&embeddings)).unwrap();
        assert_eq!(got.kind(), kind);
        let unet_off = off(&got, &expected.get("unet.even"));
        let vae = Vae::load(&tiny("vae"), device(), kind).unwrap();
        let decoded = vae.decode(&draw(5, &[1, 4, 6, 8]).to_kind(kind), None).unwrap();
        let vae_off = off(&decoded, &expected.get("vae.decoded"));
        println!("{kind:?}: unet {unet_off:e}, vae {vae_off:e}");
        assert!(
            unet_off <= tolerance(kind) && vae_off <= tolerance(kind),
            "{kind:?}: unet {unet_off:e}, vae {vae_off:e}"
        );
    }
}

#[test]
fn a_run_keeps_its_latents_in_float32_beside_a_network_in_bfloat16() {
    let run = |kind| {
        let unet = Unet::load(&tiny("unet"), device(), kind).unwrap();
        let (positive, negative) = (draw(1, &[1, 77, 768]), draw(2, &[1, 77, 768]));
        let noise = noise(42, 64, 64, Kind::Float).unwrap();
        let config = SchedulerConfig::load(&tiny("scheduler")).unwrap();
        let request = DenoiseRequest {
            noise: Some(&noise),
            latents: None,
            seed: 42,
            positive: Prompt::new(&positive),
            negative: Prompt::new(&negative),
            guidance: Guidance::Constant(3.0),
            guidance_rescale: 0.0,
            scheduler: "euler",
            scheduler_config: &config,
            steps: 10,
            denoising_start: 0.0,
            denoising_end: 1.0,
            inpaint: None,
            freeu: None,
            contributions: Vec::new(),
        };
        denoise(&unet, &request, &mut |progress| {
            assert_eq!(progress.latents.kind(), Kind::Float);
            Ok(())
        })
        .unwrap()
    };
    let (exact, rounded) = (run(Kind::Float), run(Kind::BFloat16));
    let off = off(&rounded, &exact);
    println!("ten steps: {off:e}");
    assert!(off <= 2.0 * tolerance(Kind::BFloat16) && off > 0.0, "{off:e}");
}
