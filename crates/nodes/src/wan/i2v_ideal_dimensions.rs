//! The size of a video for the models of 14 billion parameters.

use invoke_graph::{Classification, Node, NodeError, RunContext, node};

use crate::latents::ideal_size::IdealSizeOutput;
use crate::wan::{RESOLUTION_LABELS, WanResolution, WanRounding, ideal_sides};

/// Pixels to which both sides are brought.
const GRID: i64 = 16;

node! {
    /// The size of a video in the proportions of an image, for the models of 14 billion parameters of Wan 2.2: multiples of 16 pixels.
    #[node(
        kind = "wan_i2v_ideal_dimensions", class = "WanI2VIdealDimensionsInvocation",
        title = "Wan 2.2 I2V Ideal Dimensions (A14B)", tags = ["wan", "video", "dimensions", "math"], category = "video",
        version = "1.1.0", classification = Classification::Prototype
    )]
    pub struct WanI2vIdealDimensions -> IdealSizeOutput {
        /// Width of the image in pixels
        #[field(default = 1024, gt = 0)]
        pub width: i64,
        /// Height of the image in pixels
        #[field(default = 1024, gt = 0)]
        pub height: i64,
        /// The short side of the video
        #[field(default = "720p", ui_choice_labels = RESOLUTION_LABELS)]
        pub target_resolution: WanResolution,
        /// Which size on the grid is taken
        #[field(default = "nearest")]
        pub rounding: WanRounding,
    }
}

impl<C: RunContext> Node<C> for WanI2vIdealDimensions {
    fn run(self, _: &mut C) -> Result<IdealSizeOutput, NodeError> {
        let (width, height) = ideal_sides((self.width, self.height), self.target_resolution, self.rounding, GRID)?;
        Ok(IdealSizeOutput { width, height })
    }
}
