//! The goal language, row by row, and the laws of grading on hand-made frames.

use pressure_point::design::{Design, read};
use pressure_point::lesson::{Goal, Grader, State};
use pressure_point::sim::{Answers, ComponentFrame, Frame, Parts, Sketch, WireFrame};

const DESIGN: &str = r#"
version = 1
duration = "10s"
[classes.feed]
[components.users]
kind = "clients"
[components.app]
kind = "server"
[components.db]
kind = "database"
[components.lb]
kind = "load-balancer"
[components.cache]
kind = "cache"
[wires]
"users -> lb" = {}
"lb -> app" = {}
"app -> db" = {}
[spans]
spike = ["2s", "6s"]
"#;

fn design() -> Design {
    read(DESIGN).expect("the design of these tests is good")
}

/// Reads a goal and binds it to the design; what it says, or `column: message | hint`.
fn outcome(line: &str) -> String {
    let bound = line.parse::<Goal>().and_then(|goal| goal.check(&design()).map(|()| goal));
    match bound {
        Ok(goal) => format!("{:?} {:?} {} {:?} {:?}", goal.metric, goal.comparison, goal.bound, goal.scope, goal.hold),
        Err(error) => format!("{}: {} | {}", error.column, error.message, error.hint),
    }
}

#[test]
fn good_goals() {
    let check = |line: &str, expected: &str| assert_eq!(outcome(line), expected, "{line}");
    check("p99(users) < 300ms during spike", "P99 Less 0.3 During(\"spike\") Overall");
    check("p50(feed) <= 1.5s", "P50 AtMost 1.5 Whole Overall");
    check(
        "  error_rate( users )<=1%   during spike # most people get in",
        "ErrorRate AtMost 0.01 During(\"spike\") Overall",
    );
    check("utilization(db) < 80% for 2s", "Utilization Less 0.8 Whole For(Time(2000000000))");
    check(
        "goodput(users) >= 850/s for 1s after 6s",
        "Goodput AtLeast 850 After(Time(6000000000)) For(Time(1000000000))",
    );
    check("stale_reads(users) = 0", "StaleReads Equal 0 Whole Overall");
    check("stale_reads(cache) = 0 always", "StaleReads Equal 0 Whole Always");
    check("retries(app -> db) < 1_000", "Retries Less 1000 Whole Overall");
    check("retries(users) = 0 at end", "Retries Equal 0 AtEnd Overall");
    check("degraded_rate(users) < 5% during spike", "DegradedRate Less 0.05 During(\"spike\") Overall");
    check("hedges(app -> db) < 10", "Hedges Less 10 Whole Overall");
    check("expired(db) > 100", "Expired More 100 Whole Overall");
    check("lost_packets(users) = 0", "Lost Equal 0 Whole Overall");
    check("bandwidth_used(users) < 2MB", "Bytes Less 2000000 Whole Overall");
    check("throughput(lb) > 10/s ever", "Throughput More 10 Whole Ever");
    check("queue_length(app) < 5 always during spike", "QueueLength Less 5 During(\"spike\") Always");
    check("cost <= $3/h", "Cost AtMost 3 Whole Overall");
    check("cost <= $3", "Cost AtMost 3 Whole Overall");
}

#[test]
fn bad_goals_say_where_and_what_to_try() {
    let check = |line: &str, expected: &str| assert_eq!(outcome(line), expected, "{line}");
    check("p98(users) < 1s", "1: unknown metric `p98` | did you mean `p90`?");
    check("  goodputt(users) > 1/s", "3: unknown metric `goodputt` | did you mean `goodput`?");
    check("", "1: a goal begins with a metric | write it like `p99(users) < 300ms during spike`");
    check("p99 < 1s", "5: `p99` of whom? | write it like `p99(users)`");
    check("p99() < 1s", "4: `p99` of whom? | write it like `p99(users)`");
    check("p99(users < 1s", "4: this bracket is never closed | write it like `p99(users)`");
    check("cost(users) < $3/h", "5: `cost` is of the whole design | write it without brackets, like `cost <= $3/h`");
    check("p99(users) == 1s", "12: `==` is no comparison | use <, <=, >, >= or =");
    check("p99(users) 1s", "12: a comparison is missing here | use <, <=, >, >= or =");
    check("p99(users) <", "13: a bound is missing here | say how much, like `300ms`, `1%`, `900/s` or `$3/h`");
    check(
        "p99(users) < 300",
        "14: `300` is not a time; write it like \"20ms\", \"1.5s\" or \"3m\" | `p99` is 99% of the good answers came within this time",
    );
    check(
        "shed(app) = none",
        "13: `none` is not a count; write a plain number like 0 or 1_000 | `shed` is requests turned away because it was full",
    );
    check("p99(users) < 1s durng spike", "17: `durng` is no window | did you mean `during`?");
    check("p99(users) < 1s during spoke", "17: there is no span `spoke` | did you mean `spike`?");
    check("p99(users) < 1s during", "17: `during` what? | name a span of the design, like `during spike`");
    check("p99(users) < 1s at last", "17: `at` must be followed by `end` | write `at end`, or `after 2m`");
    check("p99(users) < 1s for ever", "21: `ever` is not a time; write it like \"20ms\", \"1.5s\" or \"3m\" | ");
    check("p99(users) < 1s for 0s", "21: `for` needs a time above 0 | write `ever` if once is enough");
    check("p99(users) < 1s during spike for 5s", "30: `for 5s` is longer than the 4s there are | write a shorter time");
    check("p99(users) < 1s after 10s", "17: the run is over by then: it takes 10s | write an earlier time");
    check("p99(users) < 1s ever always", "22: the goal already says how long | keep one of `for`, `ever`, `always`");
    check(
        "p99(users) < 1s at end after 2s",
        "24: the goal already says when | keep one of `during`, `after`, `at end`",
    );
    check("p99(user) < 1s", "4: there is no `user` to take `p99` of | did you mean `users`?");
    check("p99(app) < 1s", "4: `p99` cannot be taken of `app`, a server | there is users, feed");
    check("utilization(lb) < 1%", "12: `utilization` cannot be taken of `lb`, a load balancer | did you mean `db`?");
    check("p99(users -> lb) < 1s", "5: `p99` cannot be taken of a wire | write it like `p99(users)`");
    check("retries(users -> app) = 0", "8: there is no wire `users -> app` | did you mean `users -> lb`?");
    check("hit_ratio(app) > 90%", "10: `hit_ratio` cannot be taken of `app`, a server | there is db, cache");
    check(
        "p99(users) < 2/s",
        "14: `2/s` is not a time; write it like \"20ms\", \"1.5s\" or \"3m\" | `p99` is 99% of the good answers came within this time",
    );
    check(
        "goodput(users) > 2s",
        "18: `2s` is not a rate; write it like \"900/s\" or \"30/m\" | `goodput` is good answers per second",
    );
    check(
        "error_rate(users) < 2/s",
        "21: `2/s` is not a share; write it like \"80%\" or 0.8 | `error_rate` is of the requests that ended, how many ended badly",
    );
    check(
        "error_rate(users) < 200%",
        "21: `200%` is more than 100% | `error_rate` is of the requests that ended, how many ended badly",
    );
    check(
        "bandwidth_used(users) < 2s",
        "25: `2s` is not a size; write it like \"200KB\" or \"2MB\" | `bandwidth_used` is bytes per second over its wires, both ways",
    );
    check("cost <= 3 apples", "11: `apples` is no window | there is during, for, ever, always, after, at");
    check(
        "cost <= $3/h ever",
        "14: `cost` has no window | it is that of the dearest moment of the whole run; leave the window out",
    );
    check("error_rate(users) <= 100%", "20: this is so in every run | set a bound that a run can miss");
    check("goodput(users) >= 0/s ever", "17: this is so in every run | set a bound that a run can miss");
    check("retries(users -> lb) < 0", "22: this is so in no run | set a bound that a run can meet");
    check("success_rate(users) > 100%", "21: this is so in no run | set a bound that a run can meet");
    check("conections(db) < 30", "1: unknown metric `conections` | did you mean `connections`?");
}

/// A frame in which users got `good` answers of 10 ms (a step of a sketch, which ends at 10,047 µs) and `lost` none, and the
/// database was so busy.
fn frame(index: u32, good: u32, lost: u32, db_busy: f32) -> Frame {
    let latency = Sketch::of([(10_000, good)]);
    let answers = Answers {
        issued: good + lost,
        succeeded: good,
        degraded: good / 5,
        timed_out: lost,
        latency,
        ..Answers::default()
    };
    let db =
        ComponentFrame { arrivals: good, completions: good, busy: db_busy, servers: 10.0, ..ComponentFrame::default() };
    let mut components = vec![ComponentFrame::default(); 5];
    components[2] = db;
    let wire = WireFrame { attempts: good + 2 * lost, retries: lost, bytes: 1000, ..WireFrame::default() };
    Frame {
        index,
        components,
        wires: vec![wire.clone(), wire.clone(), wire],
        users: vec![answers.clone()],
        classes: vec![answers],
        ..Frame::default()
    }
}

fn parts() -> Parts {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Parts {
        components: names(&["users", "app", "db", "lb", "cache"]),
        wires: vec![(0, 3), (3, 1), (1, 2)],
        classes: names(&["feed"]),
        clients: vec![0],
        scale: 1,
    }
}

/// Grades one goal over 100 frames and tells when it became met (`+12`) or missed (`-40`), by frame; and the last value.
fn graded(line: &str, frames: impl Fn(u32) -> Frame) -> String {
    let goal: Goal = line.parse().expect(line);
    let mut grader = Grader::new(&[goal], &design());
    assert_eq!(grader.standings()[0].state, State::Pending, "{line}: decided before the run");
    let mut decided = None;
    for index in 0..100 {
        grader.feed(&parts(), &frames(index));
        let state = grader.standings()[0].state;
        match decided {
            None if state != State::Pending => decided = Some((state, index)),
            Some((before, at)) => assert_eq!(before, state, "{line}: undecided again after {at}"),
            None => {}
        }
    }
    grader.finish();
    let standing = &grader.standings()[0];
    let mark = match standing.state {
        State::Pending => "?",
        State::Met => "+",
        State::Missed => "-",
    };
    let at = decided.map_or("end".to_owned(), |(_, index)| index.to_string());
    format!("{mark}{at} {}", standing.value)
}

#[test]
fn windows_decide_when_they_should() {
    // Bad from frame 30 to 49: half of the requests are lost, and the database is at 90%.
    let storm =
        |index: u32| if (30..50).contains(&index) { frame(index, 10, 10, 9.0) } else { frame(index, 10, 0, 5.0) };
    let check = |line: &str, expected: &str| assert_eq!(graded(line, storm), expected, "{line}");
    check("error_rate(users) < 50%", "+99 16.67%");
    check("error_rate(feed) < 10%", "-99 16.67%");
    check("error_rate(users) < 50% during spike", "+59 33.33%");
    check("error_rate(users) < 10% during spike", "-59 33.33%");
    check("error_rate(users) = 0% after 5s", "+99 0%");
    check("p99(users) < 11ms at end", "+99 10 ms");
    check("mean_latency(users) <= 10.05ms", "+99 10 ms");
    check("goodput(users) >= 100/s", "+99 100/s");
    check("issued(users) < 125/s", "+99 120/s");
    check("success_rate(users) >= 99% always", "-30 90.91%");
    check("success_rate(users) >= 49% always", "+99 100%");
    check("utilization(db) < 80%", "+99 58%");
    check("utilization(db) > 80% ever", "+37 82%");
    check("utilization(db) < 80% for 2s", "+28 50%");
    check("utilization(db) < 80% for 4s", "+91 50%");
    check("utilization(db) < 80% for 2s during spike", "-59 50%");
    check("retries(users) = 0", "-99 200");
    check("retries(app -> db) <= 100 during spike", "-59 200");
    check("degraded_rate(users) < 19%", "+99 16.67%");
    check("bandwidth_used(users) = 10kB", "+99 10KB");
    check("stale_reads(users) = 0", "+99 0");
    check("shed(db) = 0", "+99 0");
    check("throughput(db) = 100/s", "+99 100/s");
    check("cost <= $1.2/h", "+99 $1.04/h");
    check("cost <= $1/h", "-99 $1.04/h");
}

#[test]
fn no_figures_are_never_good_figures() {
    let silence = |index| frame(index, 0, 0, 0.0);
    for line in [
        "p99(users) < 1s",
        "error_rate(users) <= 100%",
        "success_rate(users) <= 100% always",
        "goodput(users) < 1/s ever",
        "utilization(db) < 80% for 1s",
        "utilization(db) < 80%",
        "queue_length(db) = 0 always",
        "shed(app) = 0",
        "retries(users) = 0 ever",
        "stale_reads(users) = 0",
        "hit_ratio(cache) >= 0%",
        "throughput(app) < 5/s at end",
        "p99(nobody) < 1s",
    ] {
        assert_eq!(graded(line, silence), "-99 no figures yet", "{line}");
    }
}

/// An empty queue before anybody came is no success: nothing is met in silence, whatever the window.
#[test]
fn nothing_is_met_before_anybody_asked() {
    // The first two seconds are silent; a cache, which users never reach, has a memory all the time.
    let late = |index: u32| if index < 20 { frame(index, 0, 0, 0.0) } else { frame(index, 10, 0, 5.0) };
    let check = |line: &str, expected: &str| assert_eq!(graded(line, late), expected, "{line}");
    check("utilization(db) < 80% ever", "+29 50%");
    check("utilization(db) < 80% for 1s", "+38 50%");
    check("queue_length(db) < 1 always", "+99 0");
    check("cost <= $2/h", "+99 $1.04/h");
    let silence = |index| frame(index, 0, 0, 0.0);
    assert_eq!(graded("cost <= $2/h", silence), "-99 $1.04/h");
}

/// What is met stays met, and what is missed stays missed, whatever comes: for every window.
#[test]
fn what_is_decided_stays_decided() {
    let check = |good_first: bool, line: &str, expected: &str| {
        let turn =
            |index: u32| if (index < 50) == good_first { frame(index, 10, 0, 5.0) } else { frame(index, 0, 10, 9.9) };
        assert_eq!(graded(line, turn)[..3].trim(), expected, "{line}");
    };
    check(true, "error_rate(users) < 1% for 2s", "+28");
    check(true, "error_rate(users) < 1% ever", "+9");
    check(false, "error_rate(users) < 1% always", "-9");
    check(false, "error_rate(users) < 1% for 2s during spike", "-59");
    check(true, "error_rate(users) < 1% always during spike", "-50");
    check(true, "error_rate(users) < 1% during spike", "-59");
    check(false, "error_rate(users) < 1% after 6s", "+99");
    check(false, "error_rate(users) < 1% for 2s at end", "+78");
}

#[test]
fn a_figure_is_read_like_a_goal_without_a_bound() {
    let check = |line: &str, expected: &str| {
        let read = Goal::reading(line).map(|goal| format!("{} {:?} {:?}", goal.text, goal.metric, goal.scope));
        assert_eq!(read.unwrap_or_else(|error| format!("{}: {}", error.column, error.message)), expected);
    };
    check(" p95(users)   at end ", "p95(users) at end P95 AtEnd");
    check("cost", "cost Cost Whole");
    check("p95(users) <= 1s", "12: a metric has no bound here");
    check("p95(users) ever", "12: `for`, `ever` and `always` are for goals");
    check("p95(users) atend", "12: `atend` is no window");
    check("p59(users)", "1: unknown metric `p59`");
}

#[test]
fn users_without_any_answer_wait_for_ever() {
    let outage = |index| frame(index, 0, 5, 0.0);
    assert_eq!(graded("p99(users) < 1s", outage), "-99 no answers");
    assert_eq!(graded("mean_latency(users) < 1s always", outage), "-9 no answers");
}

#[test]
fn a_run_that_stops_early_decides_nothing_well() {
    let goals: Vec<Goal> = ["goodput(users) > 1/s", "goodput(users) > 1/s during spike", "goodput(users) > 1/s for 3s"]
        .iter()
        .map(|line| line.parse().expect("a good goal"))
        .collect();
    let mut grader = Grader::new(&goals, &design());
    for index in 0..55 {
        grader.feed(&parts(), &frame(index, 10, 0, 1.0));
    }
    grader.finish();
    let states: Vec<State> = grader.standings().iter().map(|standing| standing.state).collect();
    assert_eq!(states, [State::Missed, State::Missed, State::Met]);
    assert!(!grader.all_met());
}

#[test]
fn feeding_a_frame_twice_changes_nothing() {
    let goal: Goal = "issued(users) <= 100/s".parse().expect("a good goal");
    let mut grader = Grader::new(&[goal], &design());
    for index in [0, 0, 1, 2, 1, 0, 3] {
        grader.feed(&parts(), &frame(index, 10, 0, 1.0));
    }
    assert_eq!(grader.frames_seen(), 4);
    assert_eq!(grader.standings()[0].value, "100/s");
    assert_eq!(grader.standings()[0].holds, Some(true));
    assert!((grader.standings()[0].progress - 0.04).abs() < 1e-9);
}

#[test]
fn the_dearest_design_of_a_run_is_what_it_costs() {
    let goal: Goal = "cost <= $1.2/h".parse().expect("a good goal");
    let mut dearer = design();
    dearer
        .components
        .push(pressure_point::design::Component { name: "db-2".to_owned(), ..dearer.components[2].clone() });
    let mut grader = Grader::new(&[goal], &design());
    assert_eq!(grader.standings()[0].holds, Some(true));
    grader.changed(&dearer);
    grader.changed(&design());
    assert_eq!(grader.standings()[0].holds, Some(false));
}
