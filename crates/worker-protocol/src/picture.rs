//! Pixels on the wire.

use crate::wire;
use crate::{Inbox, ProtocolError, pack};
use bytes::Bytes;

/// A picture, checked: `pixels` has as many bytes as mode and size say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// `L`, `RGB` or `RGBA`.
    pub mode: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Rows from the top, channels interleaved.
    pub pixels: Bytes,
}

fn channels(mode: &str) -> Option<u64> {
    match mode {
        "L" => Some(1),
        "RGB" => Some(3),
        "RGBA" => Some(4),
        _ => None,
    }
}

impl Picture {
    /// Checks that the pixels fit the mode and the size.
    pub fn new(mode: &str, width: u32, height: u32, pixels: Bytes) -> Result<Self, ProtocolError> {
        let Some(channels) = channels(mode) else {
            return Err(ProtocolError::unexpected("mode L, RGB or RGBA", mode));
        };
        let expected = u64::from(width).saturating_mul(u64::from(height)).saturating_mul(channels);
        if pixels.len() as u64 != expected {
            let got = format!("{} bytes for {mode} {width}x{height}", pixels.len());
            return Err(ProtocolError::unexpected("pixels that fill the picture", got));
        }
        Ok(Self { mode: mode.to_owned(), width, height, pixels })
    }

    /// The chunks to send first, and the message; `id` as in [`pack`].
    pub fn to_wire(self, id: u64) -> (Vec<wire::Chunk>, wire::Picture) {
        let (chunks, pixels) = pack(id, self.pixels);
        let picture = wire::Picture { mode: self.mode, width: self.width, height: self.height, pixels: Some(pixels) };
        (chunks, picture)
    }

    /// Reads a picture whose chunks are in `inbox`.
    pub fn from_wire(picture: Option<wire::Picture>, inbox: &mut Inbox) -> Result<Self, ProtocolError> {
        let picture = picture.ok_or_else(|| ProtocolError::unexpected("a picture", "nothing"))?;
        let pixels = inbox.need(picture.pixels, "pixels")?;
        Self::new(&picture.mode, picture.width, picture.height, pixels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_whose_pixels_do_not_fit_is_refused() {
        assert!(Picture::new("RGB", 2, 2, vec![0; 12].into()).is_ok());
        for (mode, width, height, bytes) in [("RGB", 2, 2, 11), ("CMYK", 1, 1, 4), ("RGBA", u32::MAX, u32::MAX, 0)] {
            assert!(Picture::new(mode, width, height, vec![0; bytes].into()).is_err(), "{mode} {width}x{height}");
        }
    }
}
