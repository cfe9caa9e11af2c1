//! A picture in the colours of another.

use invoke_graph::{NULL, Node, NodeError, choices, node};
use invoke_imaging::{Mode, channels, colour, histogram, paste};

use crate::Context;
use crate::fields::ImageField;
use crate::image::failed;
use crate::outputs::ImageOutput;

choices! {
    /// Where colours are matched.
    pub enum Colorspace {
        Rgb = "RGB",
        YCbCr = "YCbCr",
        Chroma = "YCbCr-Chroma",
        Luma = "YCbCr-Luma",
    }
}

node! {
    /// Gives an image the distribution of colours of another one.
    #[node(
        kind = "color_correct", class = "ColorCorrectInvocation", title = "Color Correct", tags = ["image", "color"],
        category = "image", version = "2.0.0", board = true, metadata = true
    )]
    pub struct CorrectColors -> ImageOutput {
        /// The image to correct
        pub base_image: ImageField,
        /// The image whose colours it gets
        pub color_reference: ImageField,
        /// Where to correct: black is corrected, white is not
        #[field(default = NULL)]
        pub mask: Option<ImageField>,
        /// Colour space to match in
        #[field(default = "RGB", title = "Color Space")]
        pub colorspace: Colorspace,
    }
}

impl Node<Context> for CorrectColors {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let base = context.load_image_as(&self.base_image, Mode::Rgba)?;
        let reference = context.load_image_as(&self.color_reference, Mode::Rgb)?;
        let in_rgb = self.colorspace == Colorspace::Rgb;
        let into = |rgb| if in_rgb { rgb } else { colour::ycbcr_from_rgb(rgb) };
        let matched = match self.colorspace {
            Colorspace::Rgb | Colorspace::YCbCr => 0..3,
            Colorspace::Chroma => 1..3,
            Colorspace::Luma => 0..1,
        };
        let rgb = base.clone().convert(Mode::Rgb);
        let own = channels::map_colours(rgb.clone(), into);
        let reference = channels::map_colours(reference, into);
        let mut corrected = own.clone();
        for index in matched {
            let samples = |pixels: &invoke_imaging::Pixels| -> Vec<u8> {
                pixels.data().iter().copied().skip(index).step_by(3).collect()
            };
            let table = histogram::matching(&samples(&own), &samples(&reference));
            for sample in corrected.data_mut().iter_mut().skip(index).step_by(3) {
                *sample = table[usize::from(*sample)];
            }
        }
        if !in_rgb {
            corrected = channels::map_colours(corrected, colour::rgb_from_ycbcr);
        }
        if let Some(mask) = &self.mask {
            let mask = context.load_image_as(mask, Mode::L)?;
            if (mask.width(), mask.height()) != (base.width(), base.height()) {
                return Err(NodeError::value("Mask size must match base image size."));
            }
            paste::paste_masked(&mut corrected, &rgb, 0, 0, &mask).map_err(failed)?;
        }
        let alpha = channels::alpha(&base).ok_or(invoke_imaging::ImagingError::DifferentShapes).map_err(failed)?;
        context.save_image(channels::with_alpha(corrected, &alpha).map_err(failed)?)
    }
}
