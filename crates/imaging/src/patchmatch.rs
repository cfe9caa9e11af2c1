//! Holes filled with patches of the picture itself.
//!
//! C. Barnes, E. Shechtman, A. Finkelstein, D. B. Goldman, "PatchMatch: a randomized correspondence algorithm for structural
//! image editing", 2009, finds for every patch at the hole one like it elsewhere; Y. Wexler, E. Shechtman, M. Irani,
//! "Space-time completion of video", 2007, says how the found patches become colours. Both go from a small picture, where
//! the large forms are decided, to the whole one.
//!
//! The reference calls the library PyPatchMatch, which does the same from another first guess: two good fillings, not the
//! same pixels.

use crate::random::Pcg;
use crate::{ImagingError, Mode, Pixels};
use std::collections::VecDeque;

/// Patches reach so many pixels from their middle; the reference's number.
const REACH: usize = 3;

/// How often patches are looked for between two votes.
const PASSES: usize = 3;

/// Rounds in which the first guess is made smooth.
const SMOOTHING: usize = 200;

/// A match this much of the usual distance away has a third of the say of a perfect one.
const LIKENESS: f64 = 0.25;

/// How much less say a patch has for every step deeper in the hole.
const DEPTH: f64 = 1.3;

/// Chances are drawn from this seed, so that one picture always gets one filling.
const SEED: u64 = 0;

/// The picture (RGB) with its hole filled; `hole` has one entry per pixel. A picture that is all hole becomes black.
pub fn fill(picture: &Pixels, hole: &[bool]) -> Result<Pixels, ImagingError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if picture.mode() != Mode::Rgb || hole.len() != width * height {
        return Err(ImagingError::DifferentShapes);
    }
    if !hole.contains(&true) {
        return Ok(picture.clone());
    }
    if !hole.contains(&false) {
        return Pixels::new(Mode::Rgb, picture.width(), picture.height(), vec![0; picture.data().len()]);
    }
    let mut finest = Level { width, height, samples: picture.data().to_vec(), hole: hole.to_vec(), reach: REACH };
    // Little is left around a large hole: then smaller patches.
    while finest.reach > 0 && finest.sources().is_empty() {
        finest.reach -= 1;
    }
    let mut levels = vec![finest];
    while let Some(smaller) = levels.last().and_then(Level::halved) {
        levels.push(smaller);
    }
    let mut random = Pcg::new(SEED);
    let mut before: Option<Matched> = None;
    for (depth, mut level) in levels.into_iter().enumerate().rev() {
        let mut matches = level.begin(before.as_ref(), &mut random);
        let depths = level.depths();
        // Cheap where the picture is small, and what is decided there lasts.
        for _ in 0..(4 + 4 * depth).min(16) {
            for pass in 0..PASSES {
                level.improve(&mut matches, pass % 2 == 1, &mut random);
            }
            level.vote(&matches, &depths);
        }
        before = Some(Matched { level, matches });
    }
    let samples = before.map_or_else(|| picture.data().to_vec(), |finest| finest.level.samples);
    Pixels::new(Mode::Rgb, picture.width(), picture.height(), samples)
}

/// The picture at one size, its hole filled as well as is known so far.
struct Level {
    width: usize,
    height: usize,
    /// Red, green, blue.
    samples: Vec<u8>,
    hole: Vec<bool>,
    reach: usize,
}

/// The patch that a patch resembles, by the place of its middle, and how far apart the two are.
#[derive(Clone, Copy)]
struct Match {
    source: usize,
    distance: u32,
}

/// What was found at one size: a match for every patch that touches the hole.
struct Matched {
    level: Level,
    matches: Vec<Option<Match>>,
}

impl Level {
    /// Half the size, or nothing where the patches would be too large for it.
    fn halved(&self) -> Option<Self> {
        let (width, height) = (self.width / 2, self.height / 2);
        if width.min(height) < 2 * (2 * self.reach + 1) {
            return None;
        }
        let mut half = Self {
            width,
            height,
            samples: Vec::with_capacity(width * height * 3),
            hole: Vec::new(),
            reach: self.reach,
        };
        for y in 0..height {
            for x in 0..width {
                let places = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(dy, dx)| (2 * y + dy) * self.width + 2 * x + dx);
                let known: Vec<usize> = places.into_iter().filter(|place| !self.hole[*place]).collect();
                half.hole.push(known.len() < 2);
                for channel in 0..3 {
                    let sum: usize = known.iter().map(|place| usize::from(self.samples[place * 3 + channel])).sum();
                    half.samples.push((sum / known.len().max(1)) as u8);
                }
            }
        }
        (half.hole.contains(&true) && !half.sources().is_empty()).then_some(half)
    }

    /// The middles of all patches without a hole that lie in the picture.
    fn sources(&self) -> Vec<usize> {
        let reach = self.reach;
        // Holes above and to the left of each place, to ask for rectangles at once.
        let stride = self.width + 1;
        let mut sums = vec![0u32; stride * (self.height + 1)];
        for y in 0..self.height {
            for x in 0..self.width {
                let own = u32::from(self.hole[y * self.width + x]);
                sums[(y + 1) * stride + x + 1] =
                    own + sums[y * stride + x + 1] + sums[(y + 1) * stride + x] - sums[y * stride + x];
            }
        }
        let free = |x: usize, y: usize| {
            let (left, right, top, bottom) = (x - reach, x + reach + 1, y - reach, y + reach + 1);
            sums[bottom * stride + right] + sums[top * stride + left]
                == sums[top * stride + right] + sums[bottom * stride + left]
        };
        let rows = reach..self.height.saturating_sub(reach);
        rows.flat_map(|y| {
            (reach..self.width.saturating_sub(reach)).filter(move |x| free(*x, y)).map(move |x| y * self.width + x)
        })
        .collect()
    }

    /// Fills the hole for a start, from the size before or from its edge, and finds a first match for every patch.
    fn begin(&mut self, before: Option<&Matched>, random: &mut Pcg) -> Vec<Option<Match>> {
        match before {
            Some(smaller) => self.fill_from(&smaller.level),
            None => self.fill_from_edge(),
        }
        let sources = self.sources();
        let mut allowed = vec![false; self.hole.len()];
        for source in &sources {
            allowed[*source] = true;
        }
        let doubled = |x: usize, y: usize| {
            let smaller = before?;
            let (half_x, half_y) = ((x / 2).min(smaller.level.width - 1), (y / 2).min(smaller.level.height - 1));
            let source = smaller.matches[half_y * smaller.level.width + half_x]?.source;
            let (from_x, from_y) = (source % smaller.level.width * 2 + x % 2, source / smaller.level.width * 2 + y % 2);
            let source = from_y * self.width + from_x;
            (from_x < self.width && from_y < self.height && allowed[source]).then_some(source)
        };
        let mut matches = vec![None; self.hole.len()];
        for place in self.touching() {
            let any = || sources[random.below(sources.len() as u32) as usize];
            let source = doubled(place % self.width, place / self.width).unwrap_or_else(any);
            matches[place] = Some(Match { source, distance: self.distance(place, source, u32::MAX) });
        }
        matches
    }

    /// The middles of all patches that touch the hole.
    fn touching(&self) -> Vec<usize> {
        let mut touches = vec![false; self.hole.len()];
        for place in (0..self.hole.len()).filter(|place| self.hole[*place]) {
            let (rows, columns) = self.around(place);
            for y in rows {
                touches[y * self.width + columns.start..y * self.width + columns.end].fill(true);
            }
        }
        (0..touches.len()).filter(|place| touches[*place]).collect()
    }

    /// Rows and columns of the patch around a place, inside the picture.
    fn around(&self, place: usize) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let (x, y) = (place % self.width, place / self.width);
        let range = |at: usize, end: usize| at.saturating_sub(self.reach)..(at + self.reach + 1).min(end);
        (range(y, self.height), range(x, self.width))
    }

    fn fill_from(&mut self, smaller: &Self) {
        for place in (0..self.hole.len()).filter(|place| self.hole[*place]).collect::<Vec<_>>() {
            let (x, y) = (place % self.width / 2, place / self.width / 2);
            let half = y.min(smaller.height - 1) * smaller.width + x.min(smaller.width - 1);
            self.samples[place * 3..place * 3 + 3].copy_from_slice(&smaller.samples[half * 3..half * 3 + 3]);
        }
    }

    /// From the edge inwards, each pixel the mean of those beside it that have a colour already, then all of them smooth:
    /// what lies between two colours is to be between them.
    fn fill_from_edge(&mut self) {
        let mut open = self.hole.clone();
        let mut front: VecDeque<usize> = (0..open.len()).filter(|place| !open[*place]).collect();
        while let Some(place) = front.pop_front() {
            for next in self.beside(place) {
                if !open[next] {
                    continue;
                }
                let known: Vec<usize> = self.beside(next).filter(|place| !open[*place]).collect();
                for channel in 0..3 {
                    let sum: usize = known.iter().map(|place| usize::from(self.samples[place * 3 + channel])).sum();
                    self.samples[next * 3 + channel] = (sum / known.len().max(1)) as u8;
                }
                open[next] = false;
                front.push_back(next);
            }
        }
        let hole: Vec<usize> = (0..self.hole.len()).filter(|place| self.hole[*place]).collect();
        let mut smooth: Vec<f32> = self.samples.iter().map(|sample| f32::from(*sample)).collect();
        for _ in 0..SMOOTHING {
            for &place in &hole {
                for channel in 0..3 {
                    let (sum, count) = self
                        .beside(place)
                        .fold((0.0, 0.0), |(sum, count), place| (sum + smooth[place * 3 + channel], count + 1.0));
                    smooth[place * 3 + channel] = sum / count;
                }
            }
        }
        for place in hole {
            for channel in 0..3 {
                self.samples[place * 3 + channel] = smooth[place * 3 + channel].round() as u8;
            }
        }
    }

    fn beside(&self, place: usize) -> impl Iterator<Item = usize> + use<> {
        let (x, y, width, height) = (place % self.width, place / self.width, self.width, self.height);
        let left = (x > 0).then(|| place - 1);
        let right = (x + 1 < width).then(|| place + 1);
        let above = (y > 0).then(|| place - width);
        let below = (y + 1 < height).then(|| place + width);
        [left, right, above, below].into_iter().flatten()
    }

    /// The sum of squared differences of two patches, as far as the first lies in the picture; `u32::MAX` when it is not
    /// less than `limit`.
    fn distance(&self, place: usize, source: usize, limit: u32) -> u32 {
        let (rows, columns) = self.around(place);
        let length = columns.len() * 3;
        // Both begin at the same place within the patch.
        let shift = source as isize - place as isize;
        let mut sum = 0;
        for y in rows {
            let own = (y * self.width + columns.start) * 3;
            let other = own.wrapping_add_signed(shift * 3);
            let pairs = self.samples[own..own + length].iter().zip(&self.samples[other..other + length]);
            sum += pairs.map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum::<u32>();
            if sum >= limit {
                return u32::MAX;
            }
        }
        sum
    }

    /// One pass over all patches: those of its neighbours moved along, and chances ever nearer to its own.
    fn improve(&self, matches: &mut [Option<Match>], backwards: bool, random: &mut Pcg) {
        let reach = self.reach;
        let inside = |x: usize, y: usize| {
            (reach..self.width.saturating_sub(reach)).contains(&x)
                && (reach..self.height.saturating_sub(reach)).contains(&y)
        };
        let known = |source: usize| {
            let (rows, columns) = self.around(source);
            rows.into_iter()
                .all(|y| !self.hole[y * self.width + columns.start..y * self.width + columns.end].contains(&true))
        };
        let places: Vec<usize> = (0..matches.len()).filter(|place| matches[*place].is_some()).collect();
        for index in 0..places.len() {
            let place = places[if backwards { places.len() - 1 - index } else { index }];
            let Some(mut best) = matches[place] else { continue };
            // The colours may have changed since.
            best.distance = self.distance(place, best.source, u32::MAX);
            let consider = |source: usize, best: &mut Match| {
                if source == best.source || !inside(source % self.width, source / self.width) {
                    return;
                }
                let distance = self.distance(place, source, best.distance);
                if distance < best.distance && known(source) {
                    *best = Match { source, distance };
                }
            };
            let (x, y) = (place % self.width, place / self.width);
            let neighbours = if backwards {
                [
                    (x + 1 < self.width).then(|| (place + 1, -1)),
                    (y + 1 < self.height).then(|| (place + self.width, -(self.width as isize))),
                ]
            } else {
                [(x > 0).then(|| (place - 1, 1)), (y > 0).then(|| (place - self.width, self.width as isize))]
            };
            for (neighbour, step) in neighbours.into_iter().flatten() {
                if let Some(theirs) = matches[neighbour] {
                    let source = theirs.source.wrapping_add_signed(step);
                    if source < self.hole.len() {
                        consider(source, &mut best);
                    }
                }
            }
            let mut radius = self.width.max(self.height);
            while radius > 0 {
                let near = |at: usize, end: usize, random: &mut Pcg| {
                    let (low, high) = (at.saturating_sub(radius).max(reach), (at + radius + 1).min(end - reach));
                    low + random.below((high - low) as u32) as usize
                };
                let source_x = near(best.source % self.width, self.width, random);
                let source_y = near(best.source / self.width, self.height, random);
                consider(source_y * self.width + source_x, &mut best);
                radius /= 2;
            }
            matches[place] = Some(best);
        }
    }

    /// Steps from each place of the hole to what is known; nothing elsewhere.
    fn depths(&self) -> Vec<i32> {
        let mut depths: Vec<i32> = self.hole.iter().map(|hole| if *hole { i32::MAX } else { 0 }).collect();
        let mut front: VecDeque<usize> = (0..depths.len()).filter(|place| depths[*place] == 0).collect();
        while let Some(place) = front.pop_front() {
            for next in self.beside(place) {
                if depths[next] == i32::MAX {
                    depths[next] = depths[place] + 1;
                    front.push_back(next);
                }
            }
        }
        depths
    }

    /// Colours the hole: every patch over a pixel has a say, the more so the better its match is and the less deep in the
    /// hole it lies, where more of it is known than guessed.
    fn vote(&mut self, matches: &[Option<Match>], depths: &[i32]) {
        let found = || matches.iter().flatten();
        let mean = found().map(|found| f64::from(found.distance)).sum::<f64>() / found().count().max(1) as f64;
        let weight = |(found, depth): (&Option<Match>, &i32)| {
            let found = found.as_ref()?;
            let likeness = (-f64::from(found.distance) / (LIKENESS * mean.max(1.0))).exp();
            Some((likeness * DEPTH.powi(-depth)).max(1e-30) as f32)
        };
        let weights: Vec<f32> = matches.iter().zip(depths).map(|pair| weight(pair).unwrap_or(0.0)).collect();
        let mut voted = self.samples.clone();
        for place in (0..self.hole.len()).filter(|place| self.hole[*place]) {
            let mut sums = [0.0f32; 3];
            let mut total = 0.0;
            let (rows, columns) = self.around(place);
            for y in rows {
                for x in columns.clone() {
                    let patch = y * self.width + x;
                    let Some(found) = matches[patch] else { continue };
                    let source = (found.source + place - patch) * 3;
                    for (sum, sample) in sums.iter_mut().zip(&self.samples[source..source + 3]) {
                        *sum += weights[patch] * f32::from(*sample);
                    }
                    total += weights[patch];
                }
            }
            for (sample, sum) in voted[place * 3..place * 3 + 3].iter_mut().zip(sums) {
                *sample = (sum / total).round().clamp(0.0, 255.0) as u8;
            }
        }
        self.samples = voted;
    }
}
