//! A scenario as a text: the design file, then what was done in mid-run, each part under a line with its time.
//!
//! ```text
//! version = 1
//! …
//! +++ at 30s design
//! version = 1
//! …
//! +++ at 42.5s fault
//! target = "db"
//! fault = "crash"
//! ```

use crate::design::{self, Findings, Node, Problem};
use crate::sim::{Change, Scenario};
use crate::units::Time;

/// The largest text that is read, in bytes.
pub const SCENARIO_BYTES_MAX: usize = 2_000_000;
/// Things done in mid-run, at most.
const CHANGES_MAX: usize = 500;
const MARK: &str = "+++ at ";

/// Writes a scenario. Reading it back gives an equal one.
pub fn write_scenario(scenario: &Scenario) -> String {
    let mut out = design::write(&scenario.design);
    scenario.script.iter().for_each(|(at, change)| out.push_str(&write_change(*at, change)));
    out
}

/// Writes one change, as it stands in a scenario's text.
pub fn write_change(at: Time, change: &Change) -> String {
    match change {
        Change::Design(design) => format!("{MARK}{at} design\n{}", design::write(design)),
        Change::Fault(fault) => format!("{MARK}{at} fault\n{}", design::write_fault(fault)),
    }
}

/// Reads what [`write_change`] wrote.
///
/// # Errors
/// All problems, with their lines in the text.
pub fn read_change(text: &str) -> Result<Option<(Time, Change)>, Vec<Problem>> {
    let mut findings = Findings::default();
    let change = parts_of(text).get(1).and_then(|part| read_change_of(part, &mut findings));
    if findings.0.is_empty() { Ok(change) } else { Err(findings.sorted()) }
}

/// Reads a scenario; a plain design file is one without a script.
///
/// # Errors
/// All problems, with their lines in the whole text.
pub fn read_scenario(text: &str) -> Result<Scenario, Vec<Problem>> {
    let mut findings = Findings::default();
    if text.len() > SCENARIO_BYTES_MAX {
        findings.note(0, format!("this run has more than {SCENARIO_BYTES_MAX} bytes"));
        return Err(findings.0);
    }
    let mut parts = parts_of(text).into_iter();
    let first = parts.next().map(|part| read_design(&part, &mut findings)).unwrap_or_default();
    let mut scenario = Scenario::of(first.unwrap_or_default());
    for (count, part) in parts.enumerate() {
        if count == CHANGES_MAX {
            findings.note(part.line, format!("a run has at most {CHANGES_MAX} changes"));
            break;
        }
        if let Some((at, change)) = read_change_of(&part, &mut findings) {
            if scenario.script.last().is_some_and(|(last, _)| *last > at) {
                findings.note(part.line, "the changes of a run stand in the order of their times");
            }
            scenario.script.push((at, change));
        }
    }
    if findings.0.is_empty() { Ok(scenario) } else { Err(findings.sorted()) }
}

/// A part of the text: what stands after the mark, the number of that line, and the lines below.
struct Section {
    head: String,
    line: u32,
    body: String,
}

fn parts_of(text: &str) -> Vec<Section> {
    let mut parts = vec![Section { head: String::new(), line: 0, body: String::new() }];
    for (index, line) in text.lines().enumerate() {
        match line.strip_prefix(MARK) {
            Some(head) => {
                parts.push(Section { head: head.to_owned(), line: index as u32 + 1, body: String::new() });
            }
            None => {
                let body = &mut parts.last_mut().expect("there is a first part").body;
                body.push_str(line);
                body.push('\n');
            }
        }
    }
    parts
}

fn read_design(part: &Section, findings: &mut Findings) -> Option<design::Design> {
    let moved = |mut problem: Problem| {
        problem.line += part.line;
        problem
    };
    match design::read(&part.body) {
        Ok(design) => Some(design),
        Err(problems) => {
            findings.0.extend(problems.into_iter().map(moved));
            None
        }
    }
}

fn read_change_of(part: &Section, findings: &mut Findings) -> Option<(Time, Change)> {
    let (at, what) = part.head.trim().split_once(' ').unwrap_or((part.head.trim(), ""));
    let Ok(at) = at.parse::<Time>() else {
        findings.hint(part.line, format!("`{at}` is no time"), "write `+++ at 30s design` or `+++ at 30s fault`");
        return None;
    };
    match what.trim() {
        "design" => Some((at, Change::Design(Box::new(read_design(part, findings)?)))),
        "fault" => {
            let mut inner = Findings::default();
            let fault = design::read_fault(&Node::parse(&part.body, &mut inner), &mut inner);
            let clean = inner.0.is_empty();
            findings.0.extend(inner.0.into_iter().map(|problem| Problem { line: problem.line + part.line, ..problem }));
            fault.filter(|_| clean).map(|fault| (at, Change::Fault(fault)))
        }
        other => {
            findings.hint(part.line, format!("`{other}` is no change"), "a change is a `design` or a `fault`");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::{Fault, FaultSettings, Target};

    const DESIGN: &str = "version = 1\n[components.app]\nkind = \"server\"\n";

    #[test]
    fn written_and_read_again() {
        let design = design::read(DESIGN).unwrap();
        let mut scenario = Scenario::of(design.clone());
        let settings = FaultSettings { at: Time::from_secs(3), lasts: Some(Time::from_secs(2)), ..Default::default() };
        scenario.change(Time::from_secs(3), Change::Fault(Fault { target: Target::parse("app"), settings }));
        scenario.change(Time::from_millis(3500), Change::Design(Box::new(design)));
        assert_eq!(read_scenario(&write_scenario(&scenario)).unwrap(), scenario);
        for (at, change) in &scenario.script {
            assert_eq!(read_change(&write_change(*at, change)).unwrap(), Some((*at, change.clone())));
        }
    }

    #[test]
    fn refused() {
        let check = |text: &str, expected: &[&str]| {
            let problems = read_scenario(text).unwrap_err();
            let told: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.line, p.message)).collect();
            assert_eq!(told, expected, "{text}");
        };
        check(&format!("{DESIGN}+++ at soon design\n"), &["4: `soon` is no time"]);
        check(&format!("{DESIGN}+++ at 3s dance\n"), &["4: `dance` is no change"]);
        check(&format!("{DESIGN}+++ at 3s fault\nfault = \"crash\"\n"), &["5: a fault needs a target"]);
        check(
            &format!("{DESIGN}+++ at 3s fault\ntarget = \"app\"\n+++ at 1s fault\ntarget = \"app\"\n"),
            &["6: the changes of a run stand in the order of their times"],
        );
    }
}
