//! A result that a student hands in: who, which lesson, the whole run as a scenario, what it is claimed to have come to.
//!
//! Whoever grades plays the run again against their own copy of the lesson. The sum in `check` only tells careless edits
//! from honest files; what cannot be faked is that the run comes out as claimed.

use std::fmt::Write;

use crate::design::{Findings, Node, Problem, Value, inline_text};
use crate::sim::Scenario;

use super::played::{Played, PlayedGoal};
use super::scenario::{SCENARIO_BYTES_MAX, read_scenario, write_scenario};

/// The largest result file that is read, in bytes.
pub const RESULT_BYTES_MAX: usize = SCENARIO_BYTES_MAX + 100_000;
/// The longest name of a student, in characters.
const STUDENT_MAX: usize = 80;
const NAME_BYTES_MAX: usize = 200;
const GOALS_MAX: usize = 100;
const KEYS: [&str; 9] = ["version", "app", "student", "lesson", "seed", "trace_hash", "check", "goals", "scenario"];
const INTRO: &str = "# A result of Pressure Point, to be handed in as it is: who grades it plays the run again.\n";

/// A result to hand in.
#[derive(Clone, Debug, PartialEq)]
pub struct HandIn {
    /// The version of the app that made it; another one may simulate otherwise.
    pub app: String,
    /// Who hands it in.
    pub student: String,
    /// The lesson's folder below that of the course.
    pub lesson: String,
    /// The seed of the run.
    pub seed: u64,
    /// What the run is claimed to come to: its history.
    pub trace_hash: String,
    /// What the run is claimed to come to: its goals.
    pub goals: Vec<PlayedGoal>,
    /// What was run.
    pub scenario: Scenario,
    /// The sum that the file had, or has.
    pub check: String,
}

impl HandIn {
    /// The result of a run that was played.
    pub fn of(student: &str, lesson: &str, scenario: &Scenario, played: &Played) -> HandIn {
        let mut hand_in = HandIn {
            app: this_app().to_owned(),
            student: tidied(student),
            lesson: lesson.to_owned(),
            seed: played.seed,
            trace_hash: played.trace_hash.clone(),
            goals: played.goals.clone(),
            scenario: scenario.clone(),
            check: String::new(),
        };
        hand_in.check = hand_in.sum();
        hand_in
    }

    /// The text form: TOML.
    pub fn write(&self) -> String {
        let scenario = write_scenario(&self.scenario);
        // Literal lines can be read; what they cannot hold is escaped.
        let plain = !scenario.contains("'''") && scenario.chars().all(|c| !c.is_control() || c == '\n' || c == '\t');
        let scenario = if plain { format!("'''\n{scenario}'''") } else { inline_text(&Node::text(scenario)) };
        format!("{INTRO}{}check = {}\nscenario = {scenario}\n", self.claims(), text(&self.check))
    }

    /// Reads a result; all its problems if it has any.
    pub fn read(text: &str) -> Result<HandIn, Vec<Problem>> {
        let mut findings = Findings::default();
        if text.len() > RESULT_BYTES_MAX {
            findings.hint(
                1,
                "this file is too large for a result",
                format!("at most {RESULT_BYTES_MAX} bytes are read"),
            );
            return Err(findings.0);
        }
        let root = Node::parse(text, &mut findings);
        if findings.0.is_empty() {
            let hand_in = hand_in_of(&root, &mut findings);
            if findings.0.is_empty() {
                return Ok(hand_in);
            }
        }
        Err(findings.sorted())
    }

    /// A line to be pasted where no file can be handed in. It claims; only the file proves.
    pub fn line(&self) -> String {
        let met = self.goals.iter().filter(|goal| goal.met).count();
        let HandIn { student, lesson, seed, trace_hash, check, .. } = self;
        format!("{student} · {lesson} · seed {seed} · {met} of {} goals · run {trace_hash} · {check}", self.goals.len())
    }

    /// The sum that fits what stands in the file.
    pub fn sum(&self) -> String {
        let text = self.claims() + &write_scenario(&self.scenario);
        let fnv = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, fnv))
    }

    /// The name of its file.
    pub fn file_name(&self) -> String {
        let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
        let lesson = self.lesson.rsplit('/').next().unwrap_or_default();
        let student: String = self.student.chars().map(plain).collect();
        let student = student.trim_matches('-');
        format!("{lesson}-{}.result.toml", if student.is_empty() { "result" } else { student })
    }

    fn claims(&self) -> String {
        let mut out = "version = 1\n".to_owned();
        for (key, value) in [("app", &self.app), ("student", &self.student), ("lesson", &self.lesson)] {
            _ = writeln!(out, "{key} = {}", text(value));
        }
        _ = writeln!(out, "seed = {}\ntrace_hash = {}\ngoals = [", self.seed, text(&self.trace_hash));
        for goal in &self.goals {
            let PlayedGoal { text: goal, met, value } = goal;
            _ = writeln!(out, "    {{ text = {}, met = {met}, value = {} }},", text(goal), text(value));
        }
        out + "]\n"
    }
}

/// The version of this app.
pub(super) fn this_app() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

fn text(value: &str) -> String {
    inline_text(&Node::text(value))
}

/// A name on one line, without what could play tricks on a screen or a table.
fn tidied(name: &str) -> String {
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let seen: String = name.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !unseen(*c)).collect();
    let words: Vec<&str> = seen.split_whitespace().collect();
    words.join(" ").chars().take(STUDENT_MAX).collect()
}

fn hand_in_of(root: &Node, findings: &mut Findings) -> HandIn {
    for entry in root.entries("a result", findings).iter().filter(|entry| !KEYS.contains(&entry.key.as_str())) {
        findings.unknown(entry.line, "setting", &entry.key, KEYS.into_iter());
    }
    if root.get("version").is_none_or(|node| node.value != Value::Integer(1)) {
        findings.hint(1, "this is no result that can be read", "a result file begins with `version = 1`");
    }
    let seed = match root.get("seed").map(|node| &node.value) {
        Some(Value::Integer(seed)) if *seed >= 0 => *seed as u64,
        _ => {
            findings.note(1, "`seed` must be a whole number from 0");
            0
        }
    };
    let student = string(root, "student", STUDENT_MAX * 4, findings);
    if student != tidied(&student) || student.is_empty() {
        findings.note(1, format!("`student` must be a name of at most {STUDENT_MAX} characters on one line"));
    }
    HandIn {
        app: string(root, "app", 40, findings),
        student,
        lesson: string(root, "lesson", NAME_BYTES_MAX, findings),
        seed,
        trace_hash: string(root, "trace_hash", 40, findings),
        goals: goals_of(root, findings),
        check: string(root, "check", 40, findings),
        scenario: scenario_of(root, findings),
    }
}

fn string(root: &Node, key: &str, most: usize, findings: &mut Findings) -> String {
    match root.get(key).map(|node| (&node.value, node.line)) {
        Some((Value::Text(text), _)) if text.len() <= most => return text.clone(),
        Some((Value::Text(_), line)) => findings.note(line, format!("`{key}` has more than {most} bytes")),
        Some((_, line)) => findings.note(line, format!("`{key}` must be a text in quotes")),
        None => findings.note(1, format!("`{key}` is missing")),
    }
    String::new()
}

fn goals_of(root: &Node, findings: &mut Findings) -> Vec<PlayedGoal> {
    let Some(Value::List(goals)) = root.get("goals").map(|node| &node.value) else {
        findings.note(1, "`goals` must be a list");
        return Vec::new();
    };
    if goals.len() > GOALS_MAX {
        findings.note(1, format!("a result has at most {GOALS_MAX} goals"));
    }
    let goal = |node: &Node| PlayedGoal {
        text: string(node, "text", 500, findings),
        met: node.get("met").is_some_and(|met| met.value == Value::Flag(true)),
        value: string(node, "value", 100, findings),
    };
    goals.iter().take(GOALS_MAX).map(goal).collect()
}

fn scenario_of(root: &Node, findings: &mut Findings) -> Scenario {
    let text = string(root, "scenario", SCENARIO_BYTES_MAX, findings);
    let line = root.get("scenario").map_or(1, |node| node.line);
    match read_scenario(&text) {
        Ok(scenario) => scenario,
        Err(problems) => {
            findings.0.extend(problems.into_iter().map(|problem| Problem { line: problem.line + line, ..problem }));
            Scenario::default()
        }
    }
}
