//! A subject before a background.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, blending, css, flood, paste};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{failed, fitted};
use crate::outputs::ImageOutput;

node! {
    /// Removes the plain backdrop of an image and lays what remains over another one.
    #[node(
        kind = "invokeai_img_composite", class = "InvokeImageCompositorInvocation", title = "Image Compositor",
        tags = ["image", "compose", "chroma", "key"], category = "image", version = "1.2.0", board = true,
        metadata = true
    )]
    pub struct CompositeImages -> ImageOutput {
        /// The subject before a plain backdrop
        pub image_subject: ImageField,
        /// The background
        pub image_background: ImageField,
        /// Colour of the backdrop: empty for the corners', a name or #rrggbb, or (r, g, b)
        #[field(default = "")]
        pub chroma_key: String,
        /// How far colours of the backdrop may be from it
        #[field(default = 50, ge = 0)]
        pub threshold: i64,
        /// Whether to scale the subject to the background's width
        #[field(default = false)]
        pub fill_x: bool,
        /// Whether to scale the subject to the background's height
        #[field(default = true)]
        pub fill_y: bool,
        /// How far right the subject is moved
        #[field(default = 0)]
        pub x_offset: i64,
        /// How far up the subject is moved
        #[field(default = 0)]
        pub y_offset: i64,
    }
}

impl Node<Context> for CompositeImages {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let background = context.load_image_as(&self.image_background, Mode::Rgba)?;
        let mut subject = context.load_image_as(&self.image_subject, Mode::Rgba)?;
        match self.chroma_key.trim() {
            "" => {
                let (right, bottom) = (subject.width() - 1, subject.height() - 1);
                for (x, y) in [(0, 0), (0, bottom), (right, 0), (right, bottom)] {
                    flood::clear_area(&mut subject, x, y, self.threshold).map_err(failed)?;
                }
            }
            key => flood::clear_colour(&mut subject, colour(key)?, self.threshold as f64).map_err(failed)?,
        }
        let subject = fitted(subject, &background, self.fill_x, self.fill_y)?;
        let subject = paste::offset(&subject, self.x_offset, self.y_offset.saturating_neg());
        context.save_image(blending::alpha_composite(&background, &subject).map_err(failed)?)
    }
}

/// A colour as text: a tuple of up to four numbers, or as web pages write it.
fn colour(text: &str) -> Result<[f64; 4], NodeError> {
    let unknown = || NodeError::value(format!("unknown color specifier: {text:?}"));
    let Some(tuple) = text.strip_prefix('(') else {
        return css::parse(text).map(|colour| colour.map(f64::from)).ok_or_else(unknown);
    };
    let numbers = tuple.strip_suffix(')').ok_or_else(unknown)?.trim_end().trim_end_matches(',').split(',');
    let numbers = numbers.map(|number| number.trim().parse().map_err(|_| unknown()));
    let numbers = numbers.collect::<Result<Vec<f64>, _>>()?;
    match numbers[..] {
        [red] => Ok([red, 0.0, 0.0, 255.0]),
        [red, green] => Ok([red, green, 0.0, 255.0]),
        [red, green, blue] => Ok([red, green, blue, 255.0]),
        [red, green, blue, alpha] => Ok([red, green, blue, alpha]),
        _ => Err(unknown()),
    }
}
