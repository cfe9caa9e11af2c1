//! What the nodes for Wan share.

use invoke_graph::{NodeError, choices};

choices! {
    /// The short side of a video.
    pub enum WanResolution {
        P480 = "480p",
        P720 = "720p",
        P1080 = "1080p",
    }
}

choices! {
    /// Which of two sizes on the grid is taken.
    pub enum WanRounding {
        Nearest = "nearest",
        Floor = "floor",
        Ceiling = "ceiling",
    }
}

/// What the page says about the resolutions.
pub(crate) const RESOLUTION_LABELS: [(&str, &str); 3] = [
    ("480p", "480p (Wan native)"),
    ("720p", "720p (Wan native, default)"),
    ("1080p", "1080p (extrapolated — not a Wan training size)"),
];

/// Width and height with the short side brought to `resolution`, both in multiples of `grid`.
pub(crate) fn ideal_sides(
    (width, height): (i64, i64),
    resolution: WanResolution,
    rounding: WanRounding,
    grid: i64,
) -> Result<(i64, i64), NodeError> {
    let (short, long) = (width.min(height), width.max(height));
    if short <= 0 {
        return Err(NodeError::value("Source dimensions must be positive."));
    }
    if long < grid {
        return Err(NodeError::value(format!("The longer side must be at least {grid} pixels: {long}")));
    }
    let target = match resolution {
        WanResolution::P480 => 480.0,
        WanResolution::P720 => 720.0,
        WanResolution::P1080 => 1080.0,
    };
    let scale = target / short as f64;
    let snapped = |side: i64| {
        let (side_scaled, grid_step) = (side as f64 * scale, grid as f64);
        let cells = match rounding {
            // What Python's `//` gives where the quotient itself is rounded up.
            WanRounding::Floor => ((side_scaled - side_scaled % grid_step) / grid_step).round(),
            WanRounding::Ceiling => (side_scaled / grid_step).ceil(),
            WanRounding::Nearest => (side_scaled / grid_step).round_ties_even(),
        };
        // Beyond 2^53 floating point has no room for the last digits.
        if cells < 9e15 / grid as f64 { Ok((cells as i64 * grid).max(grid)) } else { Err(too_long(side)) }
    };
    Ok((snapped(width)?, snapped(height)?))
}

fn too_long(side: i64) -> NodeError {
    NodeError::value(format!("there is no such size on the grid: {side}"))
}
