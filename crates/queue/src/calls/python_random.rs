//! The random numbers of Python's `random.Random(seed)`, so that a workflow's seed gives what it gives in the reference:
//! MT19937 (Matsumoto and Nishimura, 1998), seeded with `init_by_array`.

const SIZE: usize = 624;
const SHIFT: usize = 397;

/// The generator.
pub(super) struct PythonRandom {
    state: [u32; SIZE],
    next: usize,
}

impl PythonRandom {
    /// As `random.Random(seed)`; the sign of a seed does not count.
    pub(super) fn new(seed: u64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "the two halves of the seed")]
        let (low, high) = (seed as u32, (seed >> 32) as u32);
        let key: &[u32] = if high == 0 { &[low] } else { &[low, high] };
        let mut state = [0_u32; SIZE];
        state[0] = 19_650_218;
        for i in 1..SIZE {
            let before = state[i - 1] ^ (state[i - 1] >> 30);
            state[i] = 1_812_433_253_u32.wrapping_mul(before).wrapping_add(i as u32);
        }
        let (mut i, mut j) = (1, 0);
        let mut step = |state: &mut [u32; SIZE], factor: u32, add: &dyn Fn(usize, usize) -> u32| {
            let before = state[i - 1] ^ (state[i - 1] >> 30);
            state[i] = (state[i] ^ before.wrapping_mul(factor)).wrapping_add(add(i, j));
            i += 1;
            j = (j + 1) % key.len();
            if i == SIZE {
                state[0] = state[SIZE - 1];
                i = 1;
            }
        };
        for _ in 0..SIZE {
            step(&mut state, 1_664_525, &|_, j| key[j].wrapping_add(j as u32));
        }
        for _ in 1..SIZE {
            step(&mut state, 1_566_083_941, &|i, _| (i as u32).wrapping_neg());
        }
        state[0] = 0x8000_0000;
        Self { state, next: SIZE }
    }

    fn next_u32(&mut self) -> u32 {
        if self.next == SIZE {
            for i in 0..SIZE {
                let joined = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % SIZE] & 0x7fff_ffff);
                let twist = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[i] = self.state[(i + SHIFT) % SIZE] ^ (joined >> 1) ^ twist;
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

    /// As `random()`: from 0 to 1, 53 bits.
    pub(super) fn next_float(&mut self) -> f64 {
        let (high, low) = (self.next_u32() >> 5, self.next_u32() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_pythons() {
        let mut numbers = PythonRandom::new(42);
        // python3 -c "import random; r = random.Random(42); print([r.random() for _ in range(3)])"
        let first: Vec<f64> = (0..3).map(|_| numbers.next_float()).collect();
        assert_eq!(first, [0.639_426_798_457_883_7, 0.025_010_755_222_666_936, 0.275_029_318_369_119_26]);
        // … random.Random(2**40 + 7).random(), after 700 others
        let mut numbers = PythonRandom::new((1 << 40) + 7);
        let late = (0..701).map(|_| numbers.next_float()).last();
        assert_eq!(late, Some(0.931_805_583_293_534_1));
    }
}
