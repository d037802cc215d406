//! Share links: short enough to be sent, the same outage at the other end, and no harm from bad ones.

mod support;

use std::time::{Duration, Instant};

use pressure_point::design::{Fault, FaultSettings, Kind, Target};
use pressure_point::lesson::{LINK_CHARS_MAX, pack, unpack};
use pressure_point::sim::{Change, Frame, Replay, Scenario, Status};
use pressure_point::units::Time;
use support::{Dice, random_design, read};

/// A shop of 30 components with 37 wires, as somebody might draw it.
const SHOP: &str = include_str!("support/shop.toml");

fn round(scenario: &Scenario) -> String {
    let link = pack(scenario).expect("small enough");
    assert_eq!(unpack(&link).as_ref(), Ok(scenario), "{link}");
    link
}

fn shop_with_script() -> Scenario {
    let mut scenario = Scenario::of(read(SHOP));
    let strike = |at: Time, target: &str| Fault {
        target: Target::parse(target),
        settings: FaultSettings { at, lasts: Some(Time::from_secs(5)), ..Default::default() },
    };
    let mut design = scenario.design.clone();
    for component in &mut design.components {
        if let Kind::Server(server) = &mut component.kind {
            server.capacity = 50;
        }
    }
    scenario.change(Time::from_secs(4), Change::Fault(strike(Time::from_secs(4), "router")));
    scenario.change(Time::from_secs(6), Change::Design(Box::new(design)));
    scenario.change(Time::from_millis(7300), Change::Fault(strike(Time::from_millis(7300), "lb-eu -> web-1")));
    scenario
}

#[test]
fn a_design_of_thirty_components_fits_in_two_thousand_characters() {
    let design = read(SHOP);
    assert_eq!(design.components.len(), 30);
    let link = round(&Scenario::of(design));
    assert!(link.len() <= 1_400, "{} characters", link.len());
    let scripted = round(&shop_with_script());
    assert!(scripted.len() <= 1_700, "{} characters", scripted.len());
}

#[test]
fn designs_of_all_sorts_come_back_equal() {
    for seed in 0..150 {
        let link = round(&Scenario::of(random_design(seed)));
        assert!(link.len() < LINK_CHARS_MAX, "seed {seed}: {} characters", link.len());
        assert!(link.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{link}");
    }
}

fn frames(scenario: Scenario, until: Time) -> Vec<Frame> {
    let mut replay = Replay::of(scenario);
    let mut frames = Vec::new();
    while frames.len() as u64 * 100_000_000 < until.0 {
        let (more, status) = replay.run(until, 200_000);
        frames.extend(more);
        assert_eq!(status, Status::Running);
    }
    frames
}

#[test]
fn the_other_end_sees_the_same_outage() {
    let here = shop_with_script();
    let there = unpack(&pack(&here).unwrap()).unwrap();
    let until = Time::from_secs(9);
    let (seen, other) = (frames(here.clone(), until), frames(there, until));
    assert!(seen == other, "another history");
    let calm = frames(Scenario::of(here.design), until);
    assert!(seen[..40] == calm[..40] && seen[60..] != calm[60..], "the script made no difference");
}

#[test]
fn a_thousand_spoilt_links_are_refused_in_bounded_time() {
    let good = pack(&shop_with_script()).unwrap();
    let mut dice = Dice(7);
    let started = Instant::now();
    let mut slowest = Duration::ZERO;
    for number in 0..1000 {
        let mut link: Vec<char> = good.chars().collect();
        for _ in 0..1 + dice.below(4) {
            let at = dice.below(link.len() as u64) as usize;
            let letter =
                dice.pick(&["A", "z", "_", "-", "0", "%", "é", "\0", "<", ".", "=", " "]).chars().next().unwrap();
            match dice.below(5) {
                0 => link[at] = letter,
                1 => link.insert(at, letter),
                2 => drop(link.remove(at)),
                3 => link.truncate(at.max(1)),
                _ => {
                    let other = dice.below(link.len() as u64) as usize;
                    link.swap(at, other);
                }
            }
            if link.is_empty() {
                break;
            }
        }
        let link: String = link.into_iter().collect();
        let begun = Instant::now();
        let result = unpack(&link);
        slowest = slowest.max(begun.elapsed());
        // A change that changes nothing (two equal letters swapped) is none.
        assert!(result.is_err() || link == good || result == unpack(&good), "number {number}: {link}");
        if let Err(error) = result {
            assert!(!error.to_string().is_empty() && error.to_string().len() < 600, "{error}");
        }
    }
    println!("slowest {slowest:?}, all {:?}", started.elapsed());
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
}

#[test]
fn what_does_not_fit_into_a_link_is_no_link() {
    let mut scenario = Scenario::of(read(SHOP));
    for second in 0..90 {
        let mut design = read(SHOP);
        design.seed = second;
        scenario.change(Time::from_secs(second), Change::Design(Box::new(design)));
    }
    assert_eq!(pack(&scenario), None, "more than is read back");
    scenario.script.truncate(40);
    assert!(round(&scenario).len() < LINK_CHARS_MAX, "forty changes of one design are mostly repetition");
}

#[test]
fn the_last_design_is_the_one_that_stands_at_the_end() {
    let mut scenario = shop_with_script();
    scenario.last_design_mut().components[0].at.x = 999.0;
    assert_eq!(scenario.design_at(Time::MAX).components[0].at.x, 999.0);
    assert_ne!(scenario.design.components[0].at.x, 999.0);
    scenario.script.clear();
    scenario.last_design_mut().components[0].at.x = 777.0;
    assert_eq!(scenario.design.components[0].at.x, 777.0);
}
