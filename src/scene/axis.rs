//! Axes: round marks on them, times as a clock shows them, numbers as people say them.

use crate::units::Time;

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where.
    pub at: f64,
    /// What it says.
    pub text: String,
}

/// Marks on a time axis, about one for each 80 pixels.
pub fn time_ticks(seconds: (f64, f64), pixels: u32) -> Vec<Tick> {
    const STEPS: [f64; 16] =
        [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 21600.0];
    let least = (seconds.1 - seconds.0) / (f64::from(pixels) / 80.0).max(1.0);
    let step = STEPS.into_iter().find(|step| *step >= least).unwrap_or(86_400.0);
    let said = |at: f64| match step < 1.0 {
        true => clock_tenths(Time::from_secs_f64(at)),
        false => clock(Time::from_secs_f64(at)),
    };
    let first = libm::ceil(seconds.0 / step - 1e-9) as u64;
    let last = libm::floor(seconds.1 / step + 1e-9) as u64;
    (first..=last).map(|number| number as f64 * step).map(|at| Tick { at, text: said(at) }).collect()
}

/// A time as a clock shows it: `1:07`.
pub fn clock(time: Time) -> String {
    let seconds = time.0 / 1_000_000_000;
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

/// A time as a clock with tenths shows it: `1:07.3`.
pub fn clock_tenths(time: Time) -> String {
    format!("{}.{}", clock(time), time.0 / 100_000_000 % 10)
}

/// A number as people say it, in three figures or so: `15k`, `1.25M`.
pub fn short(value: f64) -> String {
    let (size, unit) = match value.abs() {
        v if v >= 999_500.0 => (1e6, "M"),
        v if v >= 9_995.0 => (1e3, "k"),
        _ => (1.0, ""),
    };
    let value = value / size;
    let digits = match value.abs() {
        v if v >= 99.5 || (unit.is_empty() && v >= 9.95) => 0,
        v if v >= 9.95 => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{unit}")
}
