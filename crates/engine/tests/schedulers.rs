//! Every scheduler against diffusers, under configurations that differ in everything a configuration can say: the whole
//! table of timesteps and noise levels, the noisy start, the first three steps and where the run ends.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use invoke_engine::Tensor;
use invoke_engine::random::Generator;
use invoke_engine::schedulers::dpmpp_multistep::DpmppMultistep;
use invoke_engine::schedulers::euler::Euler;
use invoke_engine::schedulers::{NAMES, SchedulerConfig, by_name};
use serde::Deserialize;
use support::{Expected, ONE_CALL, THREADS, assert_close, assert_numbers, draw, fixtures};

/// Float32 numbers computed the same way, but for the last bits of a logarithm.
const TABLE: f64 = 1e-6;
/// The script's step generator: its seed 7 with all bits flipped, as in a run.
const STEP_SEED: u64 = 7 ^ 0xFFFF_FFFF;
const SHAPE: [i64; 4] = [1, 4, 3, 5];

#[derive(Deserialize)]
struct Case {
    name: String,
    scheduler: String,
    steps: usize,
    config: SchedulerConfig,
}

fn cases() -> Vec<Case> {
    let cases: Vec<Case> =
        serde_json::from_str(&std::fs::read_to_string(fixtures("engine/schedulers.json")).unwrap()).unwrap();
    for name in NAMES {
        assert!(cases.iter().any(|case| case.scheduler == name), "no expectation for `{name}`");
    }
    cases
}

#[test]
fn timesteps_are_those_of_the_reference() {
    let expected = Expected::open("schedulers.safetensors");
    for case in cases() {
        let scheduler = by_name(&case.scheduler, &case.config, case.steps).unwrap();
        let timesteps: Vec<f32> = scheduler.timesteps().iter().map(|t| *t as f32).collect();
        assert_numbers(&case.name, &timesteps, &expected.get(&format!("{}.timesteps", case.name)), TABLE);
    }
}

#[test]
fn noise_levels_are_those_of_the_reference() {
    let expected = Expected::open("schedulers.safetensors");
    let mut compared = 0;
    for Case { name, scheduler, steps, config } in cases() {
        let karras = scheduler.ends_with("_k");
        let sigmas = match scheduler.trim_end_matches("_k") {
            "euler" => Euler::new(&config, karras, steps).unwrap().sigmas().to_vec(),
            "dpmpp_2m" => DpmppMultistep::new(&config, 2, false, karras, steps).unwrap().sigmas().to_vec(),
            "dpmpp_2m_sde" => DpmppMultistep::new(&config, 2, true, karras, steps).unwrap().sigmas().to_vec(),
            "dpmpp_3m" => DpmppMultistep::new(&config, 3, false, karras, steps).unwrap().sigmas().to_vec(),
            _ => continue,
        };
        assert_numbers(&name, &sigmas, &expected.get(&format!("{name}.sigmas")), TABLE);
        compared += 1;
    }
    assert_eq!(compared, 80);
}

#[test]
fn steps_lead_where_the_references_lead() {
    let expected = Expected::open("schedulers.safetensors");
    for threads in THREADS {
        tch::set_num_threads(threads);
        for case in cases() {
            run(&case, &expected);
        }
    }
}

fn run(case: &Case, expected: &Expected) {
    let of = |part: &str| format!("{}.{part}", case.name);
    let mut scheduler = by_name(&case.scheduler, &case.config, case.steps).unwrap();
    let timesteps = scheduler.timesteps().to_vec();
    let mut latents = scheduler.add_noise(&draw(1, &SHAPE), &draw(2, &SHAPE), timesteps[0]).unwrap();
    assert_close(&of("start"), &latents, &expected.get(&of("start")), ONE_CALL);

    let mut generator = Generator::new(STEP_SEED).unwrap();
    let (mut inputs, mut results, mut originals) = (Vec::new(), Vec::new(), Vec::new());
    for (i, timestep) in timesteps.into_iter().enumerate() {
        inputs.push(scheduler.scale_model_input(&latents, timestep).unwrap());
        let step = scheduler.step(&draw(100 + i as u64, &SHAPE), timestep, &latents, &mut generator).unwrap();
        latents = step.latents;
        results.push(latents.shallow_clone());
        originals.extend(step.predicted_original);
    }
    for i in 0..3 {
        let row = |part| expected.get(&of(part)).narrow(0, i, 1);
        let at = format!("{} step {i}", case.name);
        assert_close(&at, &inputs[i as usize], &row("inputs"), ONE_CALL);
        assert_close(&at, &results[i as usize], &row("results"), ONE_CALL);
        if let Some(original) = originals.get(i as usize) {
            assert_close(&at, original, &row("originals"), ONE_CALL);
        }
    }
    assert_eq!(originals.is_empty(), expected.find(&of("originals")).is_none(), "{}", case.name);
    assert_close(&of("end"), &latents, &expected.get(&of("results")).narrow(0, 3, 1), ONE_CALL);
}

#[test]
fn a_run_cannot_be_stepped_beyond_its_end() {
    for name in ["euler", "dpmpp_3m_k"] {
        let mut scheduler = by_name(name, &SchedulerConfig::default(), 1).unwrap();
        let mut generator = Generator::new(0).unwrap();
        let (timestep, sample): (f64, Tensor) = (scheduler.timesteps()[0], draw(1, &SHAPE));
        scheduler.step(&sample, timestep, &sample, &mut generator).unwrap();
        let error = scheduler.step(&sample, timestep, &sample, &mut generator).unwrap_err().to_string();
        assert_eq!(error, "the run of 1 steps is over");
    }
}
