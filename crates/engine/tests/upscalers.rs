//! Upscalers of every layout of keys against spandrel (`xtask/fixtures/upscaler_outputs.py`), with weights drawn from seeds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use invoke_engine::models::upscaler::Upscaler;
use invoke_engine::sampling::{RgbImage, upscale};
use invoke_engine::{EngineError, Kind, Tensor};
use serde::Deserialize;
use support::{Expected, ONE_CALL, assert_close, device, draw, fixtures, kind};

#[derive(Deserialize)]
struct Case {
    name: String,
    scale: i64,
    channels: i64,
    height: i64,
    width: i64,
    tensors: Vec<(String, Vec<i64>)>,
}

fn cases(start: &str) -> Vec<Case> {
    let all: Vec<Case> =
        serde_json::from_str(&std::fs::read_to_string(fixtures("engine/upscalers.json")).unwrap()).unwrap();
    let cases: Vec<_> = all.into_iter().filter(|case| case.name.starts_with(start)).collect();
    assert!(!cases.is_empty(), "{start}");
    cases
}

impl Case {
    fn tensors(&self) -> Vec<(String, Tensor)> {
        let size = |shape: &[i64]| match shape {
            [_, inputs @ ..] if !inputs.is_empty() => (inputs.iter().product::<i64>() as f64).powf(-0.5),
            _ => 0.2,
        };
        let drawn = |(i, (name, shape)): (usize, &(String, Vec<i64>))| {
            (name.clone(), draw(1000 + i as u64, shape) * size(shape))
        };
        self.tensors.iter().enumerate().map(drawn).collect()
    }

    /// The network, with its names changed on the way into the file.
    fn upscaler_named(&self, rename: impl Fn(&str) -> String) -> Result<Upscaler, EngineError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("upscaler.safetensors");
        let tensors: Vec<_> = self.tensors().into_iter().map(|(name, tensor)| (rename(&name), tensor)).collect();
        Tensor::write_safetensors(&tensors, &file).unwrap();
        Upscaler::load(&file, device(), kind())
    }

    fn upscaler(&self) -> Upscaler {
        self.upscaler_named(str::to_owned).unwrap()
    }

    fn picture(&self) -> Tensor {
        (draw(7, &[1, self.channels, self.height, self.width]) * 0.25 + 0.5).clamp(0.0, 1.0)
    }

    fn bytes(&self) -> RgbImage {
        let pixels = (self.picture().select(0, 0).permute([1, 2, 0]) * 255.0).round().to_kind(Kind::Uint8);
        let data = Vec::try_from(pixels.contiguous().reshape([-1])).unwrap();
        RgbImage { width: self.width as u32, height: self.height as u32, data }
    }
}

#[test]
fn every_layout_enlarges_as_spandrel_does() {
    let expected = Expected::open("upscalers.safetensors");
    for case in ["numbered", "trunk", "body", "compact"].into_iter().flat_map(cases) {
        let upscaler = case.upscaler();
        assert_eq!(upscaler.scale(), case.scale, "{}", case.name);
        for threads in support::THREADS {
            tch::set_num_threads(threads);
            let got = upscaler.forward(&case.picture()).unwrap();
            assert_close(&case.name, &got, &expected.get(&case.name), ONE_CALL);
        }
    }
}

#[test]
fn weights_may_lie_under_another_name() {
    let case = cases("body.x4").remove(0);
    let plain = case.upscaler().forward(&case.picture()).unwrap();
    for prefix in ["params_ema.", "params.", "module.", "state_dict.module."] {
        let wrapped = case.upscaler_named(|name| format!("{prefix}{name}")).unwrap();
        assert_eq!(wrapped.forward(&case.picture()).unwrap(), plain, "{prefix}");
    }
}

#[test]
fn real_esrgans_tiles_are_put_together_as_its_own_code_does() {
    let expected = Expected::open("upscalers.safetensors");
    for case in cases("real") {
        let got = upscale::real_esrgan(&case.upscaler(), &case.bytes(), 16, || Ok(())).unwrap();
        let theirs = expected.get(&case.name);
        assert_eq!([i64::from(got.height), i64::from(got.width), 3], theirs.size()[..], "{}", case.name);
        let theirs = Vec::<u8>::try_from(theirs.reshape([-1]).to_kind(Kind::Uint8)).unwrap();
        let most = got.data.iter().zip(&theirs).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(most <= Some(1), "{}: {most:?}", case.name);
    }
}

#[test]
fn a_run_in_tiles_can_be_ended() {
    let case = cases("real.x4").remove(0);
    let ended = upscale::real_esrgan(&case.upscaler(), &case.bytes(), 16, || Err(EngineError::Cancelled));
    assert!(matches!(ended, Err(EngineError::Cancelled)));
}

#[test]
fn what_is_no_upscaler_says_so() {
    let case = cases("compact.x2").remove(0);
    let error = case.upscaler_named(|name| name.replace("body", "bodies")).unwrap_err().to_string();
    assert!(error.contains("it is no upscaler that is known"), "{error}");
}
