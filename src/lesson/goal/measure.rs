//! Takes a goal's figure from frames: over all that count, and over a short sliding stretch.

use std::collections::VecDeque;

use hdrhistogram::Histogram;

use crate::sim::{Answers, ComponentFrame, FRAME, Fold, Frame, Parts, Sketch};

use super::{Metric, SLIDE, Subject};

/// The longest latency that is told apart, in microseconds: a day.
const LATENCY_MAX: u64 = 86_400_000_000;
const SLIDE_FRAMES: usize = (SLIDE.0 / FRAME.0) as usize;

/// What one frame says of one metric. Figures are sums, so that frames can be added up.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sample {
    /// The numerator, or the count.
    top: f64,
    /// The denominator; seconds for rates.
    bottom: f64,
    /// Requests that ended badly, where latencies are taken.
    lost: u32,
    /// Whether anybody asked for anything.
    active: bool,
    /// Latencies, where they are taken.
    latency: Sketch,
}

/// Takes one metric of one subject.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    metric: Metric,
    subject: Subject,
    total: Sum,
    slide: Slide,
    /// Whether anybody asked for anything so far. Before that there is no figure, only silence.
    active: bool,
}

impl Meter {
    pub(super) fn new(metric: Metric, subject: Subject, sliding: bool) -> Meter {
        let slide = Slide { on: sliding, samples: VecDeque::new(), sum: Sum::new(metric) };
        Meter { metric, subject, total: Sum::new(metric), slide, active: false }
    }

    /// Adds a frame.
    pub(super) fn add(&mut self, parts: &Parts, frame: &Frame) {
        let Some(sample) = sample(self.metric, &self.subject, parts, frame) else { return };
        self.active |= sample.active;
        match self.slide.on {
            true => self.slide.push(sample),
            false => self.total.add(&sample),
        }
    }

    /// The figure so far: of all frames added, or of the last [`SLIDE`] of them. None without figures.
    pub(super) fn figure(&self) -> Option<f64> {
        if !self.active {
            return None;
        }
        match self.slide.on {
            true if self.slide.samples.len() < SLIDE_FRAMES => None,
            true => self.slide.sum.figure(self.metric),
            false => self.total.figure(self.metric),
        }
    }
}

/// The last samples, and their sum.
#[derive(Clone, Debug)]
struct Slide {
    on: bool,
    samples: VecDeque<Sample>,
    sum: Sum,
}

impl Slide {
    fn push(&mut self, sample: Sample) {
        self.samples.push_back(sample);
        if self.samples.len() > SLIDE_FRAMES {
            self.samples.pop_front();
        }
        self.sum.clear();
        self.samples.iter().for_each(|sample| self.sum.add(sample));
    }
}

/// Samples added up.
#[derive(Clone, Debug)]
struct Sum {
    top: f64,
    bottom: f64,
    lost: u64,
    /// Whether the greatest counts, not the sum.
    greatest: bool,
    /// Only for percentiles.
    latency: Option<Histogram<u64>>,
}

impl Sum {
    fn new(metric: Metric) -> Sum {
        let histogram = || Histogram::new_with_bounds(1, LATENCY_MAX, 2).expect("the bounds are constant and good");
        let greatest = matches!(metric, Metric::Figure(figure) if figure.info().fold == Fold::Max);
        Sum { top: 0.0, bottom: 0.0, lost: 0, greatest, latency: metric.quantile().map(|_| histogram()) }
    }

    fn clear(&mut self) {
        (self.top, self.bottom, self.lost) = (0.0, 0.0, 0);
        if let Some(histogram) = &mut self.latency {
            histogram.reset();
        }
    }

    fn add(&mut self, sample: &Sample) {
        self.top = if self.greatest { self.top.max(sample.top) } else { self.top + sample.top };
        self.bottom += sample.bottom;
        self.lost += u64::from(sample.lost);
        let Some(histogram) = &mut self.latency else { return };
        for (micros, count) in sample.latency.latencies() {
            histogram.saturating_record_n(u64::from(micros), u64::from(count));
        }
    }

    fn figure(&self, metric: Metric) -> Option<f64> {
        if let (Some(histogram), Some(quantile)) = (&self.latency, metric.quantile()) {
            return match histogram.is_empty() {
                // If nobody at all was answered, the wait has no end.
                true => (self.lost > 0).then_some(f64::INFINITY),
                false => Some(histogram.value_at_quantile(quantile) as f64 / 1e6),
            };
        }
        match metric {
            Metric::MeanLatency if self.bottom == 0.0 => (self.lost > 0).then_some(f64::INFINITY),
            Metric::Shed | Metric::Retries | Metric::Hedges | Metric::Expired | Metric::Lost | Metric::StaleReads => {
                Some(self.top)
            }
            Metric::Figure(figure) if figure.info().fold != Fold::Mean => (self.bottom > 0.0).then_some(self.top),
            _ => (self.bottom > 0.0).then(|| self.top / self.bottom),
        }
    }
}

fn sample(metric: Metric, subject: &Subject, parts: &Parts, frame: &Frame) -> Option<Sample> {
    match (metric, subject) {
        (Metric::Retries | Metric::Hedges | Metric::Lost | Metric::Bytes, subject) => {
            Some(sample_of_wires(metric, subject, parts, frame))
        }
        (_, Subject::Named(name)) => sample_of(metric, name, parts, frame),
        (_, Subject::Wire(..) | Subject::Design) => None,
    }
}

fn sample_of(metric: Metric, name: &str, parts: &Parts, frame: &Frame) -> Option<Sample> {
    let component = parts.component(name);
    let users = parts.clients.iter().position(|clients| Some(*clients) == component);
    let users = users.and_then(|index| frame.users.get(index));
    match (metric, users) {
        (Metric::StaleReads, Some(users)) => {
            let stale: u32 = frame.components.iter().map(|component| component.stale).sum();
            Some(Sample { top: f64::from(stale), active: users.issued > 0, ..Sample::default() })
        }
        (_, Some(users)) => sample_of_answers(metric, users),
        (_, None) => match component {
            Some(index) => sample_of_component(metric, frame.components.get(index as usize)?),
            None => {
                let class = parts.classes.iter().position(|known| known == name)?;
                sample_of_answers(metric, frame.classes.get(class)?)
            }
        },
    }
}

fn sample_of_answers(metric: Metric, answers: &Answers) -> Option<Sample> {
    let (good, lost) = (f64::from(answers.succeeded), f64::from(answers.lost()));
    let seconds = FRAME.as_secs_f64();
    let active = answers.issued + answers.succeeded + answers.lost() > 0;
    let ratio = |top: f64, bottom: f64| Some(Sample { top, bottom, active, lost: answers.lost(), ..Sample::default() });
    match metric {
        Metric::P50 | Metric::P90 | Metric::P95 | Metric::P99 | Metric::P999 => {
            Some(Sample { lost: answers.lost(), active, latency: answers.latency.clone(), ..Sample::default() })
        }
        Metric::MeanLatency => {
            let latencies =
                answers.latency.latencies().map(|(micros, count)| (f64::from(micros) / 1e6, f64::from(count)));
            let (top, bottom) =
                latencies.fold((0.0, 0.0), |(top, bottom), (each, count)| (top + each * count, bottom + count));
            ratio(top, bottom)
        }
        Metric::ErrorRate => ratio(lost, good + lost),
        Metric::SuccessRate => ratio(good, good + lost),
        Metric::DegradedRate => ratio(f64::from(answers.degraded), good + lost),
        Metric::Goodput => ratio(good, seconds),
        Metric::Issued => ratio(f64::from(answers.issued), seconds),
        _ => None,
    }
}

fn sample_of_component(metric: Metric, component: &ComponentFrame) -> Option<Sample> {
    let active = component.arrivals + component.completions + component.shed > 0;
    let of = |top: f64, bottom: f64| Some(Sample { top, bottom, active, ..Sample::default() });
    match metric {
        Metric::Throughput => of(f64::from(component.completions), FRAME.as_secs_f64()),
        Metric::Utilization => of(f64::from(component.busy), f64::from(component.servers)),
        Metric::QueueLength => of(f64::from(component.waiting), 1.0),
        Metric::Shed => of(f64::from(component.shed), 1.0),
        Metric::Expired => of(f64::from(component.expired), 1.0),
        Metric::HitRatio => of(f64::from(component.hits), f64::from(component.hits) + f64::from(component.misses)),
        Metric::StaleReads => of(f64::from(component.stale), 1.0),
        // Unlike the others, it tells something of a part that nobody has called yet: a memory, a backlog.
        Metric::Figure(figure) => {
            component.figure(figure).map(|top| Sample { top, bottom: 1.0, active: true, ..Sample::default() })
        }
        _ => None,
    }
}

fn sample_of_wires(metric: Metric, subject: &Subject, parts: &Parts, frame: &Frame) -> Sample {
    let name = |index: u32| parts.components.get(index as usize).map(String::as_str);
    let meant = |(from, to): &(u32, u32)| match subject {
        Subject::Wire(caller, callee) => name(*from) == Some(caller) && name(*to) == Some(callee),
        Subject::Named(caller) => name(*from) == Some(caller),
        Subject::Design => false,
    };
    let mut sample = Sample { bottom: FRAME.as_secs_f64(), ..Sample::default() };
    for (_, wire) in parts.wires.iter().zip(&frame.wires).filter(|(ends, _)| meant(ends)) {
        sample.top += match metric {
            Metric::Bytes => wire.bytes as f64,
            Metric::Hedges => f64::from(wire.hedges),
            Metric::Lost => f64::from(wire.lost),
            _ => f64::from(wire.retries),
        };
        sample.active |= wire.attempts > 0;
    }
    sample
}
