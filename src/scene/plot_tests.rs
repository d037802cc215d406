//! Tests of the charts' geometry, on made-up recordings.

use crate::sim::{Answers, ComponentFrame, Sketch};

use super::*;

fn frame(issued: u32, timed_out: u32, waiting: &[f32]) -> Frame {
    let latency = Sketch::of((0..10).map(|n| (1000 * (n + 1), issued / 10)));
    let users = Answers { issued, succeeded: issued - timed_out, timed_out, latency, ..Answers::default() };
    let components = waiting.iter().map(|waiting| ComponentFrame { waiting: *waiting, ..ComponentFrame::default() });
    Frame { users: vec![users], components: components.collect(), ..Frame::default() }
}

fn curves(frames: Vec<Frame>) -> Curves {
    let recording = Recording { frames, ..Recording::default() };
    let mut curves = Curves::default();
    curves.follow(&recording, usize::MAX);
    curves
}

fn plot(curves: &Curves, chart: Chart, playhead: u64, pixels: u32) -> Plot {
    let names: Vec<String> = ["users", "app", "db"].map(str::to_owned).to_vec();
    curves.plot(chart, &names, Time::from_secs(playhead), (Time::ZERO, Time::from_secs(180)), pixels)
}

fn points(line: &Line) -> Vec<(f64, f64)> {
    line.points.iter().flatten().copied().collect()
}

#[test]
fn rates_are_per_second_and_smoothed() {
    let curves = curves((0..1800).map(|n| frame(if n % 2 == 0 { 20 } else { 40 }, 0, &[])).collect());
    let plot = plot(&curves, Chart::Traffic, 180, 400);
    assert!(points(&plot.lines[0]).iter().skip(4).all(|(_, value)| (*value - 300.0).abs() < 0.01));
    assert_eq!((plot.top, plot.lines[0].now), (400.0, Some(300.0)));
}

#[test]
fn never_more_points_than_pixels() {
    let curves = curves((0..1800).map(|n| frame(n, 0, &[n as f32])).collect());
    for pixels in [1, 7, 360, 1280, 5000] {
        for chart in Chart::USERS {
            let plot = plot(&curves, chart, 180, pixels);
            assert!(plot.lines.iter().all(|line| line.points.len() <= pixels as usize), "{pixels}");
        }
    }
}

#[test]
fn nothing_beyond_the_playhead() {
    let curves = curves((0..1800).map(|n| frame(n, 0, &[0.0])).collect());
    let plot = plot(&curves, Chart::Traffic, 60, 300);
    assert!(points(&plot.lines[0]).iter().all(|(seconds, _)| *seconds <= 60.0 + 1e-9));
    assert_eq!(plot.values_at(100.0)[0].1, None);
    assert!(plot.values_at(30.0)[0].1.is_some());
}

#[test]
fn percentiles_of_merged_sketches() {
    let frames: Vec<Frame> = (0..20).map(|_| frame(100, 0, &[])).collect();
    // The ends of a sketch's steps.
    assert_eq!(percentiles(&frames, [0.0, 0.5, 0.95, 1.0]), [0.001_003, 0.006_015, 0.010_047, 0.010_047]);
    assert!(percentiles(&[frame(0, 0, &[])], [0.5])[0].is_nan());
}

#[test]
fn no_answers_are_a_gap() {
    let quiet = |n: u32| if (300..600).contains(&n) { frame(0, 0, &[]) } else { frame(100, 0, &[]) };
    let curves = curves((0..900).map(quiet).collect());
    let line = &plot(&curves, Chart::Latency, 90, 1800).lines[0];
    assert!(line.points.iter().any(Option::is_none) && line.points.last().is_some_and(Option::is_some));
}

#[test]
fn errors_that_never_happen_have_no_line() {
    let curves = curves((0..100).map(|_| frame(50, 5, &[])).collect());
    let plot = plot(&curves, Chart::Errors, 10, 300);
    assert_eq!(plot.lines.iter().map(|line| line.role).collect::<Vec<_>>(), [Role::TimedOut]);
    assert_eq!(plot.summary(), "Failures per second: timed out 50/s");
}

#[test]
fn the_longest_queues_come_first() {
    let curves = curves((0..100).map(|_| frame(50, 5, &[0.0, 3.0, 12.0])).collect());
    let plot = plot(&curves, Chart::Queues, 10, 300);
    assert_eq!(plot.lines.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["db", "app"]);
}

#[test]
fn a_component_added_in_mid_run_starts_at_its_time() {
    let mut frames: Vec<Frame> = (0..100).map(|_| frame(50, 0, &[1.0])).collect();
    frames.extend((0..100).map(|_| frame(50, 0, &[1.0, 40.0])));
    let curves = curves(frames);
    assert!(curves.waiting.iter().all(|curve| curve.len() == 200));
    assert_eq!((curves.waiting[1][50], curves.waiting[1][199]), (0.0, 40.0));
}

#[test]
fn follows_a_recording_that_was_cut() {
    let mut recording = Recording { frames: (0..100).map(|_| frame(50, 0, &[])).collect(), ..Recording::default() };
    let mut curves = Curves::default();
    curves.follow(&recording, 30);
    assert_eq!(curves.offered.len(), 30);
    curves.follow(&recording, 1000);
    recording.truncate(Time::from_secs(5));
    curves.follow(&recording, 1000);
    assert_eq!((curves.offered.len(), curves.latency[2].len()), (50, 50));
}

#[test]
fn axes_are_round() {
    for (highest, top) in [(0.0, 6.0), (7.0, 8.0), (16_000.0, 20_000.0), (15_000.0, 20_000.0), (1001.0, 1500.0)] {
        assert_eq!(value_axis(Chart::Traffic, highest).0, top, "{highest}");
    }
    let texts = |ticks: Vec<Tick>| ticks.into_iter().map(|tick| tick.text).collect::<Vec<_>>().join(" ");
    assert_eq!(texts(value_axis(Chart::Latency, 1.3).1), "0 s 500 ms 1 s 1.5 s");
    assert_eq!(texts(time_ticks((0.0, 180.0), 400)), "0:00 1:00 2:00 3:00");
    assert_eq!(texts(time_ticks((33.0, 63.0), 400)), "0:40 0:50 1:00");
    assert_eq!(texts(time_ticks((33.0, 34.0), 400)), "0:33.0 0:33.2 0:33.4 0:33.6 0:33.8 0:34.0");
}

#[test]
fn numbers_are_short() {
    for (value, text) in [
        (0.0, "0"),
        (0.256, "0.26"),
        (9.5, "9.5"),
        (14.6, "15"),
        (1234.0, "1234"),
        (15_000.0, "15k"),
        (1.25e6, "1.25M"),
        (999_600.0, "1M"),
    ] {
        assert_eq!(short(value), text);
    }
    assert_eq!(clock_tenths(Time::from_millis(67_350)), "1:07.3");
    assert_eq!(clock(Time::from_secs(3723)), "1:02:03");
}
