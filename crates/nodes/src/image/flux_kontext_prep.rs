//! Pictures side by side for FLUX Kontext.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Filter, Mode, paste, resize};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{dimension, failed};
use crate::outputs::ImageOutput;

/// The sizes FLUX Kontext was trained on, as its authors list them.
const SIZES: [(u32, u32); 17] = [
    (672, 1568),
    (688, 1504),
    (720, 1456),
    (752, 1392),
    (800, 1328),
    (832, 1248),
    (880, 1184),
    (944, 1104),
    (1024, 1024),
    (1104, 944),
    (1184, 880),
    (1248, 832),
    (1328, 800),
    (1392, 752),
    (1456, 720),
    (1504, 688),
    (1568, 672),
];

node! {
    /// Lays images side by side in one height, in sizes FLUX Kontext was trained on.
    #[node(
        kind = "flux_kontext_image_prep", class = "FluxKontextConcatenateImagesInvocation",
        title = "FLUX Kontext Image Prep", tags = ["image", "concatenate", "flux", "kontext"],
        category = "conditioning", version = "1.0.0", board = true, metadata = true
    )]
    pub struct PrepareFluxKontext -> ImageOutput {
        /// The images, the main one first
        #[field(min_length = 1, max_length = 10)]
        pub images: Vec<ImageField>,
        /// Whether the first image gets the nearest trained size
        #[field(default = true)]
        pub use_preferred_resolution: bool,
    }
}

impl Node<Context> for PrepareFluxKontext {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let images = self.images.iter().map(|image| context.load_image_as(image, Mode::Rgba));
        let images = images.collect::<Result<Vec<_>, _>>()?;
        let Some(first) = images.first() else {
            return Err(NodeError::value("`images` is empty"));
        };
        let ratio = |width: u32, height: u32| f64::from(width) / f64::from(height);
        let own = ratio(first.width(), first.height());
        let (first_width, height) = if self.use_preferred_resolution {
            let distance = |size: &(u32, u32)| (own - ratio(size.0, size.1)).abs();
            let nearest =
                SIZES.iter().copied().reduce(|best, size| if distance(&size) < distance(&best) { size } else { best });
            let (width, height) = nearest.unwrap_or((1024, 1024));
            (width / 16 * 16, height / 16 * 16)
        } else {
            ((first.width() / 16 * 16).max(16), (first.height() / 16 * 16).max(16))
        };
        let mut resized = Vec::new();
        let mut total = 0;
        for (index, image) in images.iter().enumerate() {
            let scaled = (f64::from(height) * ratio(image.width(), image.height())) as i64;
            let width = if index == 0 { first_width.into() } else { (scaled / 16 * 16).max(16) };
            resized.push((total, resize(image, dimension("width", width)?, height, Filter::Lanczos).map_err(failed)?));
            total += width;
        }
        let mut row = paste::blank(Mode::Rgb, dimension("width", total)?, height, [0; 4]).map_err(failed)?;
        for (x, image) in &resized {
            paste::paste(&mut row, image, *x, 0);
        }
        context.save_image(row)
    }
}
