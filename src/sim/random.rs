//! Random streams: one per component, seeded by the run's seed and the component's name, the same on every platform.

use std::sync::Arc;

use crate::units::{Distribution, Time};

/// A stream of xoshiro256++ (Blackman & Vigna 2019), written out because library "small" generators differ between
/// 64-bit machines and wasm32.
#[derive(Clone, Debug)]
pub struct Stream([u64; 4]);

impl Stream {
    /// The stream of this seed and name. Different names give streams that have nothing to do with each other.
    pub fn new(seed: u64, name: &str) -> Stream {
        // SplitMix64 fills the state, as the generator's authors advise.
        let mut state = seed ^ hash_of(name).rotate_left(32);
        Stream(std::array::from_fn(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix(state)
        }))
    }

    /// The next 64 bits.
    #[inline(always)]
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in [0, 1), in steps of 2⁻⁵³.
    #[inline(always)]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in 0..n, for n > 0 (Lemire's multiply-shift on 32 bits; the bias is below n / 2³²).
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        (((self.bits() >> 32) * u64::from(n)) >> 32) as u32
    }

    /// Standard normal, by Marsaglia's polar method.
    fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * (-2.0 * libm::log(s) / s).sqrt();
            }
        }
    }
}

/// FNV-1a of a name.
pub fn hash_of(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// SplitMix64's finaliser: a good hash of a 64-bit word.
#[inline]
pub fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

const LAYERS: usize = 256;
/// Where the tail of the exponential ziggurat with 256 layers begins (Marsaglia & Tsang 2000).
const TAIL: f64 = 7.697_117_470_131_05;

/// The exponential distribution with mean 1, by the ziggurat method of Marsaglia & Tsang (2000).
#[derive(Clone, Debug)]
pub struct Exponential(Arc<Layers>);

/// The right edge of each layer, which nearly all draws need, and the density there.
#[derive(Clone, Debug)]
struct Layers {
    edges: [f64; LAYERS + 1],
    heights: [f64; LAYERS + 1],
}

impl Default for Exponential {
    fn default() -> Exponential {
        Exponential::new()
    }
}

impl Exponential {
    /// Builds the tables.
    pub fn new() -> Exponential {
        let density = |x: f64| libm::exp(-x);
        let area = (TAIL + 1.0) * density(TAIL);
        let (mut edges, mut heights) = ([0.0; LAYERS + 1], [1.0; LAYERS + 1]);
        (edges[0], heights[0]) = (area / density(TAIL), 0.0);
        (edges[1], heights[1]) = (TAIL, density(TAIL));
        for i in 2..LAYERS {
            heights[i] = heights[i - 1] + area / edges[i - 1];
            edges[i] = -libm::log(heights[i]);
        }
        Exponential(Arc::new(Layers { edges, heights }))
    }

    /// One draw.
    #[inline(always)]
    pub fn draw(&self, stream: &mut Stream) -> f64 {
        let (layer, x) = self.cast(stream);
        if x < self.0.edges[layer + 1] { x } else { self.draw_on(layer, x, stream) }
    }

    /// A layer, and a place in it.
    #[inline(always)]
    fn cast(&self, stream: &mut Stream) -> (usize, f64) {
        let bits = stream.bits();
        let layer = (bits & 0xff) as usize;
        (layer, (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64) * self.0.edges[layer])
    }

    /// The one draw in fifty that does not fall within the next layer.
    #[cold]
    #[inline(never)]
    fn draw_on(&self, mut layer: usize, mut x: f64, stream: &mut Stream) -> f64 {
        loop {
            if layer == 0 {
                return TAIL - libm::log(1.0 - stream.unit());
            }
            let (low, high) = (self.0.heights[layer], self.0.heights[layer + 1]);
            if low + (high - low) * stream.unit() < libm::exp(-x) {
                return x;
            }
            (layer, x) = self.cast(stream);
            if x < self.0.edges[layer + 1] {
                return x;
            }
        }
    }

    /// One draw of a random duration.
    #[inline]
    pub fn sample(&self, distribution: Distribution, stream: &mut Stream) -> Time {
        match distribution {
            Distribution::Constant(time) => time,
            Distribution::Exponential(mean) => mean * self.draw(stream),
            Distribution::Uniform(low, high) => low + (high - low) * stream.unit(),
            Distribution::Lognormal(mean, cv) => {
                // ln X is normal with variance ln(1 + cv²) and a mean that makes E X = mean.
                let variance = libm::log(1.0 + cv * cv);
                mean * libm::exp(variance.sqrt() * stream.normal() - variance / 2.0)
            }
            Distribution::Pareto(mean, shape) => {
                // E X = α/(α−1) · minimum.
                mean * ((shape - 1.0) / shape * libm::pow(1.0 - stream.unit(), -1.0 / shape))
            }
        }
    }
}

/// A finite discrete distribution drawn in constant time (Walker 1977, Vose 1991).
#[derive(Clone, Debug)]
pub struct Alias(Arc<[(u32, u32)]>);

impl Alias {
    /// Keys 0..count, key k with weight 1/(k+1)^exponent: Zipf's law.
    pub fn zipf(count: u32, exponent: f64) -> Alias {
        let weights: Vec<f64> = (1..=count).map(|rank| libm::pow(f64::from(rank), -exponent)).collect();
        Alias::new(&weights)
    }

    /// Index i with probability proportional to `weights[i]`; not all may be 0.
    pub fn new(weights: &[f64]) -> Alias {
        let n = weights.len();
        let scale = n as f64 / weights.iter().sum::<f64>();
        let mut share: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
        let mut table: Vec<(u32, u32)> = (0..n as u32).map(|index| (u32::MAX, index)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..n).partition(|&index| share[index] < 1.0);
        while let (Some(&less), Some(&more)) = (small.last(), large.last()) {
            small.pop();
            table[less] = ((share[less] * f64::from(u32::MAX)) as u32, more as u32);
            share[more] -= 1.0 - share[less];
            if share[more] < 1.0 {
                large.pop();
                small.push(more);
            }
        }
        Alias(table.into())
    }

    /// One draw.
    #[inline(always)]
    pub fn draw(&self, stream: &mut Stream) -> u32 {
        let bits = stream.bits();
        let index = (((bits >> 32) * self.0.len() as u64) >> 32) as usize;
        let (keep, other) = self.0[index];
        if (bits as u32) <= keep { index as u32 } else { other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_xoshiro256_plus_plus() {
        // The first outputs for the state 1, 2, 3, 4, as published with the reference implementation's ports.
        let mut stream = Stream([1, 2, 3, 4]);
        let first: Vec<u64> = (0..4).map(|_| stream.bits()).collect();
        assert_eq!(first, [41943041, 58720359, 3588806011781223, 3591011842654386]);
    }

    fn moments(distribution: &str) -> (f64, f64) {
        let distribution = distribution.parse().unwrap();
        let (exponential, mut stream) = (Exponential::new(), Stream::new(7, distribution_name(&distribution)));
        let draws: Vec<f64> =
            (0..400_000).map(|_| exponential.sample(distribution, &mut stream).as_secs_f64() * 1e3).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / draws.len() as f64;
        (mean, variance.sqrt())
    }

    fn distribution_name(distribution: &Distribution) -> &'static str {
        match distribution {
            Distribution::Exponential(_) => "exponential",
            _ => "other",
        }
    }

    #[test]
    fn distributions_have_their_moments() {
        let check = |text: &str, mean: f64, deviation: f64| {
            let (seen_mean, seen_deviation) = moments(text);
            assert!((seen_mean / mean - 1.0).abs() < 0.01, "{text}: mean {seen_mean} ms");
            assert!(
                (seen_deviation - deviation).abs() < 0.02 * mean.max(deviation),
                "{text}: deviation {seen_deviation} ms"
            );
        };
        check("5ms", 5.0, 0.0);
        check("exp(5ms)", 5.0, 5.0);
        check("lognormal(5ms, 1.5)", 5.0, 7.5);
        check("uniform(1ms, 9ms)", 5.0, 8.0 / 12f64.sqrt());
        check("pareto(5ms, 4)", 5.0, 5.0 / 8f64.sqrt());
    }

    #[test]
    fn exponential_tail_is_right() {
        let (exponential, mut stream) = (Exponential::new(), Stream::new(1, "tail"));
        let n = 2_000_000;
        let draws: Vec<f64> = (0..n).map(|_| exponential.draw(&mut stream)).collect();
        for x in [0.1, 1.0, 3.0, 7.0, 8.5] {
            let expected = libm::exp(-x) * f64::from(n);
            let seen = draws.iter().filter(|&&draw| draw > x).count() as f64;
            assert!((seen - expected).abs() < 5.0 * expected.sqrt(), "P(X > {x}): {seen} of {expected}");
        }
    }

    #[test]
    fn zipf_follows_its_law() {
        let (alias, mut stream) = (Alias::zipf(1000, 1.0), Stream::new(3, "keys"));
        let harmonic: f64 = (1..=1000).map(|rank| 1.0 / f64::from(rank)).sum();
        let mut seen = vec![0u32; 1000];
        let n = 1_000_000;
        (0..n).for_each(|_| seen[alias.draw(&mut stream) as usize] += 1);
        for rank in [1usize, 2, 10, 100] {
            let expected = f64::from(n) / (rank as f64 * harmonic);
            let deviation = (f64::from(seen[rank - 1]) - expected).abs();
            assert!(deviation < 5.0 * expected.sqrt(), "rank {rank}: {} of {expected}", seen[rank - 1]);
        }
    }
}
