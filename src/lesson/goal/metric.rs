//! The figures that a goal can name, their units, and of whom they can be taken.

use crate::sim::{Figure, Measure};
use crate::units::{Bytes, Chance, Money, Rate, Time};

/// A figure that a goal can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "METRICS tells each one's meaning, for people as for this page")]
pub enum Metric {
    P50,
    P90,
    P95,
    P99,
    P999,
    MeanLatency,
    ErrorRate,
    SuccessRate,
    DegradedRate,
    Goodput,
    Issued,
    Throughput,
    Utilization,
    QueueLength,
    Shed,
    HitRatio,
    Retries,
    Hedges,
    Expired,
    Lost,
    Bytes,
    StaleReads,
    Cost,
    /// A figure that only some kinds of component have.
    Figure(Figure),
}

/// The unit of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds; written `300ms`.
    Time,
    /// A share from 0 to 1; written `80%`.
    Share,
    /// Per second; written `900/s`.
    Rate,
    /// A number of things.
    Count,
    /// Dollars per hour; written `$3/h`.
    Price,
    /// Bytes; written `2GB`.
    Bytes,
}

/// Of whom a figure can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectKind {
    /// A `clients` component, or a request class.
    Users,
    /// A component that works: any but users, load balancers and shard routers.
    Station,
    /// Any component but users.
    Callee,
    /// A cache, a CDN, or a database with a buffer.
    Cache,
    /// A `clients` component (all copies together), or one cache, CDN or replica.
    UsersOrCache,
    /// A wire, or a component (all the wires that leave it).
    Caller,
    /// A component of one of these kinds, by their words.
    Kinds(&'static [&'static str]),
    /// The design as a whole: no brackets.
    Design,
}

/// What is known of a metric.
#[derive(Clone, Copy, Debug)]
pub struct MetricInfo {
    /// Its word in a goal.
    pub word: &'static str,
    /// The metric.
    pub metric: Metric,
    /// Its unit.
    pub unit: Unit,
    /// Of whom.
    pub of: SubjectKind,
    /// What it means.
    pub help: &'static str,
}

const fn info(word: &'static str, metric: Metric, unit: Unit, of: SubjectKind, help: &'static str) -> MetricInfo {
    MetricInfo { word, metric, unit, of, help }
}

/// All metrics but the figures of single kinds, which tell of themselves.
pub const METRICS: [MetricInfo; 23] = [
    info("p50", Metric::P50, Unit::Time, SubjectKind::Users, "half of the good answers came within this time"),
    info("p90", Metric::P90, Unit::Time, SubjectKind::Users, "90% of the good answers came within this time"),
    info("p95", Metric::P95, Unit::Time, SubjectKind::Users, "95% of the good answers came within this time"),
    info("p99", Metric::P99, Unit::Time, SubjectKind::Users, "99% of the good answers came within this time"),
    info("p999", Metric::P999, Unit::Time, SubjectKind::Users, "99.9% of the good answers came within this time"),
    info("mean_latency", Metric::MeanLatency, Unit::Time, SubjectKind::Users, "the mean time of the good answers"),
    info(
        "error_rate",
        Metric::ErrorRate,
        Unit::Share,
        SubjectKind::Users,
        "of the requests that ended, how many ended badly",
    ),
    info(
        "success_rate",
        Metric::SuccessRate,
        Unit::Share,
        SubjectKind::Users,
        "of the requests that ended, how many ended well",
    ),
    info(
        "degraded_rate",
        Metric::DegradedRate,
        Unit::Share,
        SubjectKind::Users,
        "of the requests that ended, how many got a poorer answer by a fallback",
    ),
    info("goodput", Metric::Goodput, Unit::Rate, SubjectKind::Users, "good answers per second"),
    info("issued", Metric::Issued, Unit::Rate, SubjectKind::Users, "requests per second, reloads counted"),
    info("throughput", Metric::Throughput, Unit::Rate, SubjectKind::Callee, "requests answered well per second"),
    info(
        "utilization",
        Metric::Utilization,
        Unit::Share,
        SubjectKind::Station,
        "the busy share of its cores or statements",
    ),
    info("queue_length", Metric::QueueLength, Unit::Count, SubjectKind::Station, "requests waiting, on average"),
    info("shed", Metric::Shed, Unit::Count, SubjectKind::Station, "requests turned away because it was full"),
    info("hit_ratio", Metric::HitRatio, Unit::Share, SubjectKind::Cache, "look-ups that found their key"),
    info("retries", Metric::Retries, Unit::Count, SubjectKind::Caller, "attempts beyond the first"),
    info("hedges", Metric::Hedges, Unit::Count, SubjectKind::Caller, "attempts sent beside a slow one"),
    info("expired", Metric::Expired, Unit::Count, SubjectKind::Callee, "work dropped because its deadline had passed"),
    info("lost_packets", Metric::Lost, Unit::Count, SubjectKind::Caller, "requests and answers lost on the way"),
    info(
        "bandwidth_used",
        Metric::Bytes,
        Unit::Bytes,
        SubjectKind::Caller,
        "bytes per second over its wires, both ways",
    ),
    info(
        "stale_reads",
        Metric::StaleReads,
        Unit::Count,
        SubjectKind::UsersOrCache,
        "answers older than the database's",
    ),
    info("cost", Metric::Cost, Unit::Price, SubjectKind::Design, "what the design costs per hour, at its dearest"),
];

impl Metric {
    /// What is known of it.
    pub fn info(self) -> MetricInfo {
        match self {
            Metric::Figure(figure) => {
                let known = figure.info();
                info(known.word, self, unit_of(known.measure), SubjectKind::Kinds(known.kinds), known.help)
            }
            _ => *METRICS.iter().find(|info| info.metric == self).expect("all others stand in the table"),
        }
    }

    /// The metric of this word.
    pub fn of(word: &str) -> Option<Metric> {
        let figures = Figure::ALL.iter().map(|figure| Metric::Figure(*figure));
        METRICS.iter().map(|info| info.metric).chain(figures).find(|metric| metric.info().word == word)
    }

    /// All words that a goal may begin with.
    pub fn words() -> impl Iterator<Item = &'static str> + Clone {
        METRICS.iter().map(|info| info.word).chain(Figure::ALL.iter().map(|figure| figure.info().word))
    }

    /// The share of answers below a latency percentile; none for any other metric.
    pub fn quantile(self) -> Option<f64> {
        match self {
            Metric::P50 => Some(0.5),
            Metric::P90 => Some(0.9),
            Metric::P95 => Some(0.95),
            Metric::P99 => Some(0.99),
            Metric::P999 => Some(0.999),
            _ => None,
        }
    }
}

impl Unit {
    /// What it measures, in a word.
    pub fn word(self) -> &'static str {
        match self {
            Unit::Time => "time",
            Unit::Share => "share",
            Unit::Rate => "per second",
            Unit::Count => "number",
            Unit::Price => "dollars per hour",
            Unit::Bytes => "bytes",
        }
    }

    /// A figure in this unit, as a person types it.
    pub fn example(self) -> &'static str {
        match self {
            Unit::Time => "300ms",
            Unit::Share => "5%",
            Unit::Rate => "900/s",
            Unit::Count => "100",
            Unit::Price => "$3/h",
            Unit::Bytes => "2MB",
        }
    }

    /// Reads a bound in this unit.
    pub fn read(self, text: &str) -> Result<f64, String> {
        match self {
            Unit::Time => text.parse().map(Time::as_secs_f64),
            Unit::Share => text.parse().map(|share: Chance| share.0),
            Unit::Rate => text.parse().map(|rate: Rate| rate.0),
            Unit::Count => {
                let count =
                    text.replace('_', "").parse::<f64>().ok().filter(|count| count.is_finite() && *count >= 0.0);
                count.ok_or_else(|| format!("`{text}` is not a count; write a plain number like 0 or 1_000"))
            }
            Unit::Bytes => text.parse().map(|bytes: Bytes| bytes.0 as f64),
            Unit::Price => {
                let dollars = text.strip_suffix("/h").unwrap_or(text);
                dollars
                    .parse()
                    .map(|money: Money| money.0)
                    .map_err(|_| format!("`{text}` is not a price; write it like `$3/h`"))
            }
        }
    }

    /// A figure in this unit, for people.
    pub fn text(self, figure: f64) -> String {
        match self {
            _ if !figure.is_finite() => "no answers".to_owned(),
            Unit::Time => Time::from_secs_f64(figure).rounded(),
            Unit::Share => Chance((figure * 1e4 + 0.5).floor() / 1e4).to_string(),
            Unit::Rate if figure < 10.0 => Rate((figure * 100.0 + 0.5).floor() / 100.0).to_string(),
            Unit::Rate => Rate((figure + 0.5).floor()).to_string(),
            Unit::Count if figure < 1000.0 => ((figure * 10.0 + 0.5).floor() / 10.0).to_string(),
            Unit::Count => in_thousands(figure as u64),
            Unit::Bytes => Bytes(figure as u64).to_string(),
            Unit::Price => format!("{}/h", Money((figure * 100.0 + 0.5).floor() / 100.0)),
        }
    }
}

fn unit_of(measure: Measure) -> Unit {
    match measure {
        Measure::Count => Unit::Count,
        Measure::Seconds => Unit::Time,
        Measure::Share => Unit::Share,
        Measure::Bytes => Unit::Bytes,
    }
}

/// A whole number with its thousands set off: `1,803,296`.
fn in_thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_its_metric_and_only_one() {
        let words: Vec<&str> = Metric::words().collect();
        for word in &words {
            assert_eq!(Metric::of(word).map(|metric| metric.info().word), Some(*word));
            assert_eq!(words.iter().filter(|other| *other == word).count(), 1, "{word}");
        }
    }

    #[test]
    fn figures_read_as_people_write_them() {
        assert_eq!(Unit::Time.text(0.3), "300 ms");
        assert_eq!(Unit::Time.text(f64::INFINITY), "no answers");
        assert_eq!(Unit::Share.text(0.012_34), "1.23%");
        assert_eq!(Unit::Rate.text(849.6), "850/s");
        assert_eq!(Unit::Count.text(12.0), "12");
        assert_eq!(Unit::Count.text(1_803_296.0), "1,803,296");
        assert_eq!(Unit::Price.text(0.456), "$0.46/h");
    }
}
