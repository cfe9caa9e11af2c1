//! What can go wrong with a picture.

use crate::Mode;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum ImagingError {
    /// Width or height is zero.
    #[error("a picture needs at least one pixel, got {width} x {height}")]
    Empty {
        /// Width given.
        width: u32,
        /// Height given.
        height: u32,
    },
    /// The buffer does not fit the size.
    #[error("{width} x {height} pixels of mode {mode} take {expected} bytes, got {got}")]
    WrongLength {
        /// Mode given.
        mode: Mode,
        /// Width given.
        width: u32,
        /// Height given.
        height: u32,
        /// Bytes needed.
        expected: u64,
        /// Bytes given.
        got: usize,
    },
    /// More pixels than the caller allows; nothing was decoded.
    #[error("the picture has {width} x {height} pixels, more than the allowed {limit}")]
    TooManyPixels {
        /// Width announced by the file.
        width: u32,
        /// Height announced by the file.
        height: u32,
        /// Pixels allowed.
        limit: u64,
    },
    /// More bytes than the caller allows; nothing was decoded.
    #[error("the file has {got} bytes, more than the allowed {limit}")]
    TooManyBytes {
        /// Bytes given.
        got: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A side is longer than the format can say.
    #[error("{format} pictures have at most {limit} pixels a side, got {width} x {height}")]
    SideTooLong {
        /// The file format.
        format: &'static str,
        /// Width given.
        width: u32,
        /// Height given.
        height: u32,
        /// Longest side the format allows.
        limit: u32,
    },
    /// Two pictures that must have the same size, or mode, have not.
    #[error("images do not match")]
    DifferentShapes,
    /// A picture that does not suit what is to be done with it.
    #[error("{0}")]
    Unsuitable(String),
    /// A rule between numbers is broken; the text is the rule.
    #[error("{0}")]
    Broken(String),
    /// The bytes are no picture of a format we read.
    #[error("this is no PNG, JPEG or WebP picture")]
    UnknownFormat,
    /// The format is known, but not read.
    #[error("{format} pictures cannot be read; PNG, JPEG and WebP can")]
    UnsupportedFormat {
        /// Its name.
        format: &'static str,
    },
    /// The bytes are no readable JPEG.
    #[error("unreadable JPEG: {0}")]
    DecodeJpeg(String),
    /// The bytes are no readable WebP.
    #[error("unreadable WebP")]
    DecodeWebp,
    /// The bytes are no readable PNG.
    #[error("unreadable PNG")]
    DecodePng(#[from] ::png::DecodingError),
    /// A PNG could not be written.
    #[error("could not write a PNG")]
    EncodePng(#[from] ::png::EncodingError),
    /// A JPEG could not be written.
    #[error("could not write a JPEG")]
    EncodeJpeg(#[from] jpeg_encoder::EncodingError),
    /// A WebP could not be written.
    #[error("could not write a WebP: {0}")]
    EncodeWebp(String),
}
