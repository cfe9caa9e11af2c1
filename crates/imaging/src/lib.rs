//! Pixels without rows: an in-memory picture, the file formats it is kept in, and resampling whose results equal
//! Pillow's, because files, thumbnails and previews made by the reference and by us should look the same.
//!
//! Nothing here touches a file, a database or a network. Bytes from strangers only enter through
//! [`picture::decode_bounded`] and [`png::decode_bounded`], which check sizes before they allocate. Start with [`Pixels`].
//!
//! What the picture nodes compute lies here too, one subject per module, in the arithmetic of the libraries the reference
//! computes it with; each module names its source, and `tests/fixtures/nodes` holds what the reference gives.

pub mod blending;
pub mod blur;
pub mod canny;
pub mod canvas_mask;
pub mod channels;
pub mod colour;
pub mod control_map;
pub mod css;
mod cv_resize;
pub mod distance;
pub mod enhance;
mod error;
pub mod fade;
pub mod fitting;
pub mod flood;
pub mod gradient_mask;
pub mod histogram;
pub mod infill;
pub mod inpaint;
pub mod jpeg;
pub mod lab;
pub mod layers;
pub mod levels;
pub mod merge;
pub mod morphology;
pub mod noise;
pub mod okhsl;
pub mod oklab;
pub mod paste;
pub mod patchmatch;
pub mod picture;
mod pixels;
pub mod png;
pub mod random;
mod resize;
mod seam;
pub mod sharpen;
pub mod shuffle;
pub mod thinning;
mod thumbnail;
pub mod tiles;
pub mod warp;
pub mod watermark;
pub mod webp;

pub use cv_resize::{CvFilter, cv_resize};
pub use error::ImagingError;
pub use pixels::{Mode, Pixels};
pub use resize::{Filter, resize};
pub use thumbnail::{THUMBNAIL_SIZE, thumbnail};
