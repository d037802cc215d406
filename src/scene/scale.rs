//! How many requests a dot stands for.

use crate::metrics::Recording;
use crate::sim::FRAME;
use crate::units::Time;

use super::count_text;

/// The stretch before the playhead over which dots are counted.
const STRETCH: Time = Time(1_000_000_000);

/// How many requests a dot stands for around the playhead, in words; nothing where there are no dots.
pub fn dot_words(recording: &Recording, playhead: Time) -> Option<String> {
    let last = (playhead.0.div_ceil(FRAME.0) as usize).min(recording.frames.len());
    let first = last.saturating_sub((STRETCH.0 / FRAME.0) as usize);
    let frames = &recording.frames[first..last];
    let issued: f64 = frames.iter().flat_map(|frame| &frame.users).map(|users| f64::from(users.issued)).sum();
    let index = |at: usize| recording.trips.partition_point(|trip| trip.wanted < Time(at as u64 * FRAME.0));
    let dots = index(last) - index(first);
    let each = issued / dots.max(1) as f64;
    (dots > 0 && each >= 2.0).then(|| format!("1 dot stands for about {} requests.", count_text(two_digits(each))))
}

/// Rounded to two digits: a dot more or less in a stretch is chance.
fn two_digits(number: f64) -> f64 {
    let step = libm::exp10(libm::floor(libm::log10(number.max(1.0))) - 1.0).max(1.0);
    (number / step).round() * step
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::read;
    use crate::sim::Simulation;

    fn recorded(rate: u32, scale: u32) -> Recording {
        let text = format!(
            "version = 1\nduration = \"1s\"\n[components.users]\nkind = \"clients\"\narrivals = \"even\"\n\
             traffic = \"{rate}/s\"\n"
        );
        let design = read(&text).expect("a good design");
        let mut simulation = Simulation::scaled(&design, None, scale);
        let mut recording = Recording::default();
        while let Some(frame) = simulation.frame() {
            recording.keep(simulation.parts(), &frame);
        }
        recording
    }

    #[test]
    fn a_dot_stands_for_many() {
        let check = |rate: u32, scale: u32, expected: Option<&str>| {
            let recording = recorded(rate, scale);
            assert_eq!(dot_words(&recording, Time::from_secs(1)).as_deref(), expected, "{rate}/s at {scale}");
        };
        check(20, 1, None);
        check(8_000, 1, Some("1 dot stands for about 100 requests."));
        check(8_000, 4, Some("1 dot stands for about 100 requests."));
        assert_eq!(dot_words(&Recording::default(), Time::ZERO), None);
    }
}
