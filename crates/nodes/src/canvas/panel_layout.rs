//! A panel in a grid.

use invoke_graph::output;
use invoke_graph::{Classification, Node, NodeError, node};

use crate::Context;

output! {
    /// Where a panel lies
    #[output(kind = "image_panel_coordinate_output")]
    pub struct ImagePanelCoordinateOutput {
        /// Left edge of the panel
        pub x_left: i64,
        /// Top edge of the panel
        pub y_top: i64,
        /// Width of the panel
        pub width: i64,
        /// Height of the panel
        pub height: i64,
    }
}

node! {
    /// Tells where a panel lies in a grid of equal ones.
    #[node(
        kind = "image_panel_layout", class = "ImagePanelLayoutInvocation", title = "Image Panel Layout",
        tags = ["image", "panel", "layout"], category = "canvas", version = "1.0.0",
        classification = Classification::Prototype
    )]
    pub struct PanelLayout -> ImagePanelCoordinateOutput {
        /// Width of the grid
        pub width: i64,
        /// Height of the grid
        pub height: i64,
        /// Columns of the grid
        #[field(default = 1, ge = 1)]
        pub num_cols: i64,
        /// Rows of the grid
        #[field(default = 1, ge = 1)]
        pub num_rows: i64,
        /// Column of the panel, from 0
        #[field(default = 0, ge = 0)]
        pub panel_col_idx: i64,
        /// Row of the panel, from 0
        #[field(default = 0, ge = 0)]
        pub panel_row_idx: i64,
    }
}

impl Node<Context> for PanelLayout {
    fn run(self, _: &mut Context) -> Result<ImagePanelCoordinateOutput, NodeError> {
        for (name, index, count) in
            [("panel_col_idx", self.panel_col_idx, self.num_cols), ("panel_row_idx", self.panel_row_idx, self.num_rows)]
        {
            if !(0..count).contains(&index) {
                return Err(NodeError::value(format!("`{name}` must be between 0 and {}", count - 1)));
            }
        }
        let (width, height) = (self.width.div_euclid(self.num_cols), self.height.div_euclid(self.num_rows));
        let (x_left, y_top) = (self.panel_col_idx.saturating_mul(width), self.panel_row_idx.saturating_mul(height));
        Ok(ImagePanelCoordinateOutput { x_left, y_top, width, height })
    }
}
