//! The figures of all parts at the playhead, smoothed so that they can be read: a raw signal flickers too fast.

use crate::metrics::Recording;
use crate::sim::{BreakerState, ComponentFrame, FRAME, Figure, Fold, Health, WireFrame};
use crate::units::Time;

use super::state::{FlowState, State};

/// The smoothing's time constant is 2.5 s of simulated time, 25 frames: each older frame counts exp(−1/25) of the next.
const FADE: f64 = 0.960_789_439_152_323_2;
/// Frames looked back at: four time constants.
const FRAMES_BACK: usize = 100;
/// How far back "growing" looks.
const GROWTH_FRAMES: usize = 20;
/// Seconds of a frame.
const FRAME_S: f64 = FRAME.0 as f64 / 1e9;

/// The figures of a component at the playhead.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vitals {
    /// How it is by the engine's word.
    pub health: Health,
    /// The busier of servers and slots, from 0 to 1; none for what has neither.
    pub load: Option<f64>,
    /// The busy share of its servers (cores, statements), if it has any.
    pub busy: Option<f64>,
    /// The held share of its slots (connections), if it has any.
    pub held: Option<f64>,
    /// Requests waiting.
    pub waiting: f64,
    /// The filled share of its waiting room, if it has one.
    pub fill: Option<f64>,
    /// Whether its queue grows.
    pub growing: bool,
    /// Requests coming in, per second.
    pub rate: f64,
    /// Requests answered well, per second.
    pub good_rate: f64,
    /// Requests turned away, per second.
    pub shed_rate: f64,
    /// Requests worked off for callers that had given up, per second.
    pub late_rate: f64,
    /// Work dropped because its deadline had passed, per second.
    pub expired_rate: f64,
    /// The share of ended requests that ended badly.
    pub broken: f64,
    /// The share of look-ups that found their key; none for what is no cache.
    pub hits: Option<f64>,
    /// What only its kind has: what happens, per second; the rest as it is.
    pub figures: Vec<(Figure, f64)>,
}

/// The figures of a wire at the playhead.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// Attempts per second.
    pub rate: f64,
    /// Of these, retries.
    pub retry_rate: f64,
    /// Of these, hedges.
    pub hedge_rate: f64,
    /// The share of ended attempts that ended badly.
    pub broken: f64,
    /// Answers per second that came too late.
    pub late_rate: f64,
    /// Calls per second that a fallback answered.
    pub fallback_rate: f64,
    /// Requests and answers per second that got lost.
    pub lost_rate: f64,
    /// Bytes per second, both ways.
    pub traffic: f64,
    /// Attempts in flight.
    pub in_flight: f64,
    /// The circuit breaker.
    pub breaker: BreakerState,
    /// Whether the caller's health check holds the callee for sick.
    pub sick: bool,
}

impl Vitals {
    /// Its state in a word.
    pub fn state(&self) -> State {
        State::of(self)
    }
}

impl Flow {
    /// Its state in a word.
    pub fn state(&self) -> FlowState {
        FlowState::of(self)
    }

    /// How wide it is drawn: by the magnitude of its rate.
    pub fn width(&self) -> f64 {
        (1.75 + 1.4 * libm::log10(1.0 + self.rate.max(0.0))).min(9.0)
    }
}

/// The figures of all parts at one time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Glance {
    /// Of each component, by name.
    components: Vec<(String, Vitals)>,
    /// Of each wire, by its ends.
    wires: Vec<(String, String, Flow)>,
}

impl Glance {
    /// The figures at the playhead; nothing before the first frame is over.
    pub fn at(recording: &Recording, playhead: Time) -> Glance {
        let ended = ((playhead.0 / FRAME.0) as usize).min(recording.frames.len());
        let frames = &recording.frames[..ended];
        let Some(last) = frames.last() else { return Glance::default() };
        let parts = &recording.parts;
        let name = |index: u32| parts.components.get(index as usize).cloned().unwrap_or_default();
        let components = last.components.iter().enumerate().filter(|(_, now)| now.health != Health::Gone);
        let components = components.map(|(index, now)| {
            let past = frames.iter().rev().map_while(|frame| frame.components.get(index));
            (name(index as u32), vitals(now, past))
        });
        let wires = last.wires.iter().enumerate().filter_map(|(index, now)| {
            let (from, to) = parts.wires.get(index)?;
            let past = frames.iter().rev().map_while(|frame| frame.wires.get(index));
            Some((name(*from), name(*to), flow(now, past)))
        });
        Glance { components: components.collect(), wires: wires.collect() }
    }

    /// The figures of the component of this name.
    pub fn component(&self, name: &str) -> Option<&Vitals> {
        // A part that was taken away and put back appears twice: the later one is the living.
        self.components.iter().rev().find(|(component, _)| component == name).map(|(_, vitals)| vitals)
    }

    /// The figures of the wire between these two.
    pub fn wire(&self, from: &str, to: &str) -> Option<&Flow> {
        self.wires.iter().rev().find(|(caller, callee, _)| caller == from && callee == to).map(|(_, _, flow)| flow)
    }
}

/// Weighted means of some figures over the last frames, the newest first.
fn smoothed<'a, T: 'a, const N: usize>(
    past: impl Iterator<Item = &'a T>,
    figures: impl Fn(&T) -> [f64; N],
) -> [f64; N] {
    let (mut sums, mut total, mut weight) = ([0.0; N], 0.0, 1.0);
    for frame in past.take(FRAMES_BACK) {
        for (sum, figure) in sums.iter_mut().zip(figures(frame)) {
            *sum += weight * figure;
        }
        total += weight;
        weight *= FADE;
    }
    sums.map(|sum| if total > 0.0 { sum / total } else { 0.0 })
}

/// A share of what there is; none where there is nothing.
fn share_of(part: f64, whole: f32) -> Option<f64> {
    (whole > 0.0).then(|| share(part, f64::from(whole)))
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 }
}

/// A figure of a kind, smoothed; ages and the like, which count at their worst, as they are.
fn figure<'a>((wanted, value): (Figure, f32), past: impl Iterator<Item = &'a ComponentFrame>) -> (Figure, f64) {
    let [mean] = smoothed(past, |frame| [frame.figure(wanted).unwrap_or_default()]);
    let shown = match wanted.info().fold {
        Fold::Sum => mean / FRAME_S,
        Fold::Mean => mean,
        Fold::Max => f64::from(value),
    };
    (wanted, shown)
}

fn vitals<'a>(now: &ComponentFrame, past: impl Iterator<Item = &'a ComponentFrame> + Clone) -> Vitals {
    let [busy, held, waiting, arrivals, good, shed, failed, late, expired, hits, misses] =
        smoothed(past.clone(), |frame| {
            [
                f64::from(frame.busy),
                f64::from(frame.held),
                f64::from(frame.waiting),
                f64::from(frame.arrivals),
                f64::from(frame.completions),
                f64::from(frame.shed),
                f64::from(frame.failed),
                f64::from(frame.late),
                f64::from(frame.expired),
                f64::from(frame.hits),
                f64::from(frame.misses),
            ]
        });
    let figures = now.figures.iter().map(|&now| figure(now, past.clone())).collect();
    let before = smoothed(past.skip(GROWTH_FRAMES), |frame| [f64::from(frame.waiting)])[0];
    let (busy, held) = (share_of(busy, now.servers), share_of(held, now.slots));
    Vitals {
        health: now.health,
        load: busy.into_iter().chain(held).reduce(f64::max),
        busy,
        held,
        waiting,
        fill: share_of(waiting, now.capacity),
        growing: waiting > before * 1.1 + 1.0,
        rate: arrivals / FRAME_S,
        good_rate: good / FRAME_S,
        shed_rate: shed / FRAME_S,
        late_rate: late / FRAME_S,
        expired_rate: expired / FRAME_S,
        broken: share(shed + failed, good + shed + failed),
        hits: (hits + misses > 0.0).then(|| share(hits, hits + misses)),
        figures,
    }
}

fn flow<'a>(now: &WireFrame, past: impl Iterator<Item = &'a WireFrame>) -> Flow {
    let [attempts, retries, hedges, ok, broken, late, degraded, lost, bytes, in_flight] = smoothed(past, |frame| {
        let broken = frame.timed_out + frame.refused + frame.shed + frame.failed;
        [
            f64::from(frame.attempts),
            f64::from(frame.retries),
            f64::from(frame.hedges),
            f64::from(frame.ok),
            f64::from(broken),
            f64::from(frame.late),
            f64::from(frame.degraded),
            f64::from(frame.lost),
            frame.bytes as f64,
            f64::from(frame.in_flight),
        ]
    });
    Flow {
        rate: attempts / FRAME_S,
        retry_rate: retries / FRAME_S,
        hedge_rate: hedges / FRAME_S,
        broken: share(broken, ok + broken),
        late_rate: late / FRAME_S,
        fallback_rate: degraded / FRAME_S,
        lost_rate: lost / FRAME_S,
        traffic: bytes / FRAME_S,
        in_flight,
        breaker: now.breaker,
        sick: now.sick,
    }
}
