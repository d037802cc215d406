//! Numbers as they stand on the screen: short, and wide enough to tell things apart.

use crate::sim::{Figure, Fold, Measure};
use crate::units::Time;

/// A rate: `0.5/s`, `340/s`, `1.2k/s`, `15k/s`.
pub fn rate_text(per_second: f64) -> String {
    format!("{}/s", count_text(per_second))
}

/// A number: `0`, `0.5`, `12`, `1.2k`, `15k`, `3.4M`.
pub fn count_text(count: f64) -> String {
    match count.max(0.0) {
        c if c < 0.05 => "0".to_owned(),
        c if c < 9.95 => tenths(c),
        c if c < 999.5 => format!("{c:.0}"),
        c if c < 9_950.0 => format!("{}k", tenths(c / 1e3)),
        c if c < 999_500.0 => format!("{:.0}k", c / 1e3),
        c if c < 9_950_000.0 => format!("{}M", tenths(c / 1e6)),
        c => format!("{:.0}M", c / 1e6),
    }
}

/// A share: `82 %`, and `< 1 %` for what is small but not nothing.
pub fn share_text(share: f64) -> String {
    match share {
        s if s <= 0.0 => "0 %".to_owned(),
        s if s < 0.01 => "< 1 %".to_owned(),
        s if s > 0.99 && s < 1.0 => "> 99 %".to_owned(),
        s => format!("{:.0} %", s * 100.0),
    }
}

/// The figure of a kind, in its unit: what happens, per second.
pub fn figure_text(figure: Figure, value: f64) -> String {
    let info = figure.info();
    match (info.measure, info.fold) {
        (Measure::Count, Fold::Sum) => rate_text(value),
        (Measure::Count, _) => count_text(value),
        (Measure::Seconds, _) => Time::from_secs_f64(value.max(0.0)).rounded(),
        (Measure::Share, _) => share_text(value),
        (Measure::Bytes, Fold::Sum) => format!("{}/s", bytes_text(value)),
        (Measure::Bytes, _) => bytes_text(value),
    }
}

/// Bytes: `0 B`, `12 kB`, `3.4 MB`, `1.2 GB`.
pub fn bytes_text(bytes: f64) -> String {
    match bytes.max(0.0) {
        b if b < 999.5 => format!("{b:.0} B"),
        b if b < 999_500.0 => format!("{} kB", count_text(b / 1e3)),
        b if b < 999_500_000.0 => format!("{} MB", count_text(b / 1e6)),
        b => format!("{} GB", count_text(b / 1e9)),
    }
}

fn tenths(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
