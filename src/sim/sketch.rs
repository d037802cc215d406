//! Latencies of one frame: counted in steps of two significant digits, and kept in four bytes for each step that occurs.
//!
//! The steps are those of HDR histograms with two digits, so that what goals and charts say does not depend on who counts.

use serde::{Deserialize, Serialize};

/// Steps of each doubling: a step is at most 1/128 of its latency wide.
const HALF: u32 = 128;
/// Steps up to 2³² µs, more than an hour.
const STEPS: usize = 26 * HALF as usize;

/// A mergeable histogram of latencies in microseconds: steps in order of latency, and how often each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch(Vec<(u16, u16)>);

impl Sketch {
    /// The sketch of these latencies in microseconds, in order, and how often each.
    pub fn of(latencies: impl IntoIterator<Item = (u32, u32)>) -> Sketch {
        let mut sketch = Sketch::default();
        latencies.into_iter().for_each(|(micros, count)| sketch.push(step_of(micros) as u16, count));
        sketch
    }

    /// A count that does not fit is split.
    fn push(&mut self, step: u16, mut count: u32) {
        while count > 0 {
            let part = count.min(u32::from(u16::MAX));
            self.0.push((step, part as u16));
            count -= part;
        }
    }

    /// The latencies in microseconds, the greatest of each step, in order; and how often.
    pub fn latencies(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.0.iter().map(|(step, count)| (greatest_of(u32::from(*step)), u32::from(*count)))
    }

    /// Steps there are, of all latencies.
    pub const STEPS: usize = STEPS;

    /// The greatest latency of a step, in microseconds.
    pub fn greatest(step: u32) -> u32 {
        greatest_of(step)
    }

    /// The same latencies, each so many times as often.
    pub fn times(&self, k: u32) -> Sketch {
        let mut sketch = Sketch::default();
        self.0.iter().for_each(|(step, count)| sketch.push(*step, u32::from(*count) * k));
        sketch.0.shrink_to_fit();
        sketch
    }

    /// Adds how often each step occurs to these counts, one for each of [`Sketch::STEPS`].
    pub fn add_to(&self, counts: &mut [u64]) {
        for (step, count) in &self.0 {
            if let Some(sum) = counts.get_mut(usize::from(*step)) {
                *sum += u64::from(*count);
            }
        }
    }

    /// The memory it takes beside itself.
    pub fn bytes(&self) -> usize {
        self.0.len() * size_of::<(u16, u16)>()
    }
}

/// The step of a latency: its highest eight bits.
#[inline]
fn step_of(micros: u32) -> u32 {
    let order = 24 - (micros | (2 * HALF - 1)).leading_zeros();
    order * HALF + (micros >> order)
}

/// The greatest latency of a step.
fn greatest_of(step: u32) -> u32 {
    let order = (step / HALF).saturating_sub(1);
    let within = u64::from(step - order * HALF);
    (((within + 1) << order) - 1) as u32
}

/// Counts the latencies of the frame that is running.
#[derive(Clone, Debug)]
pub struct Latencies {
    counts: Vec<u32>,
    /// The steps that were counted lie in `low..high`.
    low: usize,
    high: usize,
}

impl Default for Latencies {
    fn default() -> Latencies {
        Latencies { counts: vec![0; STEPS], low: STEPS, high: 0 }
    }
}

impl Latencies {
    /// Counts one.
    #[inline]
    pub fn record(&mut self, micros: u32) {
        let step = step_of(micros) as usize;
        self.counts[step] += 1;
        self.low = self.low.min(step);
        self.high = self.high.max(step + 1);
    }

    /// The latency in microseconds that this share of all that was counted here does not exceed; none of fewer than `least`.
    pub fn quantile(counted: [&Latencies; 2], share: f64, least: u64) -> Option<u32> {
        let low = counted.iter().map(|latencies| latencies.low).min()?;
        let high = counted.iter().map(|latencies| latencies.high).max()?;
        let at = |step: usize| counted.iter().map(|latencies| u64::from(latencies.counts[step])).sum::<u64>();
        let all = (low..high).map(at).sum::<u64>();
        let rank = libm::ceil(all as f64 * share) as u64;
        let mut sum = 0;
        let reached = (low..high).find(|step| {
            sum += at(*step);
            sum >= rank
        });
        reached.filter(|_| all >= least).map(|step| greatest_of(step as u32))
    }

    /// What was counted; starts anew.
    pub fn harvest(&mut self) -> Sketch {
        let mut sketch = Sketch::default();
        let counted = self.low.min(self.high)..self.high;
        for (step, count) in counted.clone().zip(&mut self.counts[counted]) {
            sketch.push(step as u16, std::mem::take(count));
        }
        (self.low, self.high) = (STEPS, 0);
        sketch.0.shrink_to_fit();
        sketch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::random::Stream;
    use hdrhistogram::Histogram;

    #[test]
    fn counts_as_an_hdr_histogram_of_two_digits() {
        let mut stream = Stream::new(1, "latencies");
        let mut latencies = Latencies::default();
        let mut histogram: Histogram<u32> = Histogram::new_with_bounds(1, 3_600_000_000, 2).unwrap();
        for frame in 0..20 {
            for _ in 0..2000 {
                let micros = ((stream.bits() >> 32) as u32 >> stream.below(31)).clamp(1, 3_600_000_000);
                latencies.record(micros);
                histogram.record(u64::from(micros)).unwrap();
            }
            let expected: Vec<(u32, u32)> = histogram
                .iter_recorded()
                .map(|step| (step.value_iterated_to() as u32, step.count_at_value()))
                .collect();
            let sketch = latencies.harvest();
            assert_eq!(sketch.latencies().collect::<Vec<_>>(), expected, "frame {frame}");
            assert_eq!(Sketch::of(expected.iter().copied()), sketch);
            histogram.reset();
        }
        assert_eq!(latencies.harvest(), Sketch::default());
    }

    #[test]
    fn a_quantile_is_taken_of_both_halves() {
        let (mut first, mut second) = (Latencies::default(), Latencies::default());
        (1..=100).for_each(|micros| first.record(micros));
        assert_eq!(Latencies::quantile([&first, &second], 0.95, 20), Some(95));
        (101..=200).for_each(|micros| second.record(micros));
        assert_eq!(Latencies::quantile([&first, &second], 0.95, 20), Some(190));
        assert_eq!(Latencies::quantile([&first, &second], 0.95, 201), None);
        assert_eq!(Latencies::quantile([&Latencies::default(), &Latencies::default()], 0.95, 0), None);
    }

    #[test]
    fn great_counts_are_kept() {
        let sketch = Sketch::of([(7, 200_000), (u32::MAX, 1)]);
        assert_eq!(sketch.latencies().filter(|(micros, _)| *micros == 7).map(|(_, count)| count).sum::<u32>(), 200_000);
        assert_eq!(sketch.latencies().last(), Some((u32::MAX, 1)));
        assert_eq!(sketch.bytes(), 5 * 4);
    }
}
