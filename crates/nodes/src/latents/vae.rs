//! What the nodes that encode and decode pictures share.

use invoke_engine::models::vae::{TileSize, Vae};
use invoke_engine::random::Generator;
use invoke_engine::sampling::{RgbImage, image};
use invoke_engine::weights::{SeamlessAxes, Weights};
use invoke_engine::{EngineError, Kind, Tensor};
use invoke_graph::NodeError;
use invoke_imaging::{Mode, levels};

use crate::Context;
use crate::failure::engine_failed;
use crate::fields::{ImageField, VAEField};
use crate::image::failed;

/// The seed an encoded picture's latents are drawn with: that of a generator in PyTorch nobody has seeded, which the reference
/// draws from.
const ENCODER_SEED: u64 = 67_280_421_310_721;

/// How a node wants pictures cut up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tiling {
    /// Whether at all.
    pub(crate) tiled: bool,
    /// How large, in pixels; 0 for what suits the model.
    pub(crate) pixels: i64,
}

impl Tiling {
    /// The tiles for this autoencoder, if any.
    pub(crate) fn tiles(self, context: &Context, vae: &Vae) -> Option<TileSize> {
        let size = if self.pixels > 0 { TileSize::of_pixels(self.pixels) } else { vae.tiles() };
        (self.tiled || context.services().tiled_decode).then_some(size)
    }
}

/// Runs an autoencoder in full precision or in that of its device, and in full precision once more when the latter was not
/// enough, which is when `run` gives nothing.
pub(crate) fn with_vae<T>(
    context: &Context,
    field: &VAEField,
    full_precision: bool,
    run: impl Fn(&Vae) -> Result<Option<T>, EngineError>,
) -> Result<T, NodeError> {
    let (device, suits) = context.place(&field.vae)?;
    let own = if full_precision { Kind::Float } else { suits };
    let axis = |name: &str| field.seamless_axes.iter().any(|axis| axis == name);
    let axes = SeamlessAxes { x: axis("x"), y: axis("y") };
    for kind in [own, Kind::Float] {
        let form = format!("{kind:?} {axes:?}");
        let vae = context.load_model_made(&field.vae, &form, |folder| {
            Vae::load_from(folder, &Weights::open(folder, device, kind)?.seamless(axes))
        })?;
        if let Some(result) = run(&vae).map_err(engine_failed)? {
            return Ok(result);
        }
    }
    Err(NodeError::new("RuntimeError", "the autoencoder gave no numbers, in full precision either"))
}

/// A picture as numbers from -1 to 1, `(1, 3, h, w)`, its sides cut down to multiples of eight by resampling.
pub(crate) fn picture_tensor(context: &Context, field: &ImageField) -> Result<Tensor, NodeError> {
    let pixels = levels::on_grid(&context.load_image_as(field, Mode::Rgb)?, 8).map_err(failed)?;
    let (width, height) = (pixels.width(), pixels.height());
    image::to_tensor(&RgbImage { width, height, data: pixels.into_data() }).map_err(engine_failed)
}

/// Latents of a picture `(1, 3, h, w)`, in memory and in the precision latents are kept in.
pub(crate) fn encoded(
    context: &Context,
    vae: &VAEField,
    full_precision: bool,
    tiling: Tiling,
    picture: &Tensor,
) -> Result<Tensor, NodeError> {
    let latents = with_vae(context, vae, full_precision, |vae| {
        context.progress("Running VAE encoder");
        image::encode(vae, picture, tiling.tiles(context, vae), &mut Generator::new(ENCODER_SEED)?)
    })?;
    let kept = latents.f_to_device(invoke_engine::device::Device::Cpu.into());
    kept.and_then(|latents| latents.f_to_kind(context.latents_kind())).map_err(|error| engine_failed(error.into()))
}

/// Latents of a picture of which a model made for inpainting sees only what `mask`, `(1, 1, h, w)`, keeps (1 keeps): the name they
/// are kept under.
pub(crate) fn masked_latents(
    context: &mut Context,
    vae: &VAEField,
    full_precision: bool,
    tiled: bool,
    picture: &ImageField,
    mask: &Tensor,
) -> Result<String, NodeError> {
    let picture = picture_tensor(context, picture)?;
    let masked = image::masked(&picture, mask).map_err(engine_failed)?;
    let latents = encoded(context, vae, full_precision, Tiling { tiled, pixels: 0 }, &masked)?;
    Ok(context.save_tensor(latents))
}
