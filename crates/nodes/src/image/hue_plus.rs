//! Hues turned in many ways.

use invoke_graph::{Node, NodeError, choices, node};
use invoke_imaging::{channels, colour, lab, okhsl, oklab};

use crate::Context;
use crate::failure::not_yet;
use crate::fields::ImageField;
use crate::outputs::ImageOutput;

choices! {
    /// Where hues are turned.
    pub enum HueSpace {
        Hsv = "HSV / HSL / RGB",
        Okhsl = "Okhsl",
        Okhsv = "Okhsv",
        Oklch = "*Oklch / Oklab",
        Lch = "*LCh / CIELab",
        UpLab = "*UPLab (w/CIELab_to_UPLab.icc)",
    }
}

node! {
    /// Turns the hues of an image in a colour space of choice.
    #[node(
        kind = "invokeai_img_hue_adjust_plus", class = "InvokeAdjustImageHuePlusInvocation",
        title = "Adjust Image Hue Plus",
        tags = ["image", "hue", "oklab", "cielab", "uplab", "lch", "hsv", "hsl", "lab"], category = "image",
        version = "1.2.0", board = true, metadata = true
    )]
    pub struct AdjustHuePlus -> ImageOutput {
        /// The image to change
        pub image: ImageField,
        /// Colour space to turn in; those with * do not turn back
        #[field(default = "HSV / HSL / RGB")]
        pub space: HueSpace,
        /// Degrees to turn by
        #[field(default = 0.0)]
        pub degrees: f64,
        /// Whether to keep CIELAB's lightness
        #[field(default = false)]
        pub preserve_lightness: bool,
        /// In Oklch: how much chroma is kept, at the cost of lightness
        #[field(default = 0.05, ge = 0)]
        pub ok_adaptive_gamut: f64,
        /// Whether to look closer for the edge of sRGB (Oklch, Okhsv, Okhsl)
        #[field(default = true)]
        pub ok_high_precision: bool,
    }
}

impl Node<Context> for AdjustHuePlus {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        if self.space == HueSpace::UpLab {
            return Err(not_yet("turning hues in UPLab (`space`): its profile may not be passed on"));
        }
        let image = context.load_image(&self.image)?;
        let mode = image.mode();
        let (degrees, steps) = (self.degrees as f32, if self.ok_high_precision { 3 } else { 1 });
        let turn = |hue: f32| (hue + degrees).rem_euclid(360.0);
        let cut = |srgb: oklab::Colour| srgb.map(|value| (value * 255.0) as u8);
        let turned = channels::map_colours(image, |rgb| {
            let srgb = oklab::from_bytes(rgb);
            let turned = match self.space {
                HueSpace::Hsv => {
                    let [hue, saturation, value] = colour::hsv_from_rgb(rgb);
                    let hue = turn(f32::from(hue) / 255.0 * 360.0) / 360.0 * 255.0;
                    colour::rgb_from_hsv([hue as u8, saturation, value])
                }
                HueSpace::Okhsl => {
                    let [hue, saturation, lightness] = okhsl::okhsl_from_srgb(srgb, steps);
                    cut(okhsl::srgb_from_okhsl([turn(hue), saturation, lightness], 0.0, steps))
                }
                HueSpace::Okhsv => {
                    let [hue, saturation, value] = okhsl::okhsv_from_srgb(srgb, steps);
                    cut(okhsl::srgb_from_okhsv([turn(hue), saturation, value], 0.0, steps))
                }
                HueSpace::Oklch => {
                    let lab = oklab::oklab_from_linear(oklab::linear_from_srgb(srgb));
                    let [lightness, chroma, hue] = oklab::oklch_from_oklab(lab);
                    let mut linear = oklab::linear_from_oklab(oklab::oklab_from_oklch([lightness, chroma, turn(hue)]));
                    if self.ok_adaptive_gamut > 0.0 {
                        linear = oklab::gamut_clip(linear, self.ok_adaptive_gamut as f32, steps);
                    }
                    cut(oklab::srgb_from_linear(linear))
                }
                HueSpace::Lch | HueSpace::UpLab => turned_lab(rgb, degrees),
            };
            if !self.preserve_lightness || self.space == HueSpace::Lch {
                return turned;
            }
            let ([lightness, _, _], [_, a, b]) = (lab::lab_from_rgb(rgb), lab::lab_from_rgb(turned));
            lab::rgb_from_lab_finely([lightness, a, b])
        });
        context.save_image(turned.convert(mode))
    }
}

/// A colour turned around CIELAB's axis of greys, in eight bits as the reference does it.
fn turned_lab(rgb: [u8; 3], degrees: f32) -> [u8; 3] {
    use std::f32::consts::{PI, TAU};
    let [lightness, a, b] = lab::lab_from_rgb(rgb);
    let axis = |sample: u8| f32::from(sample) / 255.0 * 2.0 - 1.0;
    let (a, b) = (axis(a), axis(b));
    let (chroma, hue) = ((a * a + b * b).sqrt(), b.atan2(a) + degrees / 180.0 * PI);
    let hue = (hue + PI).rem_euclid(TAU) - PI;
    let sample = |part: f32| ((chroma * part + 1.0) / 2.0 * 255.0) as i32 as u8;
    lab::rgb_from_lab_finely([lightness, sample(hue.cos()), sample(hue.sin())])
}
