//! The author's desk without its desk: drafts, goals taken from figures, and the verifier on texts.
#![cfg(not(target_arch = "wasm32"))]

use pressure_point::design::{Target, read};
use pressure_point::lesson::{
    Goal, LessonDraft, Metric, Unit, bound_near, figure_of, goal_text, metrics_of, read_zip, report_on, write_zip,
};
use pressure_point::sim::Replay;
use pressure_point::units::Time;

#[test]
fn the_first_draft_holds() {
    let report = report_on(&LessonDraft::default().paths(), &mut |_| {});
    assert_eq!(report.problems, [""; 0]);
    assert_eq!(report.runs.len(), 6, "the start once, the solution on five seeds");
    assert!(report.runs[0].starts_with("start.toml, seed 1: misses "), "{:?}", report.runs);
}

#[test]
fn a_draft_is_kept_zipped_and_opened_again() {
    let mut draft = LessonDraft::default();
    draft.rename("14-queues");
    draft.rename("no/folder");
    let file = draft.add_wrong("more-cores", draft.file("start.toml").unwrap().to_owned()).expect("a good name");
    assert_eq!(file, "wrong-more-cores.toml");
    let front = "[wrong.more-cores]\nmisses = \"p95(users) < 500ms\"\nbecause = \"Say here why it loses.\"\n+++\n";
    assert!(draft.file("lesson.md").unwrap().contains(front), "{}", draft.file("lesson.md").unwrap());
    assert_eq!(draft.lesson().expect("a good lesson").wrong.len(), 1);
    assert!(draft.add_wrong("two words", String::new()).is_err());
    assert_eq!(LessonDraft::read(&draft.write()), Some(draft.clone()));
    let mut files = read_zip(&write_zip(&draft.paths())).expect("a good zip");
    assert_eq!(files[0].0, "14-queues/lesson.md");
    files.push(("14-queues/notes.txt".to_owned(), "x".to_owned()));
    files.push(("14-queues/wrong-.toml".to_owned(), "x".to_owned()));
    let (again, passed_over) = LessonDraft::of_files(files).expect("a lesson");
    assert_eq!(again, draft);
    assert_eq!(passed_over, ["14-queues/notes.txt", "14-queues/wrong-.toml"]);
    assert!(LessonDraft::of_files(vec![("a.toml".to_owned(), String::new())]).is_err());
    draft.remove("lesson.md");
    draft.remove("wrong-more-cores.toml");
    assert_eq!(draft.builds(), ["start.toml", "solution.toml"]);
    assert!(draft.file("lesson.md").is_some());
    for text in ["", "files = 3", "[files]\n\"a.md\" = 1", "]]"] {
        assert_eq!(LessonDraft::read(text), None, "{text}");
    }
}

#[test]
fn goals_come_from_what_is_measured() {
    let draft = LessonDraft::default();
    let design = read(draft.file("start.toml").unwrap()).expect("a good design");
    let users = Target::parse("users");
    assert!(metrics_of(Some(&users), &design).contains(&"p99"));
    assert!(!metrics_of(Some(&users), &design).contains(&"utilization"));
    assert!(metrics_of(Some(&Target::parse("app")), &design).contains(&"utilization"));
    assert!(metrics_of(Some(&Target::parse("users -> app")), &design).contains(&"retries"));
    assert_eq!(metrics_of(None, &design), ["cost"]);
    let mut replay = Replay::new(design.clone());
    let (frames, _) = replay.run(Time::from_secs(20), u64::MAX);
    let goal = goal_text(Metric::Utilization, Some("app"), "<", "0%", "always");
    assert_eq!(goal, "utilization(app) < 0% always");
    // Told without a condition, a goal sees the whole run so far: 100/s of 10 ms on two cores.
    let goal = goal_text(Metric::Utilization, Some("app"), "<", "0%", "");
    let figure = figure_of(&goal, &design, replay.parts(), &frames).expect("it was measured");
    assert!((0.4..0.6).contains(&figure), "{figure}");
    assert_eq!(goal_text(Metric::Cost, Some("app"), "<=", "$3/h", "at end"), "cost <= $3/h at end");
}

#[test]
fn bounds_leave_a_tenth_and_can_be_read() {
    let check = |unit: Unit, figure: f64, comparison: &str, expected: &str| {
        assert_eq!(bound_near(unit, figure, comparison), expected, "{figure}");
        let bound = unit.read(expected).expect("it can be read");
        let meets = if comparison.starts_with('<') { figure < bound } else { figure > bound };
        assert!(meets || figure <= 0.0, "{figure} {comparison} {expected}");
    };
    check(Unit::Time, 0.273, "<", "310ms");
    check(Unit::Time, 0.0042, "<", "4.7ms");
    check(Unit::Time, 3.0, ">=", "2.7s");
    check(Unit::Share, 0.5, "<", "55%");
    check(Unit::Share, 0.013, "<=", "1.5%");
    check(Unit::Rate, 912.0, ">=", "820/s");
    check(Unit::Count, 14_300.0, "<", "16000");
    check(Unit::Price, 0.236, "<=", "$0.26/h");
    check(Unit::Bytes, 3_000_000.0, "<", "3300KB");
    check(Unit::Count, 0.0, "<", "1");
}

#[test]
fn goals_go_into_their_block() {
    let mut draft = LessonDraft::default();
    draft.add_goal("cost <= $3/h");
    let text = draft.file("lesson.md").unwrap();
    assert!(text.contains("hardly anybody is turned away\ncost <= $3/h\n```\n"), "{text}");
    assert_eq!(draft.lesson().expect("a good lesson").goals.len(), 3);
    draft.put("lesson.md", "No goals.\n".to_owned());
    draft.add_goal("cost <= $3/h");
    assert_eq!(draft.file("lesson.md").unwrap(), "No goals.\n\n```goals\ncost <= $3/h\n```\n");
    assert!("cost <= $3/h".parse::<Goal>().is_ok());
}
