//! Networks of every shape the families use, and UNets told everything they can be told, against diffusers and
//! transformers. Both sides draw the weights from seeds, see `xtask/fixtures/model_shapes.py`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::sync::Mutex;

use invoke_engine::models::clip::ClipTextModel;
use invoke_engine::models::unet::{
    Added, Context, CrossLayer, ExtraAttention, FreeU, HiDiffusion, HiDiffusionSettings, Regions, Residuals, Unet,
    UnetConfig,
};
use invoke_engine::models::vae::{TileSize, TinyVaeConfig, Vae};
use invoke_engine::sampling::image;
use invoke_engine::weights::{SeamlessAxes, Weights};
use invoke_engine::{Kind, Tensor};
use serde::Deserialize;
use serde_json::Value;
use support::{Expected, ONE_CALL, THREADS, assert_close, device, draw, fixtures, kind};

const FIRST_SEED: u64 = 10_000;

#[derive(Deserialize)]
struct Fixture {
    unets: BTreeMap<String, Network>,
    told: BTreeMap<String, Told>,
    hidiffusion: BTreeMap<String, Run>,
    clips: BTreeMap<String, Network>,
    vaes: BTreeMap<String, Network>,
    ids: Vec<Vec<i64>>,
}

#[derive(Deserialize)]
struct Network {
    config: Value,
    shapes: BTreeMap<String, Vec<i64>>,
    #[serde(default)]
    cross_layers: Vec<String>,
}

#[derive(Deserialize)]
struct Told {
    skips: Vec<Vec<i64>>,
    middle: Vec<i64>,
    features: Vec<Vec<i64>>,
}

#[derive(Deserialize)]
struct Run {
    unet: String,
    size: [i64; 2],
    calls: usize,
    t1_ratio: f64,
    t2_ratio: f64,
    #[serde(default = "yes")]
    apply_raunet: bool,
    #[serde(default)]
    residuals: Vec<Vec<i64>>,
}

fn yes() -> bool {
    true
}

fn fixture() -> Fixture {
    serde_json::from_str(&std::fs::read_to_string(fixtures("engine/shapes.json")).unwrap()).unwrap()
}

impl Network {
    /// The network's weights, drawn as the script draws them; the folder keeps their file.
    fn weights(&self) -> (tempfile::TempDir, Weights) {
        self.weights_in(kind())
    }

    fn weights_in(&self, kind: Kind) -> (tempfile::TempDir, Weights) {
        let drawn = self.shapes.iter().enumerate().map(|(i, (name, shape))| {
            let drawn = draw(FIRST_SEED + i as u64, shape);
            let tensor = match shape.len() {
                1 if name.ends_with("weight") => drawn * 0.1 + 1.0,
                1 => drawn * 0.1,
                _ => drawn / (shape[1..].iter().product::<i64>() as f64).sqrt(),
            };
            (name, tensor)
        });
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("drawn.safetensors");
        Tensor::write_safetensors(&drawn.collect::<Vec<_>>(), &file).unwrap();
        let weights = Weights::open(&file, device(), kind).unwrap();
        (folder, weights)
    }

    fn unet(&self, axes: SeamlessAxes) -> Unet {
        let config: UnetConfig = serde_json::from_value(self.config.clone()).unwrap();
        config.check().unwrap();
        Unet::new(&self.weights().1.seamless(axes), config).unwrap()
    }

    fn vae(&self, axes: SeamlessAxes) -> Vae {
        Vae::new(&self.weights().1.seamless(axes), serde_json::from_value(self.config.clone()).unwrap()).unwrap()
    }
}

/// What every call is told.
struct Inputs {
    sample: Tensor,
    embeddings: Tensor,
    text_embeds: Tensor,
    time_ids: Tensor,
}

impl Inputs {
    fn of(config: &UnetConfig) -> Self {
        let numbers = config.text_time().map_or(1, |(_, all)| (all - 10) / 6);
        Self {
            sample: draw(1, &[2, config.in_channels, 8, 8]),
            embeddings: draw(2, &[2, 7, config.cross_attention_dim.at(0)]),
            text_embeds: draw(3, &[2, 10]),
            time_ids: (draw(4, &[2, numbers]).abs() * 500.0).round(),
        }
    }

    /// What SDXL is told besides is given to all: others ignore it.
    fn context(&self) -> Context<'_> {
        let added = Added { text_embeds: &self.text_embeds, time_ids: &self.time_ids };
        Context { added: Some(added), ..Context::new(&self.embeddings) }
    }
}

fn call(unet: &Unet, inputs: &Inputs, context: Context<'_>) -> Tensor {
    unet.forward(&inputs.sample, 501.0, context).unwrap()
}

#[test]
fn unets_of_every_family_predict_what_the_reference_predicts() {
    let (fixture, expected) = (fixture(), Expected::open("shapes.safetensors"));
    assert_eq!(fixture.unets.len(), 9);
    for (name, network) in &fixture.unets {
        let unet = network.unet(SeamlessAxes::default());
        let inputs = Inputs::of(unet.config());
        for threads in THREADS {
            tch::set_num_threads(threads);
            let got = call(&unet, &inputs, inputs.context());
            assert_close(name, &got, &expected.get(&format!("unet.{name}")), ONE_CALL);
        }
    }
}

#[test]
fn unets_compute_in_half_precision_whatever_they_are_told() {
    let (fixture, expected) = (fixture(), Expected::open("shapes.safetensors"));
    for (name, told) in &fixture.told {
        let network = &fixture.unets[name];
        for (kind, tolerance) in [(Kind::Half, 1e-2), (Kind::BFloat16, 6e-2)] {
            let config: UnetConfig = serde_json::from_value(network.config.clone()).unwrap();
            let unet = Unet::new(&network.weights_in(kind).1, config).unwrap();
            let half = |tensor: Tensor| tensor.to_kind(kind);
            let Inputs { sample, embeddings, text_embeds, time_ids } = Inputs::of(unet.config());
            let (sample, embeddings, text_embeds) = (half(sample), half(embeddings), half(text_embeds));
            let inputs = Inputs { sample, embeddings, text_embeds, time_ids };
            let Residuals { down, mid } = told.residuals();
            let control = Residuals { down: down.into_iter().map(half).collect(), mid: half(mid) };
            let features: Vec<_> = told.features().into_iter().map(half).collect();
            let both = Context { control: Some(&control), features: &features, ..inputs.context() };
            let mask = padding();
            let freeu = Some(FreeU { s1: 0.9, s2: 0.2, b1: 1.2, b2: 1.4 });
            let regions = regions();
            for (what, context) in [
                ("both", both),
                ("mask", Context { mask: Some(&mask), ..inputs.context() }),
                ("masked-regions", Context { mask: Some(&mask), regions: Some(&regions), ..inputs.context() }),
                ("freeu", Context { freeu, ..inputs.context() }),
            ] {
                let got = call(&unet, &inputs, context);
                assert_eq!(got.kind(), kind);
                assert_close(what, &got, &expected.get(&format!("told.{name}.{what}")), tolerance);
            }
        }
    }
}

/// Calls the two networks that are told of more, and compares with the outputs of that name.
fn told(what: &str, call: impl Fn(&Unet, &Inputs, &Told) -> Tensor) {
    let (fixture, expected) = (fixture(), Expected::open("shapes.safetensors"));
    for (name, told) in &fixture.told {
        let unet = fixture.unets[name].unet(SeamlessAxes::default());
        let inputs = Inputs::of(unet.config());
        for threads in THREADS {
            tch::set_num_threads(threads);
            let got = call(&unet, &inputs, told);
            assert_close(&format!("{name} {what}"), &got, &expected.get(&format!("told.{name}.{what}")), ONE_CALL);
        }
    }
}

impl Told {
    fn residuals(&self) -> Residuals {
        let drawn = |i: usize, shape: &[i64]| draw(200 + i as u64, &[&[2], shape].concat());
        let down: Vec<_> = self.skips.iter().enumerate().map(|(i, shape)| drawn(i, shape)).collect();
        Residuals { mid: drawn(down.len(), &self.middle), down }
    }

    fn features(&self) -> Vec<Tensor> {
        // The one for the middle has a seed of its own.
        let seed = |i: usize| if i == 3 && self.features[i][0] == 2 { 310 } else { 300 + i as u64 };
        self.features.iter().enumerate().map(|(i, shape)| draw(seed(i), shape)).collect()
    }
}

#[test]
fn controlnets_and_t2i_adapters_add_to_skips_and_middle() {
    told("control", |unet, inputs, told| {
        let control = told.residuals();
        call(unet, inputs, Context { control: Some(&control), ..inputs.context() })
    });
    told("features", |unet, inputs, told| {
        let features = told.features();
        call(unet, inputs, Context { features: &features, ..inputs.context() })
    });
    told("both", |unet, inputs, told| {
        let (control, features) = (told.residuals(), told.features());
        let context = Context { control: Some(&control), features: &features, ..inputs.context() };
        call(unet, inputs, context)
    });
}

#[test]
fn freeu_weighs_skips_and_backbone() {
    let freeu = FreeU { s1: 0.9, s2: 0.2, b1: 1.2, b2: 1.4 };
    told("freeu", |unet, inputs, _| call(unet, inputs, Context { freeu: Some(freeu), ..inputs.context() }));
    let off = FreeU { s1: 0.0, ..freeu };
    told("freeu-off", |unet, inputs, _| call(unet, inputs, Context { freeu: Some(off), ..inputs.context() }));
}

#[test]
fn hidiffusion_changes_sizes_and_windows_step_by_step() {
    let (fixture, expected) = (fixture(), Expected::open("shapes.safetensors"));
    assert_eq!(fixture.hidiffusion.len(), 5);
    for (name, run) in &fixture.hidiffusion {
        let unet = fixture.unets[&run.unet].unet(SeamlessAxes::default());
        let [height, width] = run.size;
        let inputs =
            Inputs { sample: draw(1, &[2, unet.config().in_channels, height, width]), ..Inputs::of(unet.config()) };
        let mut down: Vec<_> = run.residuals.iter().enumerate().map(|(i, shape)| draw(200 + i as u64, shape)).collect();
        let control = down.pop().map(|mid| Residuals { down, mid });
        let settings = HiDiffusionSettings {
            raunet: run.apply_raunet,
            windows: true,
            t1_ratio: run.t1_ratio,
            t2_ratio: run.t2_ratio,
        };
        let expected = expected.get(&format!("hidiffusion.{name}"));
        for threads in THREADS {
            tch::set_num_threads(threads);
            let hidiffusion = HiDiffusion::new(settings, 77).unwrap();
            for (i, expected) in expected.chunk(run.calls as i64, 0).into_iter().enumerate() {
                let context = Context {
                    hidiffusion: Some(hidiffusion.at(i, run.calls)),
                    control: control.as_ref(),
                    ..inputs.context()
                };
                assert_close(&format!("{name} {i}"), &call(&unet, &inputs, context), &expected, ONE_CALL);
            }
        }
    }
    let refiner = fixture.unets["refiner"].unet(SeamlessAxes::default());
    let inputs = Inputs::of(refiner.config());
    let settings = HiDiffusionSettings { raunet: true, windows: true, t1_ratio: 0.4, t2_ratio: 0.0 };
    let run = HiDiffusion::new(settings, 1).unwrap();
    let context = Context { hidiffusion: Some(run.at(0, 10)), ..inputs.context() };
    let error = refiner.forward(&inputs.sample, 501.0, context).unwrap_err().to_string();
    assert_eq!(error, "HiDiffusion is for Stable Diffusion 1, 2 and XL only");
}

/// The bias of a mask `(1, prompts, h, w)` and the ranges of tokens each prompt has, `(1, 1, pixels, tokens)`.
fn region_bias(mask: &Tensor, ranges: &[(i64, i64)]) -> Tensor {
    let (_, _, height, width) = mask.size4().unwrap();
    let parts: Vec<_> = ranges
        .iter()
        .enumerate()
        .map(|(i, (start, end))| {
            let outside = mask.select(1, i as i64).reshape([1, 1, height * width, 1]).le(0.5).to_kind(Kind::Float);
            (outside * -10_000.0).expand([1, 1, height * width, end - start], false)
        })
        .collect();
    Tensor::cat(&parts, 3)
}

/// The left part of the picture listens to the first four tokens of the second prompt, the rest to the others.
fn regions() -> Regions {
    let cpu = (Kind::Float, tch::Device::Cpu);
    let mut everywhere = Tensor::ones([1, 1, 8, 8], cpu);
    let left = Tensor::cat(&[Tensor::ones([1, 1, 8, 3], cpu), Tensor::zeros([1, 1, 8, 5], cpu)], 3);
    let mut halves = Tensor::cat(&[&left, &(1.0 - &left)], 1);
    let mut biases = Vec::new();
    for _ in 0..4 {
        let one = region_bias(&everywhere, &[(0, 7)]);
        biases.push(Tensor::cat(&[one, region_bias(&halves, &[(0, 4), (4, 7)])], 0));
        let smaller = |mask: &Tensor| mask.max_pool2d([2, 2], [2, 2], [0, 0], [1, 1], true);
        (everywhere, halves) = (smaller(&everywhere), smaller(&halves));
    }
    Regions::new(biases)
}

/// The first prompt ends after four of seven tokens.
fn padding() -> Tensor {
    let ends = Tensor::from_slice(&[[0f32; 3], [1.0; 3]].concat()).view([2, 3]);
    Tensor::cat(&[Tensor::ones([2, 4], (Kind::Float, tch::Device::Cpu)), ends], 1)
}

#[test]
fn regions_and_padding_decide_who_listens_to_what() {
    let (regions, mask) = (regions(), padding());
    told("mask", |unet, inputs, _| call(unet, inputs, Context { mask: Some(&mask), ..inputs.context() }));
    told("regions", |unet, inputs, _| call(unet, inputs, Context { regions: Some(&regions), ..inputs.context() }));
    told("masked-regions", |unet, inputs, _| {
        call(unet, inputs, Context { mask: Some(&mask), regions: Some(&regions), ..inputs.context() })
    });
}

#[test]
fn seamless_networks_continue_over_the_edges() {
    let (fixture, expected) = (fixture(), Expected::open("shapes.safetensors"));
    for name in fixture.told.keys() {
        for (x, y, axes) in [(true, false, "x"), (false, true, "y"), (true, true, "xy")] {
            let unet = fixture.unets[name].unet(SeamlessAxes { x, y });
            let inputs = Inputs::of(unet.config());
            let got = call(&unet, &inputs, inputs.context());
            assert_close(axes, &got, &expected.get(&format!("told.{name}.seamless-{axes}")), ONE_CALL);
        }
    }
    let vae = fixture.vaes["kl"].vae(SeamlessAxes { x: true, y: false });
    let got = vae.decode(&draw(1, &[1, 4, 9, 11]), None).unwrap();
    assert_close("decoded", &got, &expected.get("vae.decoded.seamless"), ONE_CALL);
}

/// Adds nothing, and remembers who asked with which queries.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<(CrossLayer, Vec<i64>)>>);

impl ExtraAttention for Recorder {
    fn attend(&self, layer: &CrossLayer, query: &Tensor) -> invoke_engine::Result<Option<Tensor>> {
        self.0.lock().unwrap().push((layer.clone(), query.size()));
        Ok(None)
    }
}

/// Adds the same to every pixel of the layers of one name.
#[derive(Debug)]
struct Constant(&'static str);

impl ExtraAttention for Constant {
    fn attend(&self, layer: &CrossLayer, query: &Tensor) -> invoke_engine::Result<Option<Tensor>> {
        let (batch, heads, pixels, width) = query.size4()?;
        let ones = || Tensor::f_ones([batch, pixels, heads * width], (query.kind(), query.device()));
        Ok(if layer.name.contains(self.0) { Some(ones()?) } else { None })
    }
}

#[test]
fn layers_that_attend_to_the_prompt_are_asked_once_each_and_numbered_as_in_the_reference() {
    let fixture = fixture();
    for name in fixture.told.keys() {
        let network = &fixture.unets[name];
        let unet = network.unet(SeamlessAxes::default());
        let inputs = Inputs::of(unet.config());
        let recorder = Recorder::default();
        let context = Context { extra_attention: Some(&recorder), ..inputs.context() };
        let plain = call(&unet, &inputs, inputs.context());
        assert_eq!(call(&unet, &inputs, context), plain);
        let mut asked = recorder.0.into_inner().unwrap();
        asked.sort_by_key(|(layer, _)| layer.index);
        let names: Vec<_> = asked.iter().map(|(layer, _)| layer.name.as_str()).collect();
        assert_eq!(names, network.cross_layers);
        assert!(asked.iter().enumerate().all(|(i, (layer, query))| layer.index == i && query[0] == 2));

        let added = Constant("mid_block");
        let context = Context { extra_attention: Some(&added), ..inputs.context() };
        assert_ne!(call(&unet, &inputs, context), plain);
        let nowhere = Constant("nowhere");
        let context = Context { extra_attention: Some(&nowhere), ..inputs.context() };
        assert_eq!(call(&unet, &inputs, context), plain);
    }
}

#[test]
fn what_does_not_fit_a_unet_is_named() {
    let fixture = fixture();
    let unet = fixture.unets["sdxl"].unet(SeamlessAxes::default());
    let inputs = Inputs::of(unet.config());
    let fails = |context| unet.forward(&inputs.sample, 501.0, context).unwrap_err().to_string();
    let told = fails(Context::new(&inputs.embeddings));
    assert_eq!(told, "this model must be told the whole prompt and the picture's size (`added`)");
    let five = draw(4, &[2, 5]);
    let added = Some(Added { text_embeds: &inputs.text_embeds, time_ids: &five });
    let told = fails(Context { added, ..inputs.context() });
    assert_eq!(told, "`added text and numbers` has the wrong shape: expected (2, 46) in all, got [2, 40]");
    let mut control = fixture.told["sdxl"].residuals();
    control.down.pop();
    let told = fails(Context { control: Some(&control), ..inputs.context() });
    assert_eq!(told, "a ControlNet for 8 skips does not fit a UNet of 9");
    let regions = Regions::new(Vec::new());
    let told = fails(Context { regions: Some(&regions), ..inputs.context() });
    assert_eq!(told, "no region is given for an image of 16 pixels, only []");
}

#[test]
fn text_encoders_give_last_and_penultimate_layer_and_the_whole_prompt() {
    let (fixture, expected) = (fixture(), Expected::open("shapes.safetensors"));
    let ids = Tensor::from_slice(&fixture.ids.concat()).view([fixture.ids.len() as i64, -1]);
    assert_eq!(fixture.clips.len(), 3);
    for (name, network) in &fixture.clips {
        let config = serde_json::from_value(network.config.clone()).unwrap();
        let model = ClipTextModel::new(config, &network.weights().1).unwrap();
        for threads in THREADS {
            tch::set_num_threads(threads);
            for skip in [0, 1] {
                let compare = |what: &str, got: Tensor| {
                    assert_close(name, &got, &expected.get(&format!("{name}.{what}.{skip}")), ONE_CALL);
                };
                compare("last", model.forward(&ids, None, skip).unwrap());
                compare("penultimate", model.penultimate(&ids, None, skip).unwrap());
                compare("pooled", model.pooled(&ids, skip).unwrap());
            }
        }
        let error = model.penultimate(&ids, None, 3).unwrap_err().to_string();
        assert_eq!(error, "cannot skip 3 of the text encoder's 3 layers: one must be left");
    }
}

#[test]
fn the_autoencoder_works_in_tiles_as_the_reference() {
    let (fixture, expected) = (fixture(), Expected::open("shapes.safetensors"));
    let vae = fixture.vaes["kl"].vae(SeamlessAxes::default());
    let (latents, picture) = (draw(1, &[1, 4, 9, 11]), draw(2, &[1, 3, 72, 88]).clamp(-1.0, 1.0));
    let of_64 = TileSize::of_pixels(64);
    assert_eq!((vae.tiles(), of_64), (TileSize::new(32, 4), TileSize::new(64, 8)));
    for threads in THREADS {
        tch::set_num_threads(threads);
        for (suffix, tiles) in [("", None), (".own-tiles", Some(vae.tiles())), (".tiles-of-64", Some(of_64))] {
            let decoded = vae.decode(&latents, tiles).unwrap();
            assert_close("decoded", &decoded, &expected.get(&format!("vae.decoded{suffix}")), ONE_CALL);
            let posterior = vae.encode(&picture, tiles).unwrap();
            let moments = Tensor::cat(&[posterior.mean, posterior.std], 0);
            assert_close("encoded", &moments, &expected.get(&format!("vae.encoded{suffix}")), ONE_CALL);
        }
    }
    // What fits into one tile is not cut up.
    let small = latents.narrow(2, 0, 4).narrow(3, 0, 4);
    assert_eq!(vae.decode(&small, Some(vae.tiles())).unwrap(), vae.decode(&small, None).unwrap());
    let error = vae.decode(&latents, Some(TileSize::of_pixels(8))).unwrap_err().to_string();
    assert_eq!(error, "tiles of 1 by 1 are too small to overlap");
}

#[test]
fn small_autoencoders_work_whole_and_in_tiles_as_the_reference() {
    let (fixture, expected) = (fixture(), Expected::open("shapes.safetensors"));
    let network = &fixture.vaes["tiny"];
    let config: TinyVaeConfig = serde_json::from_value(network.config.clone()).unwrap();
    config.check().unwrap();
    let vae = Vae::tiny(&network.weights().1, &config).unwrap();
    let (latents, picture) = (draw(1, &[1, 4, 9, 11]) * 2.0, draw(2, &[1, 3, 72, 88]).clamp(-1.0, 1.0));
    assert_eq!(vae.tiles(), TileSize { pixels: 512, latents: 64, overlap: 0.125 });
    let own = TileSize { pixels: 32, latents: 4, overlap: 0.5 };
    for threads in THREADS {
        tch::set_num_threads(threads);
        for (suffix, tiles) in [("", None), (".halves", Some(own)), (".tiles-of-64", Some(TileSize::of_pixels(64)))] {
            let decoded = vae.decode(&latents, tiles).unwrap();
            assert_close("decoded", &decoded, &expected.get(&format!("tiny.decoded{suffix}")), ONE_CALL);
            let posterior = vae.encode(&picture, tiles).unwrap();
            assert_close("encoded", &posterior.mean, &expected.get(&format!("tiny.encoded{suffix}")), ONE_CALL);
            assert_eq!(posterior.std.abs().max().double_value(&[]), 0.0);
        }
    }
}

#[test]
fn what_a_mask_does_not_keep_of_a_picture_is_grey() {
    let expected = Expected::open("shapes.safetensors");
    let mask = draw(6, &[1, 1, 7, 9]).abs().clamp(0.0, 1.0);
    let got = image::masked(&draw(5, &[1, 3, 16, 24]).clamp(-1.0, 1.0), &mask).unwrap();
    assert_eq!(got, expected.get("masked"));
    assert!(got.eq(0.0).any().int64_value(&[]) == 1);
}
