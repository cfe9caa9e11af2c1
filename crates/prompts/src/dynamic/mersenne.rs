//! Python's `random.Random`: the Mersenne Twister (Matsumoto and Nishimura, 1998, MT19937) seeded with a whole number, and
//! what Python draws from it.

const SIZE: usize = 624;
const SHIFT: usize = 397;

/// A row of random numbers.
#[derive(Debug)]
pub(super) struct MersenneTwister {
    state: [u32; SIZE],
    next: usize,
}

impl MersenneTwister {
    /// As `Random(seed)`.
    pub(super) fn seeded(seed: u64) -> Self {
        let key = [seed as u32, (seed >> 32) as u32];
        let key = if key[1] == 0 { &key[..1] } else { &key[..] };
        let mut state = [0u32; SIZE];
        state[0] = 19_650_218;
        for index in 1..SIZE {
            let before = state[index - 1];
            state[index] = 1_812_433_253u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(index as u32);
        }
        let (mut index, mut place) = (1, 0);
        for _ in 0..SIZE.max(key.len()) {
            let mixed = (state[index - 1] ^ (state[index - 1] >> 30)).wrapping_mul(1_664_525);
            state[index] = (state[index] ^ mixed).wrapping_add(key[place]).wrapping_add(place as u32);
            place = (place + 1) % key.len();
            index = advance(index, &mut state);
        }
        for _ in 0..SIZE - 1 {
            let mixed = (state[index - 1] ^ (state[index - 1] >> 30)).wrapping_mul(1_566_083_941);
            state[index] = (state[index] ^ mixed).wrapping_sub(index as u32);
            index = advance(index, &mut state);
        }
        state[0] = 0x8000_0000;
        Self { state, next: SIZE }
    }

    fn next_u32(&mut self) -> u32 {
        if self.next == SIZE {
            self.renew();
        }
        let mut value = self.state[self.next];
        self.next += 1;
        value ^= value >> 11;
        value ^= (value << 7) & 0x9d2c_5680;
        value ^= (value << 15) & 0xefc6_0000;
        value ^ (value >> 18)
    }

    fn renew(&mut self) {
        for index in 0..SIZE {
            let (next, far) = ((index + 1) % SIZE, (index + SHIFT) % SIZE);
            let mixed = (self.state[index] & 0x8000_0000) | (self.state[next] & 0x7fff_ffff);
            let odd = if mixed & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[index] = self.state[far] ^ (mixed >> 1) ^ odd;
        }
        self.next = 0;
    }

    /// As `random()`: from 0 to less than 1.
    pub(super) fn fraction(&mut self) -> f64 {
        let (high, low) = (self.next_u32() >> 5, self.next_u32() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    /// As `randint(least, most)`: both ends may come.
    pub(super) fn between(&mut self, least: usize, most: usize) -> usize {
        let count = (most - least + 1) as u64;
        let bits = u64::BITS - count.leading_zeros();
        loop {
            let drawn = if bits <= 32 {
                u64::from(self.next_u32() >> (32 - bits))
            } else {
                let low = u64::from(self.next_u32());
                low | (u64::from(self.next_u32() >> (64 - bits)) << 32)
            };
            if drawn < count {
                return least + drawn as usize;
            }
        }
    }
}

/// The place after `index`; after the last, the first takes over the last's value.
fn advance(index: usize, state: &mut [u32; SIZE]) -> usize {
    if index + 1 == SIZE {
        state[0] = state[SIZE - 1];
        1
    } else {
        index + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[random.Random(s).random() for s in …]` and `[r.randint(1, 6) for _ in range(8)]` with `r = random.Random(7)`, of
    /// Python 3.11.
    #[test]
    fn numbers_are_those_of_python() {
        assert_eq!(MersenneTwister::seeded(0).fraction(), 0.844_421_851_525_048_1);
        assert_eq!(MersenneTwister::seeded(1 << 40).fraction(), 0.1036394562812375);
        let mut random = MersenneTwister::seeded(7);
        let drawn: Vec<usize> = (0..8).map(|_| random.between(1, 6)).collect();
        assert_eq!(drawn, [3, 2, 4, 6, 1, 1, 5, 1]);
    }
}
