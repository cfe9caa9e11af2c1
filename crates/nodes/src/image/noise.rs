//! Noise on a picture.

use invoke_graph::{NULL, Node, NodeError, choices, node};
use invoke_imaging::{Filter, Mode, blending, channels, noise, paste, resize};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{failed, side};
use crate::outputs::ImageOutput;

choices! {
    /// A kind of noise.
    pub enum NoiseType {
        Gaussian = "gaussian",
        SaltAndPepper = "salt_and_pepper",
    }
}

node! {
    /// Adds noise to an image.
    #[node(
        kind = "img_noise", class = "ImageNoiseInvocation", title = "Add Image Noise", tags = ["image", "noise"],
        category = "image", version = "1.1.0", board = true, metadata = true
    )]
    pub struct AddNoise -> ImageOutput {
        /// The image to change
        pub image: ImageField,
        /// Where to add noise: black gets noise, white does not
        #[field(default = NULL)]
        pub mask: Option<ImageField>,
        /// Seed of the noise
        #[field(default = 0, ge = 0, le = 4294967295u32)]
        pub seed: i64,
        /// Kind of noise
        #[field(default = "gaussian")]
        pub noise_type: NoiseType,
        /// How much noise
        #[field(default = 0.1, ge = 0, le = 1)]
        pub amount: f64,
        /// Whether each channel has its own noise
        #[field(default = true)]
        pub noise_color: bool,
        /// Size of the grains
        #[field(default = 1, ge = 1)]
        pub size: i64,
    }
}

impl Node<Context> for AddNoise {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgba)?;
        let kind = match self.noise_type {
            NoiseType::Gaussian => noise::Noise::Gaussian,
            NoiseType::SaltAndPepper => noise::Noise::SaltAndPepper(self.amount),
        };
        let size = side("size", self.size)?.max(1);
        let grains = (image.width() / size, image.height() / size);
        let seed = self.seed.unsigned_abs();
        let grains = match grains {
            // Grains larger than the picture: none, on black.
            (0, _) | (_, 0) => paste::blank(Mode::Rgb, 1, 1, [0; 4]).map_err(failed)?,
            (width, height) => noise::picture(kind, self.noise_color, width, height, seed).map_err(failed)?,
        };
        let grains = resize(&grains, image.width(), image.height(), Filter::Nearest).map_err(failed)?;
        let plain = image.clone().convert(Mode::Rgb);
        let noisy = blending::blend(&plain, &grains, self.amount as f32).map_err(failed)?;
        let mut result = noisy.clone().convert(Mode::Rgba);
        if let Some(mask) = &self.mask {
            let mask = context.load_image_as(mask, Mode::L)?;
            let mask = resize(&mask, image.width(), image.height(), Filter::Lanczos).map_err(failed)?;
            result = image.clone();
            paste::paste_masked(&mut result, &noisy, 0, 0, &channels::invert(mask)).map_err(failed)?;
        }
        let alpha = channels::alpha(&image).ok_or(invoke_imaging::ImagingError::DifferentShapes).map_err(failed)?;
        context.save_image(channels::with_alpha(result, &alpha).map_err(failed)?)
    }
}
