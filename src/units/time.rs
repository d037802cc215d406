//! Simulated time: an instant or a span, in whole nanoseconds.

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{split_number, trimmed};

/// An instant of simulated time, or a span of it, in nanoseconds. Arithmetic saturates: no run lives long enough to
/// notice, and a hostile file cannot overflow it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Time(pub u64);

const UNITS: [(&str, u64); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

impl Time {
    /// The start of every run.
    pub const ZERO: Time = Time(0);
    /// Later than anything that happens.
    pub const MAX: Time = Time(u64::MAX);

    /// Whole seconds.
    pub const fn from_secs(seconds: u64) -> Time {
        Time(seconds.saturating_mul(1_000_000_000))
    }

    /// Whole milliseconds.
    pub const fn from_millis(millis: u64) -> Time {
        Time(millis.saturating_mul(1_000_000))
    }

    /// Seconds, rounded to the nanosecond; below zero gives zero, beyond the range gives [`Time::MAX`].
    pub fn from_secs_f64(seconds: f64) -> Time {
        Time((seconds * 1e9 + 0.5) as u64)
    }

    /// Seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The span from `earlier` to here; zero if `earlier` is later.
    pub fn since(self, earlier: Time) -> Time {
        Time(self.0.saturating_sub(earlier.0))
    }

    /// For people: rounded to three significant figures or so (`1.24 s`, `340 ms`).
    pub fn rounded(self) -> String {
        let seconds = self.as_secs_f64();
        match seconds {
            s if s >= 120.0 => format!("{} min", trimmed(s / 60.0, 1)),
            s if s >= 10.0 => format!("{} s", trimmed(s, 1)),
            s if s >= 1.0 => format!("{} s", trimmed(s, 2)),
            s if s >= 0.01 => format!("{} ms", trimmed(s * 1e3, 0)),
            s if s >= 0.001 => format!("{} ms", trimmed(s * 1e3, 1)),
            s if s > 0.0 => format!("{} µs", trimmed(s * 1e6, 0)),
            _ => "0 s".to_owned(),
        }
    }
}

impl Add for Time {
    type Output = Time;
    fn add(self, other: Time) -> Time {
        Time(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Time {
    fn add_assign(&mut self, other: Time) {
        *self = *self + other;
    }
}

impl Sub for Time {
    type Output = Time;
    fn sub(self, other: Time) -> Time {
        self.since(other)
    }
}

impl Mul<f64> for Time {
    type Output = Time;
    fn mul(self, factor: f64) -> Time {
        Time((self.0 as f64 * factor + 0.5) as u64)
    }
}

impl FromStr for Time {
    type Err = String;

    /// Reads `20ms`, `1.5s`, `1m30s`. A bare `0` is allowed; any other number needs its unit.
    fn from_str(text: &str) -> Result<Time, String> {
        if text.trim() == "0" {
            return Ok(Time::ZERO);
        }
        let mut rest = text.trim();
        let mut total = 0.0;
        while !rest.is_empty() {
            let (number, after) = split_number(rest).map_err(|_| not_a_time(text))?;
            let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
            let unit = if &after[..end] == "µs" { "us" } else { &after[..end] };
            let (_, ns) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(|| not_a_time(text))?;
            total += number * *ns as f64;
            rest = after[end..].trim();
        }
        if text.trim().is_empty() || total >= u64::MAX as f64 {
            return Err(not_a_time(text));
        }
        Ok(Time((total + 0.5) as u64))
    }
}

fn not_a_time(text: &str) -> String {
    format!("`{text}` is not a time; write it like \"20ms\", \"1.5s\" or \"3m\"")
}

impl fmt::Display for Time {
    /// Writes the largest unit that stays whole: `90s`, `3m`, `1500us`. Reading it back gives the same time.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let (name, ns) =
            UNITS.iter().rev().find(|(_, ns)| self.0.is_multiple_of(*ns)).expect("every time is whole in ns");
        write!(f, "{}{name}", self.0 / ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let check = |text: &str, ns: u64| assert_eq!(text.parse::<Time>(), Ok(Time(ns)), "{text}");
        check("20ms", 20_000_000);
        check("1.5s", 1_500_000_000);
        check("1m30s", 90_000_000_000);
        check("3m", 180_000_000_000);
        check(" 7 us", 7_000);
        check("7µs", 7_000);
        check("1h", 3_600_000_000_000);
        check("0", 0);
        for bad in ["", "5", "ms", "5 parsecs", "-3s", "1s2", "9999999999999h", "nan s"] {
            assert!(bad.parse::<Time>().is_err(), "{bad}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["0s", "20ms", "90s", "3m", "1500us", "7ns", "2h"] {
            assert_eq!(text.parse::<Time>().unwrap().to_string(), text);
        }
    }
}
