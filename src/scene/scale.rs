//! What the player says of the scale: how many requests a dot stands for, and a simulated request.

use crate::design::Scale;
use crate::metrics::Recording;
use crate::sim::FRAME;
use crate::units::Time;

use super::count_text;

/// The stretch before the playhead over which dots are counted.
const STRETCH: Time = Time(1_000_000_000);

/// What the player says where not every request is simulated by itself, or it is and takes its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaleWords {
    /// In few words.
    pub short: String,
    /// In a sentence or two.
    pub long: String,
}

/// What there is to say of a design of this scale, and of its run, if there is one; nothing where each request is
/// simulated by itself as usual.
pub fn scale_note(scale: &Scale, recording: &Recording) -> Option<ScaleWords> {
    // A run that was changed in its midst may have another scale than its last design alone.
    let k = if recording.parts.scale > 0 { recording.parts.scale } else { scale.k };
    let long = Scale { k, because: scale.because.clone(), ..scale.clone() }.words()?;
    let short = if k > 1 { format!("1 stands for {k}") } else { "One by one, slower".to_owned() };
    Some(ScaleWords { short, long })
}

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

    fn recorded(rate: u32, scale: u32) -> (Scale, Recording) {
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
        (Scale::of(&[&design], &[]), recording)
    }

    #[test]
    fn a_dot_stands_for_many() {
        let check = |rate: u32, scale: u32, expected: Option<&str>| {
            let (_, recording) = recorded(rate, scale);
            assert_eq!(dot_words(&recording, Time::from_secs(1)).as_deref(), expected, "{rate}/s at {scale}");
        };
        check(20, 1, None);
        check(8_000, 1, Some("1 dot stands for about 100 requests."));
        check(8_000, 4, Some("1 dot stands for about 100 requests."));
        assert_eq!(dot_words(&Recording::default(), Time::ZERO), None);
    }

    #[test]
    fn the_scale_is_told_where_there_is_one() {
        let (scale, recording) = recorded(100, 1);
        assert_eq!(scale_note(&scale, &recording), None);
        let (scale, recording) = recorded(8_000, 4);
        let words = scale_note(&scale, &recording).expect("a scale");
        assert_eq!(words.short, "1 stands for 4");
        assert!(words.long.starts_with("1 simulated request stands for 4 real ones"), "{}", words.long);
        let slow = Scale { k: 1, peak: 1e6, because: Some("`db` has 1 core".to_owned()) };
        let words = scale_note(&slow, &Recording::default()).expect("a reason");
        assert!(words.long.contains("because `db` has 1 core"), "{}", words.long);
    }
}
