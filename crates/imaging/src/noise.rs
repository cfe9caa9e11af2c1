//! Pictures of nothing but noise, number for number those of NumPy.

use crate::random::Twister;
use crate::{ImagingError, Mode, Pixels};

/// What kind of noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noise {
    /// Normally distributed; the low eight bits of it.
    Gaussian,
    /// White with this probability, else black.
    SaltAndPepper(f64),
}

/// An RGB picture of noise, in each channel its own or grey.
pub fn picture(noise: Noise, coloured: bool, width: u32, height: u32, seed: u64) -> Result<Pixels, ImagingError> {
    let mut random = Twister::new(seed);
    let mut sample = || match noise {
        Noise::Gaussian => (random.normal() * 255.0) as i64 as u8,
        Noise::SaltAndPepper(amount) => {
            let black = 1.0 - amount;
            if random.uniform() >= black / (black + amount) { 255 } else { 0 }
        }
    };
    let count = width as usize * height as usize;
    let mut data = Vec::with_capacity(count * 3);
    for _ in 0..count {
        if coloured {
            data.extend([sample(), sample(), sample()]);
        } else {
            data.extend([sample(); 3]);
        }
    }
    Pixels::new(Mode::Rgb, width, height, data)
}
