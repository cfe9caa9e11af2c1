//! How much decoding a picture may cost.

/// How much decoding a picture may cost. The default is for what strangers send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest file accepted, in bytes.
    pub max_bytes: usize,
    /// Most pixels accepted, whatever the size of the file.
    pub max_pixels: u64,
    /// Most text accepted in a PNG, in bytes, all chunks together after decompression.
    pub max_text_bytes: usize,
}

impl Limits {
    /// For files that are kept already, the reference's among them. Pillow refuses pictures above 178,956,970 pixels as
    /// decompression bombs and text above 64 MiB; what it accepted, we read.
    pub const KEPT_FILES: Self = Self { max_bytes: 1 << 30, max_pixels: 178_956_970, max_text_bytes: 64 << 20 };
}

impl Default for Limits {
    /// Pillow warns above 89,478,485 pixels; with four bytes each that is 340 MiB of memory.
    fn default() -> Self {
        Self { max_bytes: 128 << 20, max_pixels: 89_478_485, max_text_bytes: 16 << 20 }
    }
}
