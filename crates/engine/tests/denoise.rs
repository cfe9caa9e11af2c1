//! Whole runs against the reference's own denoising loop: ten steps with classifier-free guidance on the tiny UNet.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use invoke_engine::device::Device;
use invoke_engine::models::unet::Unet;
use invoke_engine::sampling::sd::{Cancelled, DenoiseRequest, Guidance, Prompt, denoise, noise};
use invoke_engine::schedulers::{NAMES, SchedulerConfig};
use invoke_engine::{EngineError, Kind, Tensor};
use serde::Deserialize;
use support::{Expected, WHOLE_RUN, assert_close, draw, fixtures, tiny};

const SEED: u64 = 42;

#[derive(Deserialize)]
#[serde(untagged)]
enum Scale {
    One(f64),
    PerStep(Vec<f64>),
}

#[derive(Deserialize)]
struct Case {
    name: String,
    scheduler: String,
    config: SchedulerConfig,
    steps: usize,
    cfg_scale: Scale,
    rescale: f64,
    start: f64,
    end: f64,
    positive: i64,
    negative: i64,
    noise: bool,
    latents: bool,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(&std::fs::read_to_string(fixtures("engine/denoise.json")).unwrap()).unwrap()
}

fn unet() -> Unet {
    Unet::load(&tiny("unet"), Device::Cpu, Kind::Float).unwrap()
}

/// The tensors a request borrows.
struct Inputs {
    noise: Option<Tensor>,
    latents: Option<Tensor>,
    positive: Tensor,
    negative: Tensor,
}

impl Inputs {
    fn of(case: &Case) -> Self {
        Self {
            noise: case.noise.then(|| noise(SEED, 64, 64, Kind::Float).unwrap()),
            latents: case.latents.then(|| draw(9, &[1, 4, 8, 8])),
            positive: draw(10, &[1, case.positive, 768]),
            negative: draw(11, &[1, case.negative, 768]),
        }
    }

    fn request<'a>(&'a self, case: &'a Case) -> DenoiseRequest<'a> {
        DenoiseRequest {
            noise: self.noise.as_ref(),
            latents: self.latents.as_ref(),
            seed: SEED,
            positive: Prompt::new(&self.positive),
            negative: Prompt::new(&self.negative),
            guidance: match &case.cfg_scale {
                Scale::One(scale) => Guidance::Constant(*scale),
                Scale::PerStep(scales) => Guidance::PerStep(scales.clone()),
            },
            guidance_rescale: case.rescale,
            scheduler: &case.scheduler,
            scheduler_config: &case.config,
            steps: case.steps,
            denoising_start: case.start,
            denoising_end: case.end,
        }
    }
}

fn runs_end_where_the_references_end(threads: i32) {
    tch::set_num_threads(threads);
    let (unet, expected, cases) = (unet(), Expected::open("denoise.safetensors"), cases());
    for name in NAMES {
        assert!(cases.iter().any(|case| case.name == name), "no expectation for `{name}`");
    }
    for case in &cases {
        let inputs = Inputs::of(case);
        let got = denoise(&unet, &inputs.request(case), &mut |_| Ok(())).unwrap();
        assert_close(&case.name, &got, &expected.get(&format!("denoise.{}", case.name)), WHOLE_RUN);
    }
}

#[test]
fn runs_end_where_the_references_end_with_one_thread() {
    runs_end_where_the_references_end(1);
}

#[test]
fn runs_end_where_the_references_end_with_two_threads() {
    runs_end_where_the_references_end(2);
}

#[test]
fn every_step_is_reported_with_a_preview() {
    let case = cases().into_iter().find(|case| case.name == "euler").unwrap();
    let mut seen = Vec::new();
    let latents = denoise(&unet(), &Inputs::of(&case).request(&case), &mut |progress| {
        let preview = progress.preview().unwrap();
        assert_eq!((preview.width, preview.height), (8, 8));
        seen.push((progress.step, progress.total, progress.predicted_original.is_some()));
        Ok(())
    })
    .unwrap();
    assert_eq!(latents.size(), [1, 4, 8, 8]);
    let expected: Vec<_> = (0..=10).map(|step| (step, 10, step > 0)).collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_run_ends_at_the_step_that_cancels_it() {
    let case = cases().into_iter().find(|case| case.name == "dpmpp_3m_k").unwrap();
    let mut reports = 0;
    let result = denoise(&unet(), &Inputs::of(&case).request(&case), &mut |progress| {
        reports += 1;
        if progress.step == 3 { Err(Cancelled) } else { Ok(()) }
    });
    assert!(matches!(result, Err(EngineError::Cancelled)));
    assert_eq!(reports, 4);
}

#[test]
fn requests_that_contradict_themselves_are_refused() {
    let case = cases().into_iter().find(|case| case.name == "euler").unwrap();
    let (unet, inputs) = (unet(), Inputs::of(&case));
    let refused = |change: &dyn Fn(&mut DenoiseRequest<'_>)| {
        let mut request = inputs.request(&case);
        change(&mut request);
        denoise(&unet, &request, &mut |_| panic!("nothing may run")).unwrap_err().to_string()
    };
    assert_eq!(refused(&|request| request.noise = None), "either latents or noise must be given");
    assert_eq!(
        refused(&|request| request.guidance = Guidance::PerStep(vec![1.0; 3])),
        "`cfg_scale` has 3 numbers for 10 steps"
    );
    assert!(refused(&|request| request.scheduler = "lms").starts_with("unknown scheduler `lms`, available: ddim,"));
    assert_eq!(refused(&|request| request.steps = 0), "the number of steps must be at least 1");
}
