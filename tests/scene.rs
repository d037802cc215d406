//! The scene's laws: dots are never earlier than the truth, on their wires, and bounded; figures can be read.

use std::sync::OnceLock;

use pressure_point::design::{Design, Point, read};
use pressure_point::editor::{box_of, curve_between};
use pressure_point::metrics::Recording;
use pressure_point::scene::histogram::histogram;
use pressure_point::scene::requests::{LISTED_MAX, Wanted, requests};
use pressure_point::scene::waterfall::{Segment, Stage, Waterfall};
use pressure_point::scene::{
    DOTS_MAX, DotStyle, Flow, FlowState, Glance, Journey, Pace, Places, State, TripIndex, Vitals, WireShape,
    component_words, count_text, dots_at, nearest, policy_summary, rate_text, reason, share_text, summary,
    upstream_first,
};
use pressure_point::sim::{BreakerState, ComponentFrame, Frame, Health, Outcome, Parts, Replay};
use pressure_point::units::Time;

const SPEEDS: [f64; 4] = [0.01, 0.2, 1.0, 16.0];

/// A server behind a balancer that collapses under a spike: timeouts, retries, late answers, full rooms, a crash.
const COLLAPSE: &str = r#"
version = 1
seed = 5
duration = "12s"
[classes.page]
cpu = "exp(10ms)"
reads = 1
[components.users]
kind = "clients"
at = [0, 0]
traffic = [["0s", "50/s"], ["3s", "50/s"], ["4s", "600/s"], ["7s", "600/s"], ["8s", "50/s"]]
refreshes = 1
patience = "1s"
[components.lb]
kind = "load-balancer"
at = [240, 60]
[components.app]
kind = "server"
at = [480, 0]
capacity = 60
[components.db]
kind = "database"
at = [720, 40]
[wires]
"users -> lb" = { latency = "10ms", timeout = "400ms", retry = { tries = 3 } }
"lb -> app" = {}
"app -> db" = { timeout = "300ms" }
[[faults]]
at = "9s"
target = "db"
fault = "crash"
for = "1s"
"#;

fn collapse() -> &'static (Design, Recording) {
    static RUN: OnceLock<(Design, Recording)> = OnceLock::new();
    RUN.get_or_init(|| {
        let design = read(COLLAPSE).unwrap();
        let mut replay = Replay::new(design.clone());
        let (frames, _) = replay.run(design.duration, u64::MAX);
        let mut recording = Recording { parts: replay.parts().clone(), ..Recording::default() };
        recording.extend(frames);
        (design, recording)
    })
}

#[test]
fn the_run_has_something_to_show() {
    let (_, recording) = collapse();
    assert!(recording.trips.len() > 50, "{} trips", recording.trips.len());
    assert!(recording.trips.iter().any(|trip| trip.spans.iter().any(|span| span.attempt > 1)), "some retry");
    assert!(
        recording.trips.iter().any(|trip| trip.spans.iter().any(|span| span.late.get().is_some())),
        "some are late"
    );
}

#[test]
fn nothing_is_shown_before_it_happened_or_out_of_order() {
    let (_, recording) = collapse();
    let mut journey = Journey::default();
    for speed in SPEEDS {
        let pace = Pace::at_speed(speed);
        for (number, trip) in recording.trips.iter().enumerate() {
            journey.lay(trip, &pace);
            assert_eq!(journey.legs.len(), trip.spans.len());
            for (span, leg) in trip.spans.iter().zip(&journey.legs) {
                let told = format!("trip {number} at {speed}×: {span:?} {leg:?}");
                let slack = pace.stretch_of(trip.spans.len());
                assert!(slack <= pace.stretch_max(), "{told}");
                // Where the end is known, nothing of it is on the screen longer than the slack.
                let ends = [span.settled.map(|(at, _)| at), span.answered.map(|(at, _)| at), span.late.get()];
                if span.settled.is_some() && span.answered.is_some() {
                    let last = ends.into_iter().flatten().max().unwrap_or_default();
                    assert!(leg.over <= last + slack, "too long: {told}");
                }
                let truths = [
                    (Some(span.sent), Some(leg.sent)),
                    (span.arrived.get(), leg.arrived),
                    (span.began.get(), leg.began),
                    (span.answered.map(|(at, _)| at), leg.answered),
                    (span.settled.map(|(at, _)| at), leg.settled),
                ];
                for (truth, shown) in truths {
                    let (Some(truth), Some(shown)) = (truth, shown) else { continue };
                    assert!(shown >= truth, "too early: {told}");
                    assert!(shown <= truth + slack, "too late: {told}");
                }
                let order = [Some(leg.sent), leg.arrived, leg.began, leg.answered].into_iter().flatten();
                assert!(order.is_sorted(), "out of order: {told}");
                assert!(leg.settled.is_none_or(|settled| settled >= leg.sent && settled <= leg.over), "{told}");
                if let Some(parent) = span.parent {
                    assert!(leg.sent >= journey.legs[usize::from(parent)].taken_up, "before its caller began: {told}");
                }
            }
        }
    }
}

#[test]
fn dots_are_on_their_wires_or_under_their_boxes() {
    let (design, recording) = collapse();
    let places = Places::of(design, &recording.parts);
    let mut index = TripIndex::default();
    index.refresh(recording);
    let curves: Vec<_> = design.wires.iter().map(|wire| curve_between(design, &wire.from, &wire.to).unwrap()).collect();
    let mut seen = Vec::new();
    for speed in SPEEDS {
        for step in 0..240 {
            let dots = dots_at(recording, &index, &places, Time::from_millis(step * 50), speed);
            assert!(dots.len() <= DOTS_MAX);
            for dot in &dots {
                let on_wire = curves.iter().any(|curve| curve.distance(dot.at) < 1.5);
                let rooms = |at: Point| box_of(at).grown(45.0).contains(dot.at) && !box_of(at).contains(dot.at);
                assert!(on_wire || design.components.iter().any(|component| rooms(component.at)), "{dot:?}");
            }
            seen.extend(dots.iter().map(|dot| dot.style));
        }
    }
    use DotStyle::*;
    for style in [Asking, Retrying, Good, TimedOut, TurnedAway, Failed, Late] {
        assert!(seen.contains(&style), "no dot was ever {style:?}");
    }
}

#[test]
fn the_index_misses_no_trip_however_it_was_built() {
    let (design, recording) = collapse();
    let places = Places::of(design, &recording.parts);
    let mut whole = TripIndex::default();
    whole.refresh(recording);
    let mut grown = TripIndex::default();
    let mut growing = Recording { parts: recording.parts.clone(), ..Recording::default() };
    for step in (0..=120).step_by(7) {
        let until = Time::from_millis(step * 100);
        growing = recording.clone();
        growing.truncate(until);
        grown.refresh(&growing);
    }
    growing.clone_from(recording);
    grown.refresh(&growing);
    for step in 0..120 {
        let at = Time::from_millis(step * 100);
        assert_eq!(
            dots_at(recording, &whole, &places, at, 1.0),
            dots_at(&growing, &grown, &places, at, 1.0),
            "at {at}"
        );
    }
}

#[test]
fn a_request_is_followed_from_users_to_database_and_back() {
    let (design, recording) = collapse();
    let pace = Pace::at_speed(1.0);
    let trip = recording.trips.iter().find(|trip| trip.spans.len() == 3 && trip.ended.is_some()).unwrap();
    let mut journey = Journey::default();
    journey.lay(trip, &pace);
    let end = journey.legs.iter().map(|leg| leg.over).max().unwrap();
    let took = end.since(trip.wanted).as_secs_f64();
    assert!((1.4..=2.5).contains(&took), "six hops of a quarter second can be followed by eye: {took} s");
    let alone = Recording { parts: recording.parts.clone(), trips: vec![trip.clone()], ..Recording::default() };
    let places = Places::of(design, &recording.parts);
    let mut index = TripIndex::default();
    index.refresh(&alone);
    let mut x_max: f64 = 0.0;
    let mut at = trip.wanted;
    while at < end {
        let dots = dots_at(&alone, &index, &places, at, 1.0);
        assert_eq!(dots.len(), 1, "one request is one dot, at {at}");
        x_max = x_max.max(dots[0].at.x);
        at += Time::from_millis(10);
    }
    assert!(x_max > 500.0, "it reached the database");
    assert!(dots_at(&alone, &index, &places, end, 1.0).is_empty());
}

#[test]
fn many_trips_are_thinned_evenly() {
    let (design, recording) = collapse();
    let mut crowd = recording.clone();
    for _ in 0..4 {
        crowd.trips.extend(recording.trips.clone());
    }
    crowd.trips.sort_by_key(|trip| trip.wanted);
    let places = Places::of(design, &crowd.parts);
    let mut index = TripIndex::default();
    index.refresh(&crowd);
    for second in 0..12 {
        assert!(dots_at(&crowd, &index, &places, Time::from_secs(second), 32.0).len() <= DOTS_MAX);
    }
}

fn component(change: impl Fn(u32, &mut ComponentFrame)) -> Vitals {
    let frame = |index: u32| {
        let mut component =
            ComponentFrame { servers: 10.0, slots: 100.0, capacity: 200.0, ..ComponentFrame::default() };
        change(index, &mut component);
        Frame { index, components: vec![component], ..Frame::default() }
    };
    let parts = Parts { components: vec!["app".into()], ..Parts::default() };
    let mut recording = Recording { parts, ..Recording::default() };
    recording.extend((0..100).map(frame).collect());
    Glance::at(&recording, Time::from_secs(10)).component("app").unwrap().clone()
}

#[test]
fn states_warn_before_they_fail() {
    let check = |state: State, change: &dyn Fn(u32, &mut ComponentFrame)| {
        assert_eq!(component(change).state(), state);
    };
    check(State::Healthy, &|_, frame| frame.busy = 5.0);
    check(State::Warm, &|_, frame| frame.busy = 7.5);
    check(State::Hot, &|_, frame| frame.busy = 9.5);
    check(State::Hot, &|_, frame| (frame.busy, frame.held) = (2.0, 97.0));
    check(State::BackingUp, &|index, frame| (frame.busy, frame.waiting) = (10.0, index as f32));
    check(State::BackingUp, &|_, frame| (frame.busy, frame.waiting) = (10.0, 90.0));
    check(State::Shedding, &|_, frame| (frame.arrivals, frame.shed, frame.waiting) = (100, 20, 200.0));
    check(State::Failing, &|_, frame| (frame.completions, frame.failed) = (80, 20));
    check(State::Slowed, &|_, frame| frame.health = Health::Slow);
    check(State::Down, &|_, frame| frame.health = Health::Down);
    check(State::Booting, &|_, frame| frame.health = Health::Booting);
    check(State::CutOff, &|_, frame| frame.health = Health::CutOff);
}

#[test]
fn figures_are_smoothed_but_follow() {
    let spike = component(|index, frame| frame.busy = if index == 99 { 10.0 } else { 0.0 });
    assert!(spike.busy.unwrap() < 0.1, "one frame does not make it jump");
    let flicker = component(|index, frame| frame.busy = if index % 2 == 0 { 10.0 } else { 0.0 });
    assert!((flicker.busy.unwrap() - 0.5).abs() < 0.03);
    let risen = component(|index, frame| frame.busy = if index >= 50 { 10.0 } else { 0.0 });
    assert!(risen.busy.unwrap() > 0.8, "two time constants later it is there: {:?}", risen.busy);
    assert_eq!(component(|_, frame| frame.arrivals = 120).rate.round(), 1200.0);
}

#[test]
fn wires_tell_how_they_are() {
    let flow = Flow { rate: 100.0, ..Flow::default() };
    let check = |state: FlowState, flow: Flow| assert_eq!(flow.state(), state);
    check(FlowState::Quiet, Flow::default());
    check(FlowState::Flowing, flow.clone());
    check(FlowState::Retrying, Flow { retry_rate: 20.0, ..flow.clone() });
    check(FlowState::Failing, Flow { broken: 0.3, ..flow.clone() });
    check(FlowState::TakenOut, Flow { sick: true, ..flow.clone() });
    check(FlowState::BreakerOpen, Flow { breaker: BreakerState::Open, ..flow.clone() });
    let width = |rate: f64| Flow { rate, ..Flow::default() }.width();
    assert!(width(0.0) < width(10.0) && width(10.0) < width(1000.0) && width(1e12) <= 9.0);
}

#[test]
fn numbers_are_short() {
    for (value, text) in [
        (0.0, "0"),
        (0.5, "0.5"),
        (9.96, "10"),
        (12.0, "12"),
        (340.4, "340"),
        (999.6, "1k"),
        (1234.0, "1.2k"),
        (15_000.0, "15k"),
        (999_600.0, "1M"),
        (3.4e6, "3.4M"),
        (-1.0, "0"),
    ] {
        assert_eq!(count_text(value), text);
    }
    assert_eq!(rate_text(1200.0), "1.2k/s");
    for (share, text) in [(0.0, "0 %"), (0.001, "< 1 %"), (0.824, "82 %"), (0.999, "> 99 %"), (1.0, "100 %")] {
        assert_eq!(share_text(share), text);
    }
}

#[test]
fn parts_in_words() {
    let (design, recording) = collapse();
    let glance = Glance::at(recording, Time::from_secs(6));
    let app = design.component("app").unwrap();
    let words = component_words(design, app, glance.component("app"));
    assert!(words.starts_with("app, server, ") && words.contains(" waiting") && words.ends_with("calls db"), "{words}");
    assert_eq!(component_words(design, app, None), "app, server, calls db");
    assert_eq!(Glance::at(recording, Time::ZERO), Glance::default());
}

#[test]
fn wires_run_from_port_to_port_wherever_the_boxes_stand() {
    let (design, _) = collapse();
    for (x, y) in [(300.0, 0.0), (300.0, 400.0), (-300.0, 0.0), (-300.0, 250.0), (0.0, 200.0), (200.0, -100.0)] {
        let mut design = design.clone();
        design.components.iter_mut().find(|component| component.name == "app").unwrap().at = Point { x, y };
        let shape = WireShape::between(&design, "users", "app").unwrap();
        assert_eq!((shape.curve.at(0.0), shape.curve.at(1.0)), (Point { x: 76.0, y: 0.0 }, Point { x: x - 76.0, y }));
        assert!(shape.line.starts_with("M76.0 0.0C") && shape.arrow.ends_with('Z'));
        let middle = shape.label_at;
        assert!(!box_of(Point { x: 0.0, y: 0.0 }).contains(middle), "({x}, {y}): the label is hidden at {middle:?}");
    }
    assert!(WireShape::between(design, "users", "nobody").is_none());
}

#[test]
fn callers_come_before_whom_they_call() {
    let (design, _) = collapse();
    let mut design = design.clone();
    design.components.reverse();
    assert_eq!(upstream_first(&design), ["users", "lb", "app", "db"]);
}

#[test]
fn boxes_and_wires_say_what_matters_most() {
    let (design, _) = collapse();
    let said: Vec<String> = design.components.iter().map(|component| summary(&component.kind)).collect();
    assert_eq!(said, ["50 to 600/s", "round robin", "2 cores", "40 at once"]);
    let said: Vec<String> = design.wires.iter().map(|wire| policy_summary(&wire.policy)).collect();
    assert_eq!(said, ["≤ 400ms, 3 tries", "", "≤ 300ms"]);
    let all = read(
        "version = 1\n[components.a]\nkind = \"server\"\n[components.b]\nkind = \"server\"\n[wires]\n\
         \"a -> b\" = { timeout = \"1s\", deadline = true, hedge = { after = \"20ms\" }, breaker = true, bulkhead = 9, \
         fallback = true, bandwidth = \"5MB\", loss = \"1%\" }\n",
    );
    let said = policy_summary(&all.expect("it reads").wires[0].policy);
    assert_eq!(said, "≤ 1s, deadline, hedge 20ms, breaker, bulkhead 9, fallback, 5MB/s, loses 1%");
}

#[test]
fn a_waterfall_shows_every_moment_of_every_attempt_once() {
    let (_, recording) = collapse();
    for (number, trip) in recording.trips.iter().enumerate() {
        let fall = Waterfall::of(trip, &recording.parts, recording.end());
        assert_eq!(fall.bars.len(), trip.spans.len(), "trip {number}");
        assert!(fall.from == trip.wanted && fall.to > fall.from, "trip {number}: {fall:?}");
        for bar in &fall.bars {
            let told = format!("trip {number}: {bar:?}");
            assert!(bar.segments.iter().all(|segment| segment.from < segment.to && segment.to <= fall.to), "{told}");
            assert!(bar.segments.windows(2).all(|pair| pair[0].to == pair[1].from), "a gap: {told}");
            assert!(bar.segments.first().is_none_or(|segment| segment.from == bar.sent), "{told}");
            // Until its caller stopped waiting it is whole, and for the caller, unless somebody above had given up.
            let settled = bar.settled.map_or(fall.to, |(at, _)| at);
            let length = |segment: &Segment| segment.to.min(settled).since(segment.from);
            let waited = bar.segments.iter().fold(Time::ZERO, |sum, segment| sum + length(segment));
            assert_eq!(settled.since(bar.sent), waited, "{told}");
            let wasted = bar.segments.iter().filter(|segment| segment.from >= settled);
            assert!(wasted.clone().all(|segment| segment.nobody), "{told}");
            assert!(
                bar.depth > 0 || bar.segments.iter().all(|segment| segment.to > settled || !segment.nobody),
                "{told}"
            );
            assert!(bar.moments.windows(2).all(|pair| pair[0].0 <= pair[1].0), "{told}");
            assert!(bar.segments.iter().all(|segment| fall.across(segment.to) <= 1.0), "{told}");
        }
        // Each stands below the attempt it was made for.
        assert!(fall.bars.first().is_none_or(|bar| bar.depth == 0));
        assert!(fall.bars.windows(2).all(|pair| pair[1].depth <= pair[0].depth + 1), "trip {number}");
    }
}

#[test]
fn waterfalls_tell_of_waits_retries_and_work_for_nobody() {
    let (_, recording) = collapse();
    let falls: Vec<Waterfall> =
        recording.trips.iter().map(|trip| Waterfall::of(trip, &recording.parts, recording.end())).collect();
    let bars = || falls.iter().flat_map(|fall| &fall.bars);
    for stage in [Stage::Out, Stage::Waiting, Stage::Service, Stage::Back] {
        assert!(bars().any(|bar| bar.spent(stage, false) > Time::ZERO), "no {stage:?} anywhere");
    }
    assert!(bars().any(|bar| bar.attempt == 3 && bar.title() == "users to lb, attempt 3"));
    let wasted = bars().find(|bar| !bar.open && bar.for_nobody() > Time::from_millis(100)).expect("late work");
    assert!(wasted.words().contains("timed out after") && wasted.words().contains(" for nobody"), "{}", wasted.words());
    let quick = falls.iter().find(|fall| matches!(fall.ended, Some((_, Outcome::Ok)))).expect("a good answer");
    let words = quick.bars[0].words();
    assert!(
        words.starts_with("users to lb: network out 10 ms, ") && words.contains("network back 10 ms, answered after"),
        "{words}"
    );
}

#[test]
fn every_failure_has_a_reason_that_names_a_part() {
    let (design, recording) = collapse();
    let mut reasons = Vec::new();
    for trip in recording.trips.iter().filter(|trip| trip.ended.is_some()) {
        let said = reason(trip, &recording.parts);
        let good = matches!(trip.ended, Some((_, Outcome::Ok)));
        assert_eq!(said.is_none(), good, "{said:?}");
        let Some(said) = said else { continue };
        assert!(design.components.iter().any(|component| said.contains(&component.name)), "{said}");
        assert!(said.ends_with('.') && !said.contains('?'), "{said}");
        reasons.push(said);
    }
    let some =
        |words: &str| assert!(reasons.iter().any(|said| said.contains(words)), "nobody said {words:?}: {reasons:#?}");
    some("for a place at app");
    some("the waiting room of app was full");
    some("users gave up after");
}

#[test]
fn the_list_of_requests_puts_failures_first() {
    let (_, recording) = collapse();
    for second in 0..=12 {
        let playhead = Time::from_secs(second);
        let (count, all) = requests(recording, playhead, Wanted::All, None);
        assert!(all.len() == count.min(LISTED_MAX), "at {second} s");
        let failed = |outcome: Option<Outcome>| outcome.is_some_and(|outcome| outcome != Outcome::Ok);
        assert!(
            all.windows(2)
                .all(|pair| (failed(pair[0].outcome), pair[0].took) >= (failed(pair[1].outcome), pair[1].took))
        );
        assert!(all.iter().all(|entry| entry.wanted <= playhead && entry.wanted + entry.took <= playhead));
        let parts = [Wanted::Failed, Wanted::Answered, Wanted::UnderWay];
        let sum: usize = parts.iter().map(|wanted| requests(recording, playhead, *wanted, None).0).sum();
        assert_eq!(sum, count, "each is failed, answered or under way");
        assert_eq!(requests(recording, playhead, Wanted::All, Some(0)).0, count);
        assert_eq!(requests(recording, playhead, Wanted::All, Some(7)).0, 0);
    }
    let retried = requests(recording, Time::from_secs(7), Wanted::Retried, None).1;
    assert!(!retried.is_empty() && retried.iter().all(|entry| entry.retries > 0 && entry.attempts > entry.retries));
}

#[test]
fn a_dot_is_found_where_it_is() {
    let (design, recording) = collapse();
    let mut index = TripIndex::default();
    index.refresh(recording);
    let dots = dots_at(recording, &index, &Places::of(design, &recording.parts), Time::from_secs(6), 1.0);
    assert!(dots.len() > 10);
    for dot in &dots {
        let found = nearest(&dots, dot.at, 5.0).expect("it is there");
        assert_eq!(found.at, dot.at);
        assert!(recording.trips[found.trip].wanted <= Time::from_secs(6));
    }
    assert_eq!(nearest(&dots, Point { x: -500.0, y: -500.0 }, 20.0), None);
}

#[test]
fn the_histogram_counts_the_good_answers_of_its_time() {
    let (_, recording) = collapse();
    let counted =
        |from: u64, to: u64, class| histogram(recording, Time::from_secs(from), Time::from_secs(to), class).answers;
    let answered = |frames: &[Frame]| {
        frames.iter().flat_map(|frame| &frame.users).map(|users| u64::from(users.succeeded)).sum::<u64>()
    };
    assert_eq!(counted(0, 12, None), answered(&recording.frames));
    assert_eq!(counted(2, 5, None), answered(&recording.frames[20..50]));
    assert_eq!(counted(0, 12, Some(0)), counted(0, 12, None), "there is one class");
    let histogram = histogram(recording, Time::ZERO, Time::from_secs(12), None);
    assert_eq!(histogram.columns.iter().map(|column| column.count).sum::<u64>(), histogram.answers);
    assert!(histogram.marks.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{:?}", histogram.marks);
    assert!(histogram.words().contains("good answers: p50 "), "{}", histogram.words());
}
