//! Random durations: their text forms and means. Sampling is the simulator's business.

use std::fmt;
use std::str::FromStr;

use super::{Time, split_number};

/// A random duration, by its mean and shape. Times are finite and not negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same: `5ms`.
    Constant(Time),
    /// Exponential with this mean: `exp(5ms)`. Memoryless; cv = 1.
    Exponential(Time),
    /// Lognormal with this mean and coefficient of variation: `lognormal(5ms, 1.5)`.
    Lognormal(Time, f64),
    /// Uniform between two times: `uniform(1ms, 9ms)`.
    Uniform(Time, Time),
    /// Pareto with this mean and shape α > 1: `pareto(5ms, 2.5)`. Heavy-tailed; the variance is infinite for α ≤ 2.
    Pareto(Time, f64),
}

impl Distribution {
    /// The expected duration.
    pub fn mean(self) -> Time {
        match self {
            Distribution::Constant(mean)
            | Distribution::Exponential(mean)
            | Distribution::Lognormal(mean, _)
            | Distribution::Pareto(mean, _) => mean,
            Distribution::Uniform(low, high) => Time(low.0 / 2 + high.0 / 2 + (low.0 % 2 + high.0 % 2) / 2),
        }
    }

    /// The same shape, `factor` times as long.
    pub fn scaled(self, factor: f64) -> Distribution {
        match self {
            Distribution::Constant(time) => Distribution::Constant(time * factor),
            Distribution::Exponential(mean) => Distribution::Exponential(mean * factor),
            Distribution::Lognormal(mean, cv) => Distribution::Lognormal(mean * factor, cv),
            Distribution::Uniform(low, high) => Distribution::Uniform(low * factor, high * factor),
            Distribution::Pareto(mean, shape) => Distribution::Pareto(mean * factor, shape),
        }
    }
}

impl Default for Distribution {
    fn default() -> Distribution {
        Distribution::Constant(Time::ZERO)
    }
}

impl FromStr for Distribution {
    type Err = String;

    fn from_str(text: &str) -> Result<Distribution, String> {
        let text = text.trim();
        let Some((name, inside)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) else {
            return text.parse().map(Distribution::Constant).map_err(|_| not_a_distribution(text));
        };
        let parts: Vec<&str> = inside.split(',').map(str::trim).collect();
        match (name.trim(), parts.as_slice()) {
            ("exp", [mean]) => Ok(Distribution::Exponential(mean.parse()?)),
            ("lognormal", [mean, cv]) => Ok(Distribution::Lognormal(mean.parse()?, number(cv, 0.0, 100.0)?)),
            ("pareto", [mean, shape]) => Ok(Distribution::Pareto(mean.parse()?, number(shape, 1.000_001, 1000.0)?)),
            ("uniform", [low, high]) => {
                let (low, high) = (low.parse()?, high.parse()?);
                if low > high {
                    return Err(format!("`{text}`: the first time must not exceed the second"));
                }
                Ok(Distribution::Uniform(low, high))
            }
            _ => Err(not_a_distribution(text)),
        }
    }
}

fn number(text: &str, low: f64, high: f64) -> Result<f64, String> {
    match split_number(text) {
        Ok((value, "")) if (low..=high).contains(&value) => Ok(value),
        Ok((_, "")) => Err(format!("`{text}` must lie between {low} and {high}")),
        _ => Err(format!("`{text}` is not a number")),
    }
}

fn not_a_distribution(text: &str) -> String {
    format!(
        "`{text}` is not a duration; write \"5ms\", \"exp(5ms)\", \"lognormal(5ms, 1.5)\", \"uniform(1ms, 9ms)\" or \
         \"pareto(5ms, 2.5)\""
    )
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Distribution::Constant(time) => write!(f, "{time}"),
            Distribution::Exponential(mean) => write!(f, "exp({mean})"),
            Distribution::Lognormal(mean, cv) => write!(f, "lognormal({mean}, {cv})"),
            Distribution::Uniform(low, high) => write!(f, "uniform({low}, {high})"),
            Distribution::Pareto(mean, shape) => write!(f, "pareto({mean}, {shape})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        for text in ["5ms", "exp(5ms)", "lognormal(5ms, 1.5)", "uniform(1ms, 9ms)", "pareto(5ms, 2.5)"] {
            assert_eq!(text.parse::<Distribution>().unwrap().to_string(), text);
        }
        for bad in
            ["exp", "exp()", "exp(5)", "normal(5ms)", "pareto(5ms, 1)", "uniform(9ms, 1ms)", "lognormal(5ms)", ""]
        {
            assert!(bad.parse::<Distribution>().is_err(), "{bad}");
        }
    }

    #[test]
    fn uniform_mean_is_the_middle() {
        assert_eq!("uniform(1ms, 9ms)".parse::<Distribution>().unwrap().mean(), Time::from_millis(5));
    }
}
