//! A rectangle as a mask.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, Pixels};

use crate::Context;
use crate::image::{dimension, failed};
use crate::mask::keep;
use crate::outputs::MaskOutput;

node! {
    /// Makes a mask of a rectangle.
    #[node(
        kind = "rectangle_mask", class = "RectangleMaskInvocation", title = "Create Rectangle Mask",
        tags = ["conditioning"], category = "mask", version = "1.0.1", metadata = true
    )]
    pub struct RectangleMask -> MaskOutput {
        /// Width of the mask
        pub width: i64,
        /// Height of the mask
        pub height: i64,
        /// Left edge of the rectangle
        pub x_left: i64,
        /// Top edge of the rectangle
        pub y_top: i64,
        /// Width of the rectangle
        pub rectangle_width: i64,
        /// Height of the rectangle
        pub rectangle_height: i64,
    }
}

impl Node<Context> for RectangleMask {
    fn run(self, context: &mut Context) -> Result<MaskOutput, NodeError> {
        let (width, height) = (dimension("width", self.width)?, dimension("height", self.height)?);
        let columns = stretch(self.x_left, self.rectangle_width, width);
        let rows = stretch(self.y_top, self.rectangle_height, height);
        let inside = |index: u32| rows.contains(&(index / width)) && columns.contains(&(index % width));
        let data = (0..width * height).map(|index| if inside(index) { 255 } else { 0 }).collect();
        keep(context, &Pixels::new(Mode::L, width, height, data).map_err(failed)?)
    }
}

/// The places from `start` on, `length` of them, as Python slices count: a negative one from the end.
fn stretch(start: i64, length: i64, side: u32) -> std::ops::Range<u32> {
    let place = |index: i64| {
        let index = if index < 0 { index.saturating_add(side.into()).max(0) } else { index };
        index.min(side.into()) as u32
    };
    place(start)..place(start.saturating_add(length))
}
