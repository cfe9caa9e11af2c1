//! NumPy's generators of random numbers, number for number, so that the same seed gives the same picture as in the
//! reference: `RandomState(MT19937(SeedSequence(seed)))` and `default_rng(seed)`.
//!
//! M. Matsumoto and T. Nishimura, "Mersenne Twister", 1998; M. O'Neill, "PCG: a family of simple fast space-efficient
//! statistically good algorithms for random number generation", 2014, and its `seed_seq` replacement of 2015.

/// Spreads a seed over as many words as a generator needs.
struct SeedSequence {
    pool: [u32; 4],
}

impl SeedSequence {
    fn new(seed: u64) -> Self {
        let mut constant = 0x43b0_d7e5u32;
        let mut hash = |value: u32| {
            let value = value ^ constant;
            constant = constant.wrapping_mul(0x931e_8875);
            let value = value.wrapping_mul(constant);
            value ^ (value >> 16)
        };
        let words = [seed as u32, (seed >> 32) as u32, 0, 0];
        let mut pool = words.map(&mut hash);
        for source in 0..4 {
            for target in 0..4 {
                if source != target {
                    let value = hash(pool[source]);
                    let mixed =
                        0xca01_f9ddu32.wrapping_mul(pool[target]).wrapping_sub(0x4973_f715u32.wrapping_mul(value));
                    pool[target] = mixed ^ (mixed >> 16);
                }
            }
        }
        Self { pool }
    }

    fn words(&self) -> impl Iterator<Item = u32> + use<> {
        let pool = self.pool;
        let mut constant = 0x8b51_f9ddu32;
        (0..).map(move |index: usize| {
            let value = pool[index % 4] ^ constant;
            constant = constant.wrapping_mul(0x58f3_8ded);
            let value = value.wrapping_mul(constant);
            value ^ (value >> 16)
        })
    }
}

const LENGTH: usize = 624;

/// NumPy's `RandomState` on a Mersenne Twister.
pub struct Twister {
    state: Vec<u32>,
    next: usize,
    spare: Option<f64>,
}

impl Twister {
    /// From a seed, through NumPy's `SeedSequence`.
    pub fn new(seed: u64) -> Self {
        let mut state: Vec<u32> = SeedSequence::new(seed).words().take(LENGTH).collect();
        state[0] = 0x8000_0000;
        // NumPy leaves the position at the last word.
        Self { state, next: LENGTH - 1, spare: None }
    }

    fn word(&mut self) -> u32 {
        if self.next == LENGTH {
            for index in 0..LENGTH {
                let joined = (self.state[index] & 0x8000_0000) | (self.state[(index + 1) % LENGTH] & 0x7fff_ffff);
                let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[index] = self.state[(index + 397) % LENGTH] ^ (joined >> 1) ^ odd;
            }
            self.next = 0;
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// From 0 up to, not including, 1.
    pub fn uniform(&mut self) -> f64 {
        let (high, low) = (self.word() >> 5, self.word() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    /// From the standard normal distribution, by Marsaglia's polar method.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let x = 2.0 * self.uniform() - 1.0;
            let y = 2.0 * self.uniform() - 1.0;
            let squared = x * x + y * y;
            if squared < 1.0 && squared != 0.0 {
                let factor = (-2.0 * squared.ln() / squared).sqrt();
                self.spare = Some(factor * x);
                return factor * y;
            }
        }
    }
}

const MULTIPLIER: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;

/// NumPy's `default_rng`.
pub struct Pcg {
    state: u128,
    increment: u128,
    half: Option<u32>,
}

impl Pcg {
    /// From a seed, through NumPy's `SeedSequence`.
    pub fn new(seed: u64) -> Self {
        let mut words = SeedSequence::new(seed).words();
        let mut pair = || {
            let mut long = || u128::from(words.next().unwrap_or(0)) | (u128::from(words.next().unwrap_or(0)) << 32);
            let high = long();
            (high << 64) | long()
        };
        let (start, stream) = (pair(), pair());
        let mut generator = Self { state: 0, increment: (stream << 1) | 1, half: None };
        generator.step();
        generator.state = generator.state.wrapping_add(start);
        generator.step();
        generator
    }

    fn step(&mut self) {
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(self.increment);
    }

    fn word(&mut self) -> u32 {
        if let Some(half) = self.half.take() {
            return half;
        }
        self.step();
        let folded = (self.state >> 64) as u64 ^ self.state as u64;
        let long = folded.rotate_right((self.state >> 122) as u32);
        self.half = Some((long >> 32) as u32);
        long as u32
    }

    /// A whole number below `bound`, each as likely: D. Lemire, "Fast random integer generation in an interval", 2019.
    pub fn below(&mut self, bound: u32) -> u32 {
        if bound <= 1 {
            return 0;
        }
        let mut product = u64::from(self.word()) * u64::from(bound);
        if (product as u32) < bound {
            let threshold = bound.wrapping_neg() % bound;
            while (product as u32) < threshold {
                product = u64::from(self.word()) * u64::from(bound);
            }
        }
        (product >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // numpy 1.26.4: `RandomState(MT19937(SeedSequence(7)))`, `default_rng(7)`.
    #[test]
    fn numbers_are_numpys() {
        let mut twister = Twister::new(7);
        assert_eq!([(); 3].map(|()| twister.uniform()), TWISTER_UNIFORM);
        assert_eq!([(); 3].map(|()| twister.normal()), TWISTER_NORMAL);
        let mut pcg = Pcg::new(7);
        assert_eq!([(); 8].map(|()| pcg.below(10)), PCG_BELOW_TEN);
    }

    const TWISTER_UNIFORM: [f64; 3] = [0.3063046070659432, 0.6329972524351799, 0.1940278306192339];
    const TWISTER_NORMAL: [f64; 3] = [1.3127728394445424, 0.21649860989343364, 0.6331386787178417];
    const PCG_BELOW_TEN: [u32; 8] = [9, 6, 6, 8, 5, 7, 8, 2];
}
