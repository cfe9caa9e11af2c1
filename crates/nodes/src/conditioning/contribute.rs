//! What the fields of a denoising node say of networks beside the UNet, made ready for its run.
//!
//! Reference: InvokeAI 6.14.2, `app/invocations/denoise_latents.py`, `prep_control_data`, `run_t2i_adapters` and
//! `prep_ip_adapter_data`.

use invoke_engine::device::Device;
use invoke_engine::models::clip_vision::ClipVisionModel;
use invoke_engine::models::controlnet::ControlNet;
use invoke_engine::models::ip_adapter::IpAdapter;
use invoke_engine::models::t2i_adapter::T2iAdapter;
use invoke_engine::sampling::contribution::{Contribution, Influence, Weight};
use invoke_engine::sampling::controlnet::{self, Control};
use invoke_engine::sampling::ip_adapter::Picture;
use invoke_engine::sampling::sd::LATENT_SCALE;
use invoke_engine::sampling::t2i_adapter::Features;
use invoke_engine::{Kind, Tensor};
use invoke_graph::{NodeError, OneOrMany};
use invoke_imaging::{Filter, Mode, Pixels, paste, resize};

use super::control_image::control_picture;
use crate::Context;
use crate::failure::engine_failed;
use crate::fields::{ControlField, ControlMode, IPAdapterField, T2IAdapterField};
use crate::image::{dimension, failed};

/// A list of what works beside the UNet.
pub(crate) type Contributions = Vec<Box<dyn Contribution>>;

/// The way of an IP-Adapter that keeps the composition of its pictures out.
const PRECISE_STYLE: &str = "style_precise";

/// ControlNets with their images, for latents of `(height, width)`.
pub(crate) fn controls(
    context: &Context,
    fields: Option<OneOrMany<ControlField>>,
    (height, width): (i64, i64),
) -> Result<Contributions, NodeError> {
    let services = context.services();
    let (width, height) = (dimension("width", width * LATENT_SCALE)?, dimension("height", height * LATENT_SCALE)?);
    let mut made: Contributions = Vec::new();
    for field in fields.map(OneOrMany::into_vec).unwrap_or_default() {
        let model = context
            .load_file(&field.control_model, |_, path| ControlNet::load(path, services.device, services.kind))?;
        let picture = control_picture(context.load_image(&field.image)?, field.resize_mode, width, height)?;
        let influence = influence(field.control_weight, field.begin_step_percent, field.end_step_percent);
        let mode = match field.control_mode {
            ControlMode::Balanced => controlnet::ControlMode::Balanced,
            ControlMode::MorePrompt => controlnet::ControlMode::MorePrompt,
            ControlMode::MoreControl => controlnet::ControlMode::MoreControl,
            ControlMode::Unbalanced => controlnet::ControlMode::Unbalanced,
        };
        made.push(Box::new(Control::new(model, &picture, influence, mode).map_err(engine_failed)?));
    }
    Ok(made)
}

/// T2I-Adapters with their images, for latents of `(height, width)`.
pub(crate) fn adapters(
    context: &Context,
    fields: Option<OneOrMany<T2IAdapterField>>,
    (height, width): (i64, i64),
) -> Result<Contributions, NodeError> {
    let services = context.services();
    let (columns, rows) = (dimension("width", width * LATENT_SCALE)?, dimension("height", height * LATENT_SCALE)?);
    let mut made: Contributions = Vec::new();
    for field in fields.map(OneOrMany::into_vec).unwrap_or_default() {
        let record = context.host().model(&field.t2i_adapter_model.key)?.record;
        let mut image = context.load_image_as(&field.image, Mode::Rgb)?;
        let downscale = match record.base() {
            "sd-1" => 8,
            "sdxl" => {
                // Those were trained with blue first.
                for pixel in image.data_mut().chunks_exact_mut(3) {
                    pixel.reverse();
                }
                4
            }
            base => return Err(NodeError::value(format!("Unexpected T2I-Adapter base model type: '{base}'."))),
        };
        let model = context
            .load_file(&field.t2i_adapter_model, |_, path| T2iAdapter::load(path, services.device, services.kind))?;
        let picture = control_picture(image, field.resize_mode, columns, rows)?;
        let influence = influence(field.weight, field.begin_step_percent, field.end_step_percent);
        let read = Features::read(&model, &picture, (height, width), downscale, influence);
        made.push(Box::new(read.map_err(engine_failed)?));
    }
    Ok(made)
}

/// IP-Adapters with their images, for latents of `(height, width)`.
pub(crate) fn image_prompts(
    context: &Context,
    fields: Option<OneOrMany<IPAdapterField>>,
    (height, width): (i64, i64),
) -> Result<Contributions, NodeError> {
    let services = context.services();
    let mut made: Contributions = Vec::new();
    for field in fields.map(OneOrMany::into_vec).unwrap_or_default() {
        let adapter = context
            .load_file(&field.ip_adapter_model, |_, path| IpAdapter::load(path, services.device, services.kind))?;
        let images = field.image.into_vec();
        let images = images.iter().map(|image| context.load_image_as(image, Mode::Rgb));
        let images = images.collect::<Result<Vec<_>, NodeError>>()?;
        let encoder = context.load_file(&field.image_encoder_model, |_, path| {
            ClipVisionModel::load(path, services.device, services.kind)
        })?;
        let side = dimension("image_size", encoder.config().image_size)?;
        let squares = images.into_iter().map(|image| square(&image, side)).collect::<Result<Vec<_>, _>>()?;
        let mask = match &field.mask {
            Some(mask) => region(context.tensor(&mask.tensor_name)?, height, width),
            None => Tensor::f_ones([1, 1, height, width], (Kind::Float, Device::Cpu.into())).map_err(Into::into),
        };
        let influence = influence(field.weight, field.begin_step_percent, field.end_step_percent);
        let picture = || {
            let prompt = adapter.prompt(&encoder, &Tensor::f_cat(&squares, 0)?)?;
            let precise = field.method == PRECISE_STYLE;
            Picture::new(adapter.clone(), &prompt, influence, field.target_blocks, precise, &mask?)
        };
        made.push(Box::new(picture().map_err(engine_failed)?));
    }
    Ok(made)
}

fn influence(weight: OneOrMany<f64>, begin: f64, end: f64) -> Influence {
    let weight = match weight {
        OneOrMany::One(weight) => Weight::Constant(weight),
        OneOrMany::Many(weights) => Weight::PerStep(weights),
    };
    Influence { weight, begin, end }
}

/// The middle of a picture as CLIP's encoders look at it: bytes, `(1, 3, side, side)`.
fn square(image: &Pixels, side: u32) -> Result<Tensor, NodeError> {
    let (width, height) = (u64::from(image.width()), u64::from(image.height()));
    let (short, long) = (width.min(height), width.max(height));
    let long = dimension("image", i64::try_from(u64::from(side) * long / short).unwrap_or(i64::MAX))?;
    let (width, height) = if width <= height { (side, long) } else { (long, side) };
    let small = resize(image, width, height, Filter::Bicubic).map_err(failed)?;
    let (x, y) = ((width - side) / 2, (height - side) / 2);
    let middle = paste::crop(&small, x.into(), y.into(), side, side).map_err(failed)?;
    let side = i64::from(side);
    let bytes = || {
        let bytes = Tensor::f_from_data_size(middle.data(), &[1, side, side, 3], Kind::Uint8)?;
        bytes.f_permute([0, 3, 1, 2])?.f_contiguous()
    };
    bytes().map_err(|error| engine_failed(error.into()))
}

/// A mask `(1, h, w)` in the size of latents, `(1, 1, height, width)`, each place taken from the nearest.
fn region(mask: &Tensor, height: i64, width: i64) -> Result<Tensor, invoke_engine::EngineError> {
    let ones = mask.f_to_kind(Kind::Float)?.f_gt(0.5)?.f_to_kind(Kind::Float)?;
    Ok(ones.f_reshape([1, 1, -1, mask.size().last().copied().unwrap_or(1)])?.f_upsample_nearest2d(
        [height, width],
        None,
        None,
    )?)
}
