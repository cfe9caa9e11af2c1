//! A picture in memory.

use crate::ImagingError;
use std::fmt;

/// What one pixel consists of, 8 bits each; the names are Pillow's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Grey.
    L,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, alpha; colours are not multiplied by alpha.
    Rgba,
}

impl Mode {
    /// Bytes per pixel.
    pub fn channels(self) -> usize {
        match self {
            Self::L => 1,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    /// Pillow's name: `L`, `RGB` or `RGBA`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::L => "L",
            Self::Rgb => "RGB",
            Self::Rgba => "RGBA",
        }
    }

    /// The mode of a Pillow name, if it is one we keep pictures in.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "L" => Some(Self::L),
            "RGB" => Some(Self::Rgb),
            "RGBA" => Some(Self::Rgba),
            _ => None,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A picture: rows from top to bottom, pixels from left to right, no padding. Never empty, and the buffer always fits
/// the size, so that the rest of the crate need not ask.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixels {
    mode: Mode,
    width: u32,
    height: u32,
    data: Vec<u8>,
}

impl Pixels {
    /// A picture of the given bytes.
    pub fn new(mode: Mode, width: u32, height: u32, data: Vec<u8>) -> Result<Self, ImagingError> {
        if width == 0 || height == 0 {
            return Err(ImagingError::Empty { width, height });
        }
        let pixels = u64::from(width) * u64::from(height);
        match pixels.checked_mul(mode.channels() as u64) {
            Some(expected) if expected == data.len() as u64 => Ok(Self { mode, width, height, data }),
            expected => Err(ImagingError::WrongLength {
                mode,
                width,
                height,
                expected: expected.unwrap_or(u64::MAX),
                got: data.len(),
            }),
        }
    }

    /// What a pixel consists of.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Pixels per row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Number of rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The bytes.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The bytes row by row.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.data.chunks_exact(self.width as usize * self.mode.channels())
    }

    /// The bytes, to be changed in place.
    pub fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// The bytes, taken out.
    pub fn into_data(self) -> Vec<u8> {
        self.data
    }

    /// The same picture in another mode, as Pillow's `Image.convert` does it: alpha is dropped, not blended; grey is
    /// ITU-R 601 luma.
    pub fn convert(self, mode: Mode) -> Self {
        if mode == self.mode {
            return self;
        }
        let count = self.width as usize * self.height as usize;
        let mut data = Vec::with_capacity(count * mode.channels());
        for pixel in self.data.chunks_exact(self.mode.channels()) {
            let (red, green, blue) = match *pixel {
                [grey] => (grey, grey, grey),
                [red, green, blue, ..] => (red, green, blue),
                _ => continue,
            };
            match mode {
                Mode::L => data.push(luma(red, green, blue)),
                Mode::Rgb => data.extend([red, green, blue]),
                Mode::Rgba => data.extend([red, green, blue, u8::MAX]),
            }
        }
        Self { mode, data, ..self }
    }
}

impl fmt::Debug for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pixels({} x {}, {})", self.width, self.height, self.mode)
    }
}

/// ITU-R 601 luma in the 16-bit fixed point of Pillow.
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    ((u32::from(red) * 19_595 + u32::from(green) * 38_470 + u32::from(blue) * 7_471 + 0x8000) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_that_does_not_fit_is_refused() {
        let error = Pixels::new(Mode::Rgb, 2, 2, vec![0; 11]).unwrap_err();
        assert_eq!(error.to_string(), "2 x 2 pixels of mode RGB take 12 bytes, got 11");
    }

    #[test]
    fn a_size_whose_bytes_cannot_be_counted_is_refused() {
        assert!(matches!(
            Pixels::new(Mode::Rgba, u32::MAX, u32::MAX, Vec::new()),
            Err(ImagingError::WrongLength { .. })
        ));
    }

    #[test]
    fn an_empty_picture_is_refused() {
        assert!(matches!(Pixels::new(Mode::L, 0, 5, Vec::new()), Err(ImagingError::Empty { .. })));
    }

    #[test]
    fn alpha_is_dropped_when_converting_to_rgb() {
        let pixels = Pixels::new(Mode::Rgba, 1, 1, vec![10, 20, 30, 0]).unwrap();
        assert_eq!(pixels.convert(Mode::Rgb).into_data(), [10, 20, 30]);
    }

    #[test]
    fn grey_becomes_opaque_colour() {
        let pixels = Pixels::new(Mode::L, 2, 1, vec![7, 200]).unwrap();
        assert_eq!(pixels.convert(Mode::Rgba).into_data(), [7, 7, 7, 255, 200, 200, 200, 255]);
    }
}
