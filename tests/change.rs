//! A run that is changed again and again in mid-run goes on: the learner's hand must never break the simulation.

use pressure_point::design::{Design, Kind, read};
use pressure_point::sim::{Change, Replay, Status};
use pressure_point::units::Time;

/// The lesson's design with another waiting room and other cores.
fn with(design: &Design, capacity: u32, cores: u32) -> Change {
    let mut design = design.clone();
    for component in &mut design.components {
        if let Kind::Server(server) = &mut component.kind {
            (server.capacity, server.cores) = (capacity, cores);
        }
    }
    Change::Design(Box::new(design))
}

fn run(replay: &mut Replay, until: Time) -> usize {
    let mut frames = 0;
    loop {
        let (more, status) = replay.run(until, 20_000);
        frames += more.len();
        let done = more.last().is_some_and(|frame| Time(u64::from(frame.index + 1) * 100_000_000) >= until);
        if done || status != Status::Running {
            return frames;
        }
    }
}

#[test]
fn changed_in_mid_run_and_changed_back() {
    let design = read(include_str!("../lessons/part-1/02-the-spike/start.toml")).expect("a good file");
    let mut replay = Replay::new(design.clone());
    let seconds = Time::from_secs;
    assert_eq!(run(&mut replay, seconds(48)), 480);
    for (at, capacity, cores) in [(27, 200, 2), (27, 5000, 2), (30, 0, 16), (20, 5000, 1), (29, 300, 3)] {
        let at = replay.change(seconds(at), with(&design, capacity, cores));
        let frames = run(&mut replay, at + seconds(8));
        assert_eq!(frames, 80, "changed at {at:?} to {capacity} places and {cores} cores");
    }
}
