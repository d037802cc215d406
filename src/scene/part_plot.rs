//! The charts of one component, cut from its frames.

use crate::metrics::Recording;
use crate::sim::{ComponentFrame, FRAME};
use crate::units::Time;

use super::plot::{Chart, Cut, Line, Plot, Role, SMOOTH, highest_of};

/// A value out of the frames of the last second; not a number where there is none.
type Value = fn(&[&ComponentFrame]) -> f64;

/// One chart of a component, by its number, of what was recorded by the playhead; over this stretch of time, for about
/// this many pixels.
pub fn part_plot(
    recording: &Recording,
    chart: Chart,
    component: usize,
    playhead: Time,
    shown: (Time, Time),
    pixels: u32,
) -> Plot {
    let cut = Cut::new(playhead, shown, pixels);
    let line = |(role, name, value): &(Role, &'static str, Value)| {
        let curve = curve(recording, component, &cut, *value);
        match chart {
            Chart::PartWaiting | Chart::PartWait => cut.highest(*role, name, &curve),
            _ => cut.mean(*role, name, &curve),
        }
    };
    let mut lines: Vec<Line> = values(chart).iter().map(line).collect();
    match chart {
        // What never happens needs no line.
        Chart::PartErrors => lines.retain(|line| highest_of(line) > 0.0),
        // What it does not have has none either.
        Chart::PartInUse => lines.retain(|line| line.points.iter().any(Option::is_some)),
        _ => {}
    }
    Plot::of(chart, &cut, pixels, lines)
}

fn values(chart: Chart) -> &'static [(Role, &'static str, Value)] {
    match chart {
        Chart::PartTraffic => &[
            (Role::Offered, "arriving", |frames| rate(frames, |frame| frame.arrivals)),
            (Role::Succeeded, "answered", |frames| rate(frames, |frame| frame.completions)),
        ],
        Chart::PartInUse => &[
            (Role::Busy, "servers busy", |frames| share(frames, |frame| (frame.busy, frame.servers))),
            (Role::Held, "slots held", |frames| share(frames, |frame| (frame.held, frame.slots))),
            (Role::Found, "found", |frames| {
                share(frames, |frame| (frame.hits as f32, (frame.hits + frame.misses) as f32))
            }),
        ],
        Chart::PartWaiting => {
            &[(Role::Queue(0), "waiting", |frames| sum(frames, |frame| f64::from(frame.waiting)) / frames.len() as f64)]
        }
        Chart::PartWait => &[(Role::P50, "mean", |frames| {
            // Not a number where nobody came out of the waiting room.
            sum(frames, |frame| frame.waited) / sum(frames, |frame| f64::from(frame.began))
        })],
        Chart::PartErrors => &[
            (Role::Shed, "turned away", |frames| rate(frames, |frame| frame.shed)),
            (Role::Failed, "failed", |frames| rate(frames, |frame| frame.failed)),
            (Role::Late, "for nobody", |frames| rate(frames, |frame| frame.late)),
        ],
        Chart::Traffic | Chart::Latency | Chart::Errors | Chart::Queues => &[],
    }
}

/// The values of the frames that are shown; before them, and before the component was there, not a number.
fn curve(recording: &Recording, component: usize, cut: &Cut, value: Value) -> Vec<f32> {
    let last = cut.last.min(recording.frames.len());
    let mut curve = vec![f32::NAN; cut.first.min(last)];
    let mut recent: Vec<&ComponentFrame> = Vec::with_capacity(SMOOTH);
    for end in cut.first + 1..=last {
        let frames = &recording.frames[end.saturating_sub(SMOOTH)..end];
        recent.clear();
        recent.extend(frames.iter().filter_map(|frame| frame.components.get(component)));
        curve.push(if recent.is_empty() { f32::NAN } else { value(&recent) as f32 });
    }
    curve
}

fn sum(frames: &[&ComponentFrame], of: impl Fn(&ComponentFrame) -> f64) -> f64 {
    frames.iter().map(|frame| of(frame)).sum()
}

fn rate(frames: &[&ComponentFrame], count: impl Fn(&ComponentFrame) -> u32) -> f64 {
    sum(frames, |frame| f64::from(count(frame))) / (frames.len() as f64 * FRAME.as_secs_f64())
}

/// Not a number where there is nothing to have a share of.
fn share(frames: &[&ComponentFrame], of: impl Fn(&ComponentFrame) -> (f32, f32)) -> f64 {
    let (part, whole) = frames.iter().fold((0.0, 0.0), |(part, whole), frame| {
        let (more, all) = of(frame);
        (part + f64::from(more), whole + f64::from(all))
    });
    if whole > 0.0 { part / whole } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use crate::sim::Frame;

    use super::*;

    fn recording() -> Recording {
        let frame = |index: u32| {
            let app = ComponentFrame {
                arrivals: 50,
                completions: 40,
                shed: if index >= 50 { 10 } else { 0 },
                busy: 3.0,
                servers: 4.0,
                waiting: 7.0,
                began: 40,
                waited: 2.0,
                ..ComponentFrame::default()
            };
            let late = (index >= 60).then(ComponentFrame::default);
            Frame { index, components: [Some(app), late].into_iter().flatten().collect(), ..Frame::default() }
        };
        Recording { frames: (0..100).map(frame).collect(), ..Recording::default() }
    }

    fn plot(chart: Chart, component: usize) -> Plot {
        part_plot(&recording(), chart, component, Time::from_secs(10), (Time::ZERO, Time::from_secs(10)), 400)
    }

    #[test]
    fn a_components_charts_say_what_its_frames_hold() {
        let check = |chart: Chart, said: &str| assert_eq!(plot(chart, 0).summary(), said);
        check(Chart::PartTraffic, "Requests per second: arriving 500/s, answered 400/s");
        check(Chart::PartInUse, "Share in use: servers busy 75 %");
        check(Chart::PartWaiting, "Requests waiting: waiting 7");
        check(Chart::PartWait, "Time spent waiting: mean 50 ms");
        check(Chart::PartErrors, "Failures per second: turned away 100/s");
        for chart in Chart::PART {
            assert!(plot(chart, 0).lines.iter().all(|line| line.points.len() <= 400), "{chart:?}");
        }
    }

    #[test]
    fn a_component_that_came_later_has_no_line_before() {
        let line = &plot(Chart::PartTraffic, 1).lines[0];
        let first = line.points.iter().flatten().next().expect("some");
        assert!(first.0 > 6.0 && first.0 < 6.2, "{first:?}");
        assert!(plot(Chart::PartTraffic, 7).lines[0].points.iter().all(Option::is_none), "no such component");
    }
}
