//! Pixels without rows: an in-memory picture, the file formats it is kept in, and resampling whose results equal
//! Pillow's, because files, thumbnails and previews made by the reference and by us should look the same.
//!
//! Nothing here touches a file, a database or a network. Bytes from strangers only enter through
//! [`picture::decode_bounded`] and [`png::decode_bounded`], which check sizes before they allocate. Start with [`Pixels`].

mod error;
pub mod jpeg;
pub mod picture;
mod pixels;
pub mod png;
mod resize;
mod thumbnail;
pub mod webp;

pub use error::ImagingError;
pub use pixels::{Mode, Pixels};
pub use resize::{Filter, resize};
pub use thumbnail::{THUMBNAIL_SIZE, thumbnail};
