//! Whole runs against the reference's own denoising loop: ten steps with classifier-free guidance on the tiny UNet, with every
//! scheduler, and with everything else that a run can be told.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use invoke_engine::models::unet::{FreeU, Unet};
use invoke_engine::sampling::contribution::{Additions, Contribution, StepView};
use invoke_engine::sampling::preview::Palette;
use invoke_engine::sampling::prompt::{JoinedPrompts, Prompt};
use invoke_engine::sampling::sd::{Cancelled, DenoiseRequest, Guidance, Inpaint, OnStep, denoise, noise};
use invoke_engine::sampling::tiles::{self, Tile};
use invoke_engine::schedulers::{NAMES, SchedulerConfig};
use invoke_engine::weights::{self, SeamlessAxes};
use invoke_engine::{EngineError, Kind, Result, Tensor};
use serde::Deserialize;
use support::{Expected, WHOLE_RUN, assert_close, device, draw, fixtures, kind};

const SEED: u64 = 42;

#[derive(Deserialize)]
#[serde(untagged)]
enum Scale {
    One(f64),
    PerStep(Vec<f64>),
}

#[derive(Deserialize)]
struct Fixture {
    configs: HashMap<String, SchedulerConfig>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    scheduler: String,
    config: String,
    steps: usize,
    cfg_scale: Scale,
    rescale: f64,
    start: f64,
    end: f64,
    positive: i64,
    negative: i64,
    noise: bool,
    latents: bool,
    /// `plain` or `gradient`.
    mask: Option<String>,
    #[serde(default)]
    masked_latents: bool,
    #[serde(default)]
    inpaint_model: bool,
    /// `positive` or `both`.
    regions: Option<String>,
    freeu: Option<Weights>,
    #[serde(default)]
    seamless: Vec<String>,
    /// Of each tile top, bottom, left and right, and how far it lies over its neighbours there.
    places: Option<Vec<[i64; 8]>>,
}

#[derive(Deserialize)]
struct Weights {
    s1: f64,
    s2: f64,
    b1: f64,
    b2: f64,
}

fn fixture() -> Fixture {
    serde_json::from_str(&std::fs::read_to_string(fixtures("engine/denoise.json")).unwrap()).unwrap()
}

fn find(name: &str) -> (Case, SchedulerConfig) {
    let Fixture { configs, cases } = fixture();
    let case = cases.into_iter().find(|case| case.name == name).unwrap();
    let config = configs[&case.config].clone();
    (case, config)
}

fn unet(case: &Case) -> Unet {
    let model = if case.inpaint_model { "tiny-sd15-inpaint" } else { "tiny-sd15" };
    let folder = fixtures("models").join(model).join("unet");
    let meets = |axis: &str| case.seamless.iter().any(|own| own == axis);
    let axes = SeamlessAxes { x: meets("x"), y: meets("y") };
    let weights = weights::Weights::open(&folder, device(), kind()).unwrap().seamless(axes);
    Unet::load_from(&folder, &weights).unwrap()
}

/// The tensors a request borrows.
struct Inputs {
    noise: Option<Tensor>,
    latents: Option<Tensor>,
    positive: [Tensor; 3],
    negative: [Tensor; 3],
    left: Tensor,
    below: Tensor,
    mask: Tensor,
    masked_latents: Tensor,
}

impl Inputs {
    fn of(case: &Case, dim: i64) -> Self {
        let (height, width) = side(case);
        let below = Tensor::zeros([1, 5, 7], (Kind::Float, tch::Device::Cpu));
        let _ = below.narrow(1, 3, 2).fill_(0.6);
        let left = Tensor::zeros([1, 64, 64], (Kind::Bool, tch::Device::Cpu));
        let _ = left.narrow(2, 0, 24).fill_(1);
        let prompts = |seed: u64, own: i64| {
            [(0, own), (100, 77), (200, 154)].map(|(more, tokens)| draw(seed + more, &[1, tokens, dim]))
        };
        Self {
            noise: case.noise.then(|| noise(SEED, width * 8, height * 8, Kind::Float).unwrap()),
            latents: case.latents.then(|| draw(9, &[1, 4, height, width])),
            positive: prompts(10, case.positive),
            negative: prompts(11, case.negative),
            left,
            below,
            mask: (draw(12, &[1, 1, 16, 16]) * 0.5 + 0.5).clamp(0.0, 1.0),
            masked_latents: draw(13, &[1, 4, 8, 8]),
        }
    }

    /// Everywhere, at the left, and below; or one prompt for all of the picture.
    fn prompts<'a>(&'a self, prompts: &'a [Tensor; 3], case: &Case, regional: bool) -> JoinedPrompts<'a> {
        let masks = [None, Some(&self.left), Some(&self.below)];
        let parts: Vec<_> = prompts.iter().map(Prompt::new).zip(masks).collect();
        JoinedPrompts::new(if regional { &parts } else { &parts[..1] }, side(case)).unwrap()
    }

    fn request<'a>(
        &'a self,
        case: &'a Case,
        config: &'a SchedulerConfig,
        prompts: [Prompt<'a>; 2],
    ) -> DenoiseRequest<'a> {
        let [positive, negative] = prompts;
        DenoiseRequest {
            noise: self.noise.as_ref(),
            latents: self.latents.as_ref(),
            seed: SEED,
            positive,
            negative,
            guidance: match &case.cfg_scale {
                Scale::One(scale) => Guidance::Constant(*scale),
                Scale::PerStep(scales) => Guidance::PerStep(scales.clone()),
            },
            guidance_rescale: case.rescale,
            scheduler: &case.scheduler,
            scheduler_config: config,
            steps: case.steps,
            denoising_start: case.start,
            denoising_end: case.end,
            inpaint: case.mask.as_deref().map(|kind| Inpaint {
                mask: &self.mask,
                masked_latents: case.masked_latents.then_some(&self.masked_latents),
                gradient: kind == "gradient",
            }),
            freeu: case.freeu.as_ref().map(|Weights { s1, s2, b1, b2 }| FreeU { s1: *s1, s2: *s2, b1: *b1, b2: *b2 }),
            contributions: Vec::new(),
        }
    }
}

/// Height and width of a case's latents.
fn side(case: &Case) -> (i64, i64) {
    if case.places.is_some() { (10, 13) } else { (8, 8) }
}

fn tile([top, bottom, left, right, over_top, over_bottom, over_left, over_right]: [i64; 8]) -> Tile {
    Tile { top, left, height: bottom - top, width: right - left, over_top, over_bottom, over_left, over_right }
}

/// Runs a case, with what `change` makes of its request.
fn run(
    case: &Case,
    config: &SchedulerConfig,
    change: &dyn Fn(&mut DenoiseRequest<'_>),
    on_step: OnStep<'_>,
) -> Result<Tensor> {
    let unet = unet(case);
    let inputs = Inputs::of(case, unet.config().cross_attention_dim.at(0));
    let regional = |sides: &[&str]| case.regions.as_deref().is_some_and(|regions| sides.contains(&regions));
    let positive = inputs.prompts(&inputs.positive, case, regional(&["positive", "both"]));
    let negative = inputs.prompts(&inputs.negative, case, regional(&["both"]));
    let mut request = inputs.request(case, config, [positive.prompt(), negative.prompt()]);
    change(&mut request);
    match &case.places {
        None => denoise(&unet, &request, on_step),
        Some(places) => tiles::denoise(&unet, &request, &places.iter().copied().map(tile).collect::<Vec<_>>(), on_step),
    }
}

fn runs_end_where_the_references_end(threads: i32) {
    tch::set_num_threads(threads);
    let (expected, Fixture { configs, cases }) = (Expected::open("denoise.safetensors"), fixture());
    for name in NAMES {
        assert!(cases.iter().any(|case| case.name == name), "no expectation for `{name}`");
    }
    // Idle threads wait in a busy loop, which is slow where other tests run: with two, every third case.
    for case in cases.iter().step_by(if threads == 1 { 1 } else { 3 }) {
        let got = run(case, &configs[&case.config], &|_| {}, &mut |_| Ok(()));
        let got = got.unwrap_or_else(|error| panic!("{}: {error}", case.name));
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
    let (case, config) = find("euler");
    let mut seen = Vec::new();
    let latents = run(&case, &config, &|_| {}, &mut |progress| {
        let preview = progress.preview(Palette::Sd).unwrap();
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
    for name in ["dpmpp_3m_k", "tiles.euler"] {
        let (case, config) = find(name);
        let mut reports = 0;
        let result = run(&case, &config, &|_| {}, &mut |progress| {
            reports += 1;
            if progress.step == 3 { Err(Cancelled) } else { Ok(()) }
        });
        assert!(matches!(result, Err(EngineError::Cancelled)));
        assert_eq!(reports, 4);
    }
}

/// The step, how many prompts are asked, and where the latents lie.
type Shown = (usize, i64, Option<i64>);

/// Writes down what it is shown.
#[derive(Debug, Clone, Default)]
struct Witness(Rc<RefCell<Vec<Shown>>>);

impl Contribution for Witness {
    fn contribute<'a>(&'a self, step: &StepView<'_>, _: &mut Additions<'a>) -> Result<()> {
        self.0.borrow_mut().push((step.step, step.prompts.rows(), step.tile.map(|tile| tile.left)));
        Ok(())
    }
}

#[test]
fn other_networks_are_shown_every_call_of_the_unet() {
    let shown = |name: &str| {
        let (case, config) = find(name);
        let witness = Witness::default();
        let with = |request: &mut DenoiseRequest<'_>| request.contributions.push(Box::new(witness.clone()));
        let _ = run(&case, &config, &with, &mut |_| Ok(())).unwrap();
        witness.0.take()
    };
    // Without guidance in the first two steps the negative prompt is not asked.
    let expected: Vec<_> = (0..10).map(|step| (step, if step < 2 { 1 } else { 2 }, None)).collect();
    assert_eq!(shown("guidance_per_step"), expected);
    // Latents of 10 by 13 in tiles of 8 by 8.
    let tiles = shown("tiles.euler");
    assert_eq!(tiles[..4], [(0, 2, Some(0)), (0, 2, Some(5)), (0, 2, Some(0)), (0, 2, Some(5))]);
}

#[test]
fn requests_that_contradict_themselves_are_refused() {
    let refused = |name: &str, change: &dyn Fn(&mut DenoiseRequest<'_>)| {
        let (case, config) = find(name);
        run(&case, &config, change, &mut |_| panic!("nothing may run")).unwrap_err().to_string()
    };
    assert_eq!(refused("euler", &|request| request.noise = None), "either latents or noise must be given");
    assert_eq!(
        refused("euler", &|request| request.guidance = Guidance::PerStep(vec![1.0; 3])),
        "`cfg_scale` has 3 numbers for 10 steps"
    );
    assert_eq!(
        refused("heun", &|request| request.guidance = Guidance::PerStep(vec![1.0; 10])),
        "`cfg_scale` has 10 numbers, and this scheduler asks the model 19 times"
    );
    assert!(
        refused("euler", &|request| request.scheduler = "x").starts_with("unknown scheduler `x`, available: ddim,")
    );
    assert_eq!(refused("euler", &|request| request.steps = 0), "the number of steps must be at least 1");
    assert_eq!(
        refused("tiles.euler", &|request| request.inpaint =
            Some(Inpaint { mask: Box::leak(Box::new(draw(1, &[1, 1, 8, 8]))), masked_latents: None, gradient: false })),
        "prompts and masks for parts of the picture do not go with tiles"
    );
}
