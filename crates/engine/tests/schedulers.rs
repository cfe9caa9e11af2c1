//! Every scheduler against diffusers, under configurations that differ in everything a configuration can say: the whole
//! table of timesteps and noise levels, the noisy start, the first three steps and where the run ends; from the start on and
//! from the middle.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::HashMap;

use invoke_engine::Result;
use invoke_engine::Tensor;
use invoke_engine::random::Generator;
use invoke_engine::schedulers::{NAMES, SchedulerConfig, by_name};
use serde::Deserialize;
use support::{Expected, ONE_CALL, THREADS, assert_close, assert_numbers, draw, fixtures};

/// Float32 numbers computed the same way, but for the last bits of a logarithm.
const TABLE: f64 = 1e-6;
/// The script's seed, and that of its step generator: with all bits flipped, as in a run.
const SEED: u64 = 7;
const STEP_SEED: u64 = SEED ^ 0xFFFF_FFFF;
const SHAPE: [i64; 4] = [1, 4, 2, 3];

#[derive(Deserialize)]
struct Fixture {
    configs: HashMap<String, SchedulerConfig>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    scheduler: String,
    steps: usize,
    /// The share of the run that is passed over.
    start: f64,
    config: String,
    /// The reference fails.
    refused: bool,
}

fn fixture() -> Fixture {
    let file = std::fs::read_to_string(fixtures("engine/schedulers.json")).unwrap();
    let fixture: Fixture = serde_json::from_str(&file).unwrap();
    for name in NAMES {
        let own = fixture.cases.iter().filter(|case| case.scheduler == name && !case.refused);
        assert!(own.count() > 5, "no expectations for `{name}`");
    }
    fixture
}

#[test]
fn timesteps_and_noise_levels_are_those_of_the_reference() {
    let expected = Expected::open("schedulers.safetensors");
    let Fixture { configs, cases } = fixture();
    let mut levels = 0;
    for Case { name, scheduler, steps, config, .. } in cases.iter().filter(|case| !case.refused) {
        let scheduler = by_name(scheduler, &configs[config], *steps, SEED).unwrap();
        let timesteps: Vec<f32> = scheduler.timesteps().iter().map(|t| *t as f32).collect();
        assert_numbers(name, &timesteps, &expected.get(&format!("{name}.timesteps")), TABLE);
        if !scheduler.sigmas().is_empty() {
            assert_numbers(name, scheduler.sigmas(), &expected.get(&format!("{name}.sigmas")), TABLE);
            levels += 1;
        }
    }
    assert!(levels > 200, "only {levels} tables of noise levels");
}

#[test]
fn steps_lead_where_the_references_lead() {
    let expected = Expected::open("schedulers.safetensors");
    let Fixture { configs, cases } = fixture();
    for threads in THREADS {
        tch::set_num_threads(threads);
        for case in cases.iter().filter(|case| !case.refused) {
            check(case, &configs[&case.config], &expected);
        }
    }
}

#[test]
fn what_the_reference_fails_on_is_refused() {
    let Fixture { configs, cases } = fixture();
    let refused: Vec<_> = cases.iter().filter(|case| case.refused).collect();
    assert!(refused.len() > 5, "the fixture refuses {} cases", refused.len());
    for case in refused {
        assert!(run(case, &configs[&case.config]).is_err(), "{} runs", case.name);
    }
}

/// What a run leaves behind: the noisy start, and of each step the scaled input, the result and the foreseen picture.
struct Run {
    start: Tensor,
    inputs: Vec<Tensor>,
    results: Vec<Tensor>,
    originals: Vec<Tensor>,
}

fn run(case: &Case, config: &SchedulerConfig) -> Result<Run> {
    let mut scheduler = by_name(&case.scheduler, config, case.steps, SEED)?;
    let begin = (1000.0 * (1.0 - case.start)).round_ties_even();
    let order = scheduler.order();
    let before = scheduler.timesteps().iter().step_by(order).filter(|t| **t >= begin).count();
    let first = if case.start == 0.0 { 0 } else { before * order };
    let timesteps = scheduler.timesteps()[first..].to_vec();

    let start = scheduler.add_noise(&draw(1, &SHAPE), &draw(2, &SHAPE), timesteps[0])?;
    let mut latents = start.shallow_clone();
    let mut generator = Generator::new(STEP_SEED)?;
    let mut run = Run { start, inputs: Vec::new(), results: Vec::new(), originals: Vec::new() };
    for (i, timestep) in timesteps.into_iter().enumerate() {
        run.inputs.push(scheduler.scale_model_input(&latents, timestep)?);
        let step = scheduler.step(&draw(100 + i as u64, &SHAPE), timestep, &latents, &mut generator)?;
        latents = step.latents;
        run.results.push(latents.shallow_clone());
        run.originals.extend(step.predicted_original);
    }
    Ok(run)
}

fn check(case: &Case, config: &SchedulerConfig, expected: &Expected) {
    let of = |part: &str| format!("{}.{part}", case.name);
    let run = run(case, config).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    assert_close(&of("start"), &run.start, &expected.get(&of("start")), ONE_CALL);
    for i in 0..3 {
        let row = |part| expected.get(&of(part)).narrow(0, i as i64, 1);
        let at = format!("{} step {i}", case.name);
        assert_close(&at, &run.inputs[i], &row("inputs"), ONE_CALL);
        assert_close(&at, &run.results[i], &row("results"), ONE_CALL);
        if let Some(original) = run.originals.get(i) {
            assert_close(&at, original, &row("originals"), ONE_CALL);
        }
    }
    assert_eq!(run.originals.is_empty(), expected.find(&of("originals")).is_none(), "{}", case.name);
    let (end, theirs) = (run.results.last().unwrap(), expected.get(&of("results")).narrow(0, 3, 1));
    let finite = |tensor: &Tensor| tensor.isfinite().all().int64_value(&[]) == 1;
    if finite(&theirs) {
        assert_close(&of("end"), end, &theirs, ONE_CALL);
    } else {
        // A solver told never to end with lower orders divides by the zero at the end.
        assert!(!finite(end), "{}: the reference has no numbers here", case.name);
    }
}

#[test]
fn a_run_cannot_be_stepped_beyond_its_end() {
    for name in ["euler", "dpmpp_3m_k", "lcm", "unipc", "er_sde"] {
        let mut scheduler = by_name(name, &SchedulerConfig::default(), 1, SEED).unwrap();
        let mut generator = Generator::new(0).unwrap();
        let (timestep, sample): (f64, Tensor) = (scheduler.timesteps()[0], draw(1, &SHAPE));
        scheduler.step(&sample, timestep, &sample, &mut generator).unwrap();
        let error = scheduler.step(&sample, timestep, &sample, &mut generator).unwrap_err().to_string();
        assert_eq!(error, "the run of 1 steps is over");
    }
}
