//! One channel of a picture in any of several colour spaces.

use invoke_graph::choices;
use invoke_imaging::{Mode, Pixels, channels, colour, lab};

choices! {
    /// A channel and its colour space.
    pub enum ColorChannel {
        Red = "Red (RGBA)",
        Green = "Green (RGBA)",
        Blue = "Blue (RGBA)",
        Alpha = "Alpha (RGBA)",
        Cyan = "Cyan (CMYK)",
        Magenta = "Magenta (CMYK)",
        Yellow = "Yellow (CMYK)",
        Black = "Black (CMYK)",
        Hue = "Hue (HSV)",
        Saturation = "Saturation (HSV)",
        Value = "Value (HSV)",
        Luminosity = "Luminosity (LAB)",
        LabA = "A (LAB)",
        LabB = "B (LAB)",
        Luma = "Y (YCbCr)",
        Cb = "Cb (YCbCr)",
        Cr = "Cr (YCbCr)",
    }
}

impl ColorChannel {
    /// The picture with this channel put through `change`; RGBA, with its own alpha unless that is the channel.
    pub(crate) fn change(self, image: Pixels, change: impl Fn(u8) -> u8) -> Pixels {
        let mut image = image.convert(Mode::Rgba);
        if self == Self::Alpha {
            for pixel in image.data_mut().chunks_exact_mut(4) {
                pixel[3] = change(pixel[3]);
            }
            return image;
        }
        let at = |index: usize, mut colour: [u8; 3]| {
            colour[index] = change(colour[index]);
            colour
        };
        channels::map_colours(image, |rgb| match self {
            Self::Red => at(0, rgb),
            Self::Green => at(1, rgb),
            Self::Blue => at(2, rgb),
            Self::Alpha => rgb,
            Self::Cyan | Self::Magenta | Self::Yellow | Self::Black => {
                let mut inks = colour::cmyk_from_rgb(rgb);
                let index = self as usize - Self::Cyan as usize;
                inks[index] = change(inks[index]);
                colour::rgb_from_cmyk(inks)
            }
            Self::Hue => colour::rgb_from_hsv(at(0, colour::hsv_from_rgb(rgb))),
            Self::Saturation => colour::rgb_from_hsv(at(1, colour::hsv_from_rgb(rgb))),
            Self::Value => colour::rgb_from_hsv(at(2, colour::hsv_from_rgb(rgb))),
            Self::Luminosity => lab::rgb_from_lab(at(0, lab::lab_from_rgb(rgb))),
            Self::LabA => lab::rgb_from_lab(signed(1, lab::lab_from_rgb(rgb), &change)),
            Self::LabB => lab::rgb_from_lab(signed(2, lab::lab_from_rgb(rgb), &change)),
            Self::Luma => colour::rgb_from_ycbcr(at(0, colour::ycbcr_from_rgb(rgb))),
            Self::Cb => colour::rgb_from_ycbcr(at(1, colour::ycbcr_from_rgb(rgb))),
            Self::Cr => colour::rgb_from_ycbcr(at(2, colour::ycbcr_from_rgb(rgb))),
        })
    }
}

/// The reference sees a and b as bytes of signed numbers, so that grey is 0 and the first step below it 255.
fn signed(index: usize, mut lab: [u8; 3], change: impl Fn(u8) -> u8) -> [u8; 3] {
    lab[index] = change(lab[index] ^ 128) ^ 128;
    lab
}
