//! The memory of a recording is bounded: counted by what it holds, not by what the allocator says.

mod support;

use pressure_point::design::Design;
use pressure_point::metrics::{Recording, Report, Trip, TripSpan};
use pressure_point::sim::{Answers, ComponentFrame, Frame, LogEntry, Simulation, WireFrame};
use pressure_point::units::Time;
use support::{read, run_design};

fn answers(all: &[Answers]) -> usize {
    all.iter().map(|answers| size_of::<Answers>() + answers.latency.bytes()).sum()
}

fn bytes(recording: &Recording) -> usize {
    let frame = |frame: &Frame| {
        size_of::<Frame>()
            + frame.components.len() * size_of::<ComponentFrame>()
            + frame.components.iter().map(|component| size_of_val(component.figures.as_slice())).sum::<usize>()
            + frame.wires.len() * size_of::<WireFrame>()
            + answers(&frame.users)
            + answers(&frame.classes)
    };
    let trip = |trip: &Trip| size_of::<Trip>() + trip.spans.len() * size_of::<TripSpan>();
    recording.frames.iter().map(frame).sum::<usize>()
        + recording.trips.iter().map(trip).sum::<usize>()
        + recording.log.len() * size_of::<LogEntry>()
}

/// The spike of lesson 04, of which every minute of ten would take as much.
#[test]
fn ten_minutes_at_15000_a_second_fit_64_mb() {
    let design = read(include_str!("../lessons/part-1/04-more-machines/solution.toml"));
    let (_, frames) = run_design(&Design { duration: Time::from_secs(45), ..design }, Time::ZERO);
    let quiet = frames.iter().position(|frame| frame.users[0].issued > 1000).expect("the spike is met");
    let mut recording = Recording::default();
    recording.extend(frames);
    let whole = bytes(&recording);
    let frames = recording.frames.len() - quiet;
    recording.truncate(Time(quiet as u64 * 100_000_000));
    let ten_minutes = (whole - bytes(&recording)) as f64 * 6000.0 / frames as f64;
    println!("ten minutes: {:.1} MB", ten_minutes / 1e6);
    assert!(frames > 50 && ten_minutes < 64e6, "{ten_minutes} bytes");
}

/// Ten minutes of fifteen times too much traffic, and nobody ever gives up: the run ends early, says why, and what it
/// holds until then is bounded by the most attempts that it allows.
#[test]
fn an_overload_without_timeouts_is_stopped() {
    let design = read(
        "version = 1\nduration = \"10m\"\n[classes.feed]\ncpu = \"1ms\"\n[components.users]\nkind = \"clients\"\n\
         traffic = \"15000/s\"\n[components.app]\nkind = \"server\"\ncores = 1\nconcurrency = 1000000\n\
         capacity = 1000000\n[wires]\n\"users -> app\" = {}\n",
    );
    let mut simulation = Simulation::new(&design, Some(Time::ZERO));
    let mut most = 0;
    while simulation.frame().is_some() {
        most = most.max(simulation.bytes());
    }
    let report = Report::of(&simulation).expect("totals were asked for");
    // Each request in flight is the user's own attempt and the call: a million requests at 14,000 too many a second.
    assert!((60.0..90.0).contains(&report.simulated_s), "stopped at {} s", report.simulated_s);
    let why = report.stopped.expect("it was stopped");
    assert!(why.contains("in flight") && why.contains("set timeouts"), "{why}");
    assert!(report.requests.in_flight > 900_000);
    println!("{:.0} MB at most", most as f64 / 1e6);
    assert!(most < 400_000_000, "{most} bytes");
    assert!(simulation.frame().is_none(), "it stays stopped");
}
