//! A picture through one of Real-ESRGAN's own networks.

use invoke_engine::EngineError;
use invoke_engine::sampling::upscale::real_esrgan;
use invoke_graph::{Node, NodeError, choices, node};
use invoke_imaging::Mode;

use crate::Context;
use crate::failure::engine_failed;
use crate::fields::{ImageField, ModelType};
use crate::image::pixels;
use crate::metadata::identifier_of;
use crate::outputs::ImageOutput;
use crate::upscale::{rgb, upscaler};

choices! {
    /// Real-ESRGAN's own networks.
    pub enum EsrganModel {
        X4Plus = "RealESRGAN_x4plus.pth",
        X4PlusAnime6B = "RealESRGAN_x4plus_anime_6B.pth",
        SRx4 = "ESRGAN_SRx4_DF2KOST_official-ff704c30.pth",
        X2Plus = "RealESRGAN_x2plus.pth",
    }
}

impl EsrganModel {
    /// Names it may be installed under: that of its file, with and without the end.
    fn names(self) -> [&'static str; 2] {
        match self {
            Self::X4Plus => ["RealESRGAN_x4plus", "RealESRGAN_x4plus.pth"],
            Self::X4PlusAnime6B => ["RealESRGAN_x4plus_anime_6B", "RealESRGAN_x4plus_anime_6B.pth"],
            Self::SRx4 => ["ESRGAN_SRx4_DF2KOST_official-ff704c30", "ESRGAN_SRx4_DF2KOST_official-ff704c30.pth"],
            Self::X2Plus => ["RealESRGAN_x2plus", "RealESRGAN_x2plus.pth"],
        }
    }
}

node! {
    /// Upscales an image using RealESRGAN.
    #[node(
        kind = "esrgan", class = "ESRGANInvocation", title = "Upscale (RealESRGAN)", tags = ["esrgan", "upscale"],
        category = "upscale", version = "1.3.2", board = true, metadata = true
    )]
    pub struct Esrgan -> ImageOutput {
        /// The input image
        pub image: ImageField,
        /// The Real-ESRGAN model to use
        #[field(default = "RealESRGAN_x4plus.pth")]
        pub model_name: EsrganModel,
        /// Tile size for tiled ESRGAN upscaling (0=tiling disabled)
        #[field(default = 400, ge = 0)]
        pub tile_size: i64,
    }
}

impl Node<Context> for Esrgan {
    /// differs: the reference downloads the network in the middle of the run; here the run fails and says what to install.
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgb)?;
        let mut found = None;
        for name in self.model_name.names() {
            let kind = ModelType::SpandrelImageToImage.as_str();
            found = found.or(context.host().find_models(name, kind)?.into_iter().next());
        }
        let Some(record) = found else {
            let message = format!("The upscaler is not installed: {}", self.model_name.names()[0]);
            return Err(NodeError::new("UnknownModelException", message));
        };
        let upscaler = upscaler(context, &identifier_of(&record)?)?;
        let go_on = || if context.host().is_cancelled() { Err(EngineError::Cancelled) } else { Ok(()) };
        let enlarged = real_esrgan(&upscaler, &rgb(image), self.tile_size, go_on).map_err(engine_failed)?;
        context.save_image(pixels(enlarged)?.convert(Mode::Rgba))
    }
}
