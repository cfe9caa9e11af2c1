//! Brownian motion that follows from a seed alone, at any time and in any order of asking.
//!
//! The way from start to end is a number drawn from the seed. It is halved again and again, each half drawn given the
//! whole, down to the times asked for; each node's seed follows from its place in the tree.
//!
//! Reference: torchsde 0.2.6, `_brownian/brownian_interval.py`, `BrownianInterval` with `halfway_tree`, as diffusers 0.40.0
//! asks for it in `schedulers/scheduling_dpmsolver_sde.py`; NumPy 1.26 `SeedSequence`.

use tch::{Kind, Tensor};

use crate::Result;
use crate::random::Generator;

/// Words of a seed sequence's pool.
const POOL: usize = 24;
/// Times are told apart to so many decimals.
const DECIMALS: usize = 6;

/// The motion between two times.
#[derive(Debug)]
pub(super) struct BrownianMotion {
    seed: u64,
    root: Node,
    shape: Vec<i64>,
}

/// A stretch of time and the way within it.
#[derive(Debug)]
struct Node {
    start: f64,
    end: f64,
    /// Its place in the tree: number within its level, and level.
    place: (u64, u64),
    way: Tensor,
}

impl BrownianMotion {
    /// Between `start` and `end`, of tensors of this shape in float32 on the CPU.
    pub(super) fn new(seed: u64, start: f64, end: f64, shape: &[i64]) -> Result<Self> {
        let [way, ..] = seeds(seed, None);
        let way = draw(way, shape)?.f_mul_scalar((end - start).sqrt())?;
        let root = Node { start: rounded(start), end: rounded(end), place: (0, 0), way };
        Ok(Self { seed, root, shape: shape.to_vec() })
    }

    /// The way from one time to a later one; times outside are taken for the ends.
    pub(super) fn way(&self, from: f64, to: f64) -> Result<Tensor> {
        let within = |time: f64| rounded(time.clamp(self.root.start, self.root.end));
        let mut sum = None;
        self.add(&self.root, within(from), within(to), &mut sum)?;
        match sum {
            Some(sum) => Ok(sum),
            None => Ok(self.root.way.f_zeros_like()?),
        }
    }

    /// Adds the way between two times within a node, piece by piece.
    fn add(&self, node: &Node, from: f64, to: f64, sum: &mut Option<Tensor>) -> Result<()> {
        if from >= to {
            return Ok(());
        }
        if from == node.start && to == node.end {
            *sum = Some(match sum.take() {
                Some(sum) => sum.f_add(&node.way)?,
                None => node.way.shallow_clone(),
            });
            return Ok(());
        }
        let middle = rounded(0.5 * (node.end + node.start));
        let (left, right) = self.halves(node, middle)?;
        self.add(&left, from, to.min(middle), sum)?;
        self.add(&right, from.max(middle), to, sum)
    }

    fn halves(&self, node: &Node, middle: f64) -> Result<(Node, Node)> {
        let Node { start, end, place: (number, level), way } = node;
        let [seed, ..] = seeds(self.seed, Some(node.place));
        let (before, after, whole) = (middle - start, end - middle, 1.0 / (end - start));
        let mean = way.f_mul_scalar(before)?.f_mul_scalar(whole)?;
        let spread = (before * after * whole).sqrt();
        let first = mean.f_add(&draw(seed, &self.shape)?.f_mul_scalar(spread)?)?;
        let second = way.f_sub(&first)?;
        let half = |side: u64, start: f64, end: f64, way: Tensor| Node {
            start,
            end,
            place: (2 * number + side, level + 1),
            way,
        };
        Ok((half(0, *start, middle, first), half(1, middle, *end, second)))
    }
}

fn draw(seed: u32, shape: &[i64]) -> Result<Tensor> {
    Generator::new(u64::from(seed))?.randn(shape, Kind::Float)
}

/// To the nearest time that is told apart; of two as near the even one, by the decimal digits.
fn rounded(time: f64) -> f64 {
    format!("{time:.DECIMALS$}").parse().unwrap_or(time)
}

/// The first seeds of a sequence, NumPy's `SeedSequence(seed, spawn_key=place, pool_size=24).generate_state`.
fn seeds(seed: u64, place: Option<(u64, u64)>) -> [u32; 2] {
    let mut entropy = words(seed);
    if let Some((number, level)) = place {
        entropy.resize(entropy.len().max(POOL), 0);
        entropy.extend(words(number));
        entropy.extend(words(level));
    }
    let mut hash = Hash { constant: 0x43b0_d7e5, factor: 0x931e_8875 };
    let mut pool: Vec<u32> = (0..POOL).map(|i| hash.of(entropy.get(i).copied().unwrap_or(0))).collect();
    for source in 0..POOL {
        for target in 0..POOL {
            if source != target {
                pool[target] = mixed(pool[target], hash.of(pool[source]));
            }
        }
    }
    for word in entropy.iter().skip(POOL) {
        for target in &mut pool {
            *target = mixed(*target, hash.of(*word));
        }
    }
    let mut hash = Hash { constant: 0x8b51_f9dd, factor: 0x58f3_8ded };
    [hash.of(pool[0]), hash.of(pool[1])]
}

/// A number in words of 32 bits, the lowest first, at least one.
fn words(number: u64) -> Vec<u32> {
    let (low, high) = (number as u32, (number >> 32) as u32);
    if high == 0 { vec![low] } else { vec![low, high] }
}

struct Hash {
    constant: u32,
    factor: u32,
}

impl Hash {
    fn of(&mut self, value: u32) -> u32 {
        let value = value ^ self.constant;
        self.constant = self.constant.wrapping_mul(self.factor);
        let value = value.wrapping_mul(self.constant);
        value ^ (value >> 16)
    }
}

fn mixed(x: u32, y: u32) -> u32 {
    let mixed = x.wrapping_mul(0xca01_f9dd).wrapping_sub(y.wrapping_mul(0x4973_f715));
    mixed ^ (mixed >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made by NumPy 1.26.
    #[test]
    fn seeds_are_those_of_numpy() {
        assert_eq!(seeds(7, None), [1_376_543_887, 623_213_690]);
        assert_eq!(seeds(4_294_967_295, Some((0, 0))), [1_740_598_498, 3_256_389_548]);
        assert_eq!(seeds(42, Some((5, 3))), [3_084_123_560, 468_215_949]);
        assert_eq!(seeds((1 << 40) + 3, Some((16_777_217, 24))), [2_178_674_085, 490_665_599]);
    }

    #[test]
    fn the_way_is_the_sum_of_its_parts() {
        let motion = BrownianMotion::new(5, 0.03, 14.6, &[2, 3]).unwrap();
        let whole = motion.way(0.5, 9.25).unwrap();
        let parts = motion.way(0.5, 1.75).unwrap() + motion.way(1.75, 9.25).unwrap();
        let difference = (&whole - &parts).abs().max().double_value(&[]);
        assert!(difference < 1e-5, "differs by {difference}");
        assert_eq!(motion.way(3.0, 3.0).unwrap().abs().max().double_value(&[]), 0.0);
        assert_eq!(motion.way(-5.0, 99.0).unwrap(), motion.way(0.03, 14.6).unwrap());
    }
}
