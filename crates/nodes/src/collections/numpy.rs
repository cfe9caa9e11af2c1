//! The random numbers of numpy's `default_rng(seed).integers(..)`, so that a seed gives the list it gives in the reference:
//! PCG64 (<https://www.pcg-random.org>, XSL-RR 128/64) seeded through numpy's `SeedSequence`, and Lemire's way to bounded
//! numbers (<https://arxiv.org/abs/1805.10941>).

/// A row of random numbers.
#[derive(Debug)]
pub(crate) struct Generator {
    state: u128,
    increment: u128,
    /// The upper half of a number of which only the lower half was asked for.
    half: Option<u32>,
}

const MULTIPLIER: u128 = (2_549_297_995_355_413_924 << 64) + 4_865_540_595_714_422_341;

impl Generator {
    /// The row that a seed of 32 bits begins.
    pub(crate) fn seeded(seed: u64) -> Self {
        let [state_high, state_low, row_high, row_low] = spread([seed as u32, (seed >> 32) as u32]);
        let wide = |high: u64, low: u64| (u128::from(high) << 64) | u128::from(low);
        let mut generator = Self { state: 0, increment: (wide(row_high, row_low) << 1) | 1, half: None };
        generator.step();
        generator.state = generator.state.wrapping_add(wide(state_high, state_low));
        generator.step();
        generator
    }

    /// A number from 0 to `last`, each as likely.
    pub(crate) fn up_to(&mut self, last: u64) -> u64 {
        match (last, u32::try_from(last)) {
            (0, _) => 0,
            (_, Ok(u32::MAX)) => self.next_u32().into(),
            (_, Ok(last)) => self.bounded_u32(last).into(),
            (u64::MAX, _) => self.next_u64(),
            _ => self.bounded_u64(last),
        }
    }

    fn bounded_u32(&mut self, last: u32) -> u32 {
        let count = u64::from(last) + 1;
        let threshold = u64::from(u32::MAX - last) % count;
        loop {
            let product = u64::from(self.next_u32()) * count;
            if u64::from(product as u32) >= threshold {
                return (product >> 32) as u32;
            }
        }
    }

    fn bounded_u64(&mut self, last: u64) -> u64 {
        let count = u128::from(last) + 1;
        let threshold = u128::from(u64::MAX - last) % count;
        loop {
            let product = u128::from(self.next_u64()) * count;
            if u128::from(product as u64) >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    fn next_u32(&mut self) -> u32 {
        self.half.take().unwrap_or_else(|| {
            let whole = self.next_u64();
            self.half = Some((whole >> 32) as u32);
            whole as u32
        })
    }

    fn next_u64(&mut self) -> u64 {
        self.step();
        (((self.state >> 64) ^ self.state) as u64).rotate_right((self.state >> 122) as u32)
    }

    fn step(&mut self) {
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(self.increment);
    }
}

/// Numpy's `SeedSequence`: a seed spread over four numbers.
fn spread(seed: [u32; 2]) -> [u64; 4] {
    let fold = |value: u32| value ^ (value >> 16);
    let mut constant: u32 = 0x43b0_d7e5;
    let mut hashed = |value: u32| {
        let value = value ^ constant;
        constant = constant.wrapping_mul(0x931e_8875);
        fold(value.wrapping_mul(constant))
    };
    let mut pool = [hashed(seed[0]), hashed(seed[1]), hashed(0), hashed(0)];
    for from in 0..4 {
        for to in (0..4).filter(|to| *to != from) {
            let right = hashed(pool[from]).wrapping_mul(0x4973_f715);
            pool[to] = fold(pool[to].wrapping_mul(0xca01_f9dd).wrapping_sub(right));
        }
    }
    let mut constant: u32 = 0x8b51_f9dd;
    let mut drawn = |index: usize| {
        let value = pool[index % 4] ^ constant;
        constant = constant.wrapping_mul(0x58f3_8ded);
        u64::from(fold(value.wrapping_mul(constant)))
    };
    let mut words = [0; 4];
    for (index, word) in words.iter_mut().enumerate() {
        *word = drawn(2 * index) | (drawn(2 * index + 1) << 32);
    }
    words
}
