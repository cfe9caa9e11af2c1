//! A text hidden in the colours of a picture: in the largest coefficient of every 4 x 4 block of a Haar wavelet's means of
//! the blue difference. The method and its numbers are those of the `invisible-watermark` package (`dwtDct`), so that either
//! finds what the other hid.

use crate::{ImagingError, Mode, Pixels};

/// How far apart the marks for 0 and 1 are.
const SCALE: f64 = 36.0;
const BLOCK: usize = 4;
/// Fewer pixels hold no text.
const FEWEST_PIXELS: u64 = 256 * 256;
const ROOT: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// Hides a text; of an RGB picture only the colours change.
pub fn hide(rgb: &Pixels, text: &[u8]) -> Result<Pixels, ImagingError> {
    check(rgb)?;
    let bits: Vec<bool> = text.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect();
    if bits.is_empty() {
        return Err(ImagingError::Unsuitable("an empty text cannot be hidden".to_owned()));
    }
    let mut yuv: Vec<[u8; 3]> =
        rgb.data().chunks_exact(3).map(|pixel| yuv_of([pixel[0], pixel[1], pixel[2]])).collect();
    let mut bands = Bands::of(&yuv, rgb);
    for (index, block) in bands.blocks().enumerate() {
        let place = bands.largest(block);
        let value = bands.mean[place];
        let mark = ((value.abs() / SCALE).floor() + 0.25 + if bits[index % bits.len()] { 0.5 } else { 0.0 }) * SCALE;
        bands.mean[place] = if value >= 0.0 { mark } else { -mark };
    }
    bands.write(&mut yuv, rgb.width() as usize);
    let data = yuv.into_iter().flat_map(rgb_of).collect();
    Pixels::new(Mode::Rgb, rgb.width(), rgb.height(), data)
}

/// Reads `length` bytes that may be hidden in an RGB picture.
pub fn read(rgb: &Pixels, length: usize) -> Result<Vec<u8>, ImagingError> {
    check(rgb)?;
    let yuv: Vec<[u8; 3]> = rgb.data().chunks_exact(3).map(|pixel| yuv_of([pixel[0], pixel[1], pixel[2]])).collect();
    let bands = Bands::of(&yuv, rgb);
    let mut votes = vec![(0u64, 0u64); length * 8];
    if votes.len() > bands.blocks().count() || votes.is_empty() {
        return Err(ImagingError::Unsuitable(format!("the picture has no room for {length} bytes")));
    }
    let count = votes.len();
    for (index, block) in bands.blocks().enumerate() {
        let (ones, all) = &mut votes[index % count];
        *ones += u64::from(bands.mean[bands.largest(block)].abs() % SCALE > 0.5 * SCALE);
        *all += 1;
    }
    let is_one = |(ones, all): &(u64, u64)| *ones as f64 / *all as f64 * 255.0 > 127.0;
    Ok(votes
        .chunks_exact(8)
        .map(|byte| byte.iter().fold(0, |value, vote| value << 1 | u8::from(is_one(vote))))
        .collect())
}

fn check(rgb: &Pixels) -> Result<(), ImagingError> {
    let (width, height) = (rgb.width(), rgb.height());
    if rgb.mode() != Mode::Rgb || u64::from(width) * u64::from(height) < FEWEST_PIXELS {
        let message = format!("image too small, should be larger than 256x256: {width}x{height}");
        return Err(ImagingError::Unsuitable(message));
    }
    Ok(())
}

/// Means and differences of every 2 x 2 pixels: down, across, both.
struct Bands {
    rows: usize,
    columns: usize,
    mean: Vec<f64>,
    down: Vec<f64>,
    across: Vec<f64>,
    both: Vec<f64>,
}

impl Bands {
    /// The wavelet of the second channel, as far as it divides by four.
    fn of(yuv: &[[u8; 3]], picture: &Pixels) -> Self {
        let width = picture.width() as usize;
        let (rows, columns) = (picture.height() as usize / 4 * 2, width / 4 * 2);
        let room = || Vec::with_capacity(rows * columns);
        let (mut mean, mut down, mut across, mut both) = (room(), room(), room(), room());
        for row in 0..rows {
            for column in 0..columns {
                let at = |y: usize, x: usize| f64::from(yuv[(2 * row + y) * width + 2 * column + x][1]);
                let sum = |x: usize| ROOT * at(1, x) + ROOT * at(0, x);
                let difference = |x: usize| -ROOT * at(1, x) + ROOT * at(0, x);
                mean.push(ROOT * sum(1) + ROOT * sum(0));
                across.push(-ROOT * sum(1) + ROOT * sum(0));
                down.push(ROOT * difference(1) + ROOT * difference(0));
                both.push(-ROOT * difference(1) + ROOT * difference(0));
            }
        }
        Self { rows, columns, mean, down, across, both }
    }

    /// The first place of every block.
    fn blocks(&self) -> impl Iterator<Item = usize> + use<> {
        let (rows, columns) = (self.rows / BLOCK, self.columns / BLOCK);
        let length = self.columns;
        (0..rows).flat_map(move |row| (0..columns).map(move |column| row * BLOCK * length + column * BLOCK))
    }

    /// The place of a block's largest value but the first.
    fn largest(&self, block: usize) -> usize {
        let places = (1..BLOCK * BLOCK).map(|index| block + index / BLOCK * self.columns + index % BLOCK);
        let larger = |best: usize, place: usize| {
            if self.mean[place].abs() > self.mean[best].abs() { place } else { best }
        };
        places.reduce(larger).unwrap_or(block)
    }

    /// Turns the bands back into the second channel. The package hands the differences down and across over in each other's
    /// place, and so must we.
    fn write(&self, yuv: &mut [[u8; 3]], width: usize) {
        for row in 0..self.rows {
            for column in 0..self.columns {
                let index = row * self.columns + column;
                let (down, across) = (self.across[index], self.down[index]);
                let (mean, both) = (self.mean[index], self.both[index]);
                for y in 0..2 {
                    for x in 0..2 {
                        let turn = |value: f64, negative: bool| if negative { -ROOT * value } else { ROOT * value };
                        let low = ROOT * mean + turn(across, x == 1);
                        let high = ROOT * down + turn(both, x == 1);
                        let value = ROOT * low + turn(high, y == 1);
                        yuv[(2 * row + y) * width + 2 * column + x][1] = value as i64 as u8;
                    }
                }
            }
        }
    }
}

/// OpenCV's YUV in 14-bit fixed point.
fn yuv_of(rgb: [u8; 3]) -> [u8; 3] {
    let [red, green, blue] = rgb.map(i32::from);
    let luma = (blue * 1_868 + green * 9_617 + red * 4_899 + (1 << 13)) >> 14;
    let difference = |sample: i32, factor: i32| ((sample - luma) * factor + (128 << 14) + (1 << 13)) >> 14;
    [luma, difference(blue, 8_061), difference(red, 14_369)].map(|value| value.clamp(0, 255) as u8)
}

fn rgb_of([luma, u, v]: [u8; 3]) -> [u8; 3] {
    let (luma, u, v) = (i32::from(luma), i32::from(u) - 128, i32::from(v) - 128);
    let rounded = |value: i32| luma + ((value + (1 << 13)) >> 14);
    let (red, green, blue) = (rounded(v * 18_678), rounded(u * -6_472 + v * -9_519), rounded(u * 33_292));
    [red, green, blue].map(|value| value.clamp(0, 255) as u8)
}
