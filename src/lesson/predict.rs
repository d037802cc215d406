//! Predictions: questions that are answered before the run, and compared with it after.

use crate::design::Findings;

use super::goal::{Goal, Standing, State, Unit};
use super::markdown::{render, render_line};

const OPTIONS_MAX: usize = 8;
/// How far a guess may lie off and still be called close: a quarter.
const CLOSE: f64 = 1.25;

/// A question to answer before the run. All texts are safe HTML.
#[derive(Clone, Debug, PartialEq)]
pub struct Predict {
    /// The question.
    pub question: String,
    /// The answers to choose from; none where a figure is guessed.
    pub options: Vec<String>,
    /// Which of the options is right.
    pub right: Option<usize>,
    /// What to say after the answer, right or wrong.
    pub explanation: String,
    /// Whether it is answered before a run, and the explanation waits for the end of it.
    pub run: bool,
    /// The run's own figure that is set beside the answer.
    pub metric: Option<Metered>,
}

/// A figure of the run that a prediction is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metered {
    /// As its author wrote it: `p95(users) at end`.
    pub text: String,
    /// The figure, as an index of [`super::Lesson::watched`].
    pub watch: usize,
    /// Its unit.
    pub unit: Unit,
}

impl Metered {
    /// The figure, once the run has decided it; none before.
    pub fn seen<'s>(&self, watched: &'s [Standing]) -> Option<&'s Standing> {
        watched.get(self.watch).filter(|standing| standing.state != State::Pending)
    }

    /// A guess as a person types it, in base units.
    ///
    /// # Errors
    /// Why it is no figure of this unit.
    pub fn guess(&self, text: &str) -> Result<f64, String> {
        self.unit.read(text.trim())
    }

    /// The guess beside what the run showed, in words.
    pub fn compared(&self, guess: f64, seen: Option<f64>) -> String {
        let Some(seen) = seen else { return "This run showed no such figure.".to_owned() };
        let (said, shown) = (self.unit.text(guess), self.unit.text(seen));
        format!("You said {said}; this run shows {shown}. {}", verdict(guess, seen))
    }
}

fn verdict(guess: f64, seen: f64) -> String {
    let (less, more) = if guess < seen { (guess, seen) } else { (seen, guess) };
    let factor = more / less;
    match () {
        () if guess == seen => "Exactly right.".to_owned(),
        () if !factor.is_finite() => "Quite another thing.".to_owned(),
        () if factor <= CLOSE => "Close.".to_owned(),
        () if factor < 10.0 => format!("Off by a factor of {:.1}.", factor),
        () => format!("Off by a factor of {:.0}.", factor.min(1e6)),
    }
}

/// Reads a `predict` block: the question, `- [ ]` options of which one is `- [x]`, then an explanation in `>` lines.
/// `info` is what stands after the word: nothing, `run`, or `metric = "…"`, of which the figure is put behind `watched`.
pub(super) fn read_predict(
    info: &str,
    text: &str,
    line: u32,
    folder: &str,
    watched: &mut Vec<Goal>,
    findings: &mut Findings,
) -> Option<Predict> {
    let metric = match info {
        "" | "run" => None,
        _ => Some(read_metric(info, line, watched, findings)?),
    };
    let parts = Parts::of(text, line, findings);
    let right: Vec<usize> = (0..parts.options.len()).filter(|index| parts.options[*index].0).collect();
    let lacks = match right.as_slice() {
        _ if parts.question.trim().is_empty() => "a prediction begins with its question",
        _ if parts.explanation.trim().is_empty() => {
            "a prediction ends with its explanation, in lines that begin with `>`"
        }
        [] if parts.options.is_empty() && metric.is_some() => "",
        _ if !(2..=OPTIONS_MAX).contains(&parts.options.len()) => "a prediction has 2 to 8 options, each `- [ ] …`",
        [] | [_, _, ..] => "a prediction has exactly one right option, `- [x] …`",
        [_] => "",
    };
    if !lacks.is_empty() {
        findings.note(line, lacks);
        return None;
    }
    Some(Predict {
        question: render_line(parts.question.trim(), folder),
        options: parts.options.iter().map(|(_, option)| render_line(option.trim(), folder)).collect(),
        right: right.first().copied(),
        explanation: render(parts.explanation.trim(), folder),
        run: info == "run" || metric.is_some(),
        metric,
    })
}

/// Reads `metric = "p95(users) at end"`.
fn read_metric(info: &str, line: u32, watched: &mut Vec<Goal>, findings: &mut Findings) -> Option<Metered> {
    let value = info.strip_prefix("metric").map(str::trim_start).and_then(|rest| rest.strip_prefix('='));
    let quoted = value.and_then(|value| value.trim().strip_prefix('"')?.strip_suffix('"'));
    let Some(text) = quoted else {
        let hint = "write ```predict, ```predict run, or ```predict metric = \"p95(users) at end\"";
        findings.hint(line - 1, format!("`{info}` says nothing of a prediction"), hint);
        return None;
    };
    match Goal::reading(text) {
        Ok(goal) => {
            let metered = Metered { text: goal.text.clone(), watch: watched.len(), unit: goal.metric.info().unit };
            watched.push(goal);
            Some(metered)
        }
        Err(error) => {
            error.note(line - 1, text, findings);
            None
        }
    }
}

/// The texts of a prediction.
#[derive(Default)]
struct Parts {
    question: String,
    /// Whether it is right, and its text.
    options: Vec<(bool, String)>,
    explanation: String,
}

impl Parts {
    fn of(text: &str, line: u32, findings: &mut Findings) -> Parts {
        let mut parts = Parts::default();
        for (text, line) in text.lines().zip(line..) {
            parts.take(text, line, findings);
        }
        parts
    }

    fn take(&mut self, text: &str, line: u32, findings: &mut Findings) {
        let trimmed = text.trim();
        let unmarked = "begin it with `- [ ]`, or with `- [x]` if it is the right one";
        if let Some(text) = trimmed.strip_prefix('>') {
            push_line(&mut self.explanation, text);
        } else if !self.explanation.is_empty() && !trimmed.is_empty() {
            findings.hint(line, "this line comes after the explanation", "put the question and its options first");
        } else if let Some(option) = trimmed.strip_prefix("- [ ] ") {
            self.options.push((false, option.to_owned()));
        } else if let Some(option) = trimmed.strip_prefix("- [x] ").or(trimmed.strip_prefix("- [X] ")) {
            self.options.push((true, option.to_owned()));
        } else if trimmed.starts_with("- ") || trimmed.starts_with("* ") {
            findings.hint(line, "this option is not marked", unmarked);
        } else if let Some((_, option)) = self.options.last_mut() {
            push_line(option, trimmed);
        } else {
            push_line(&mut self.question, trimmed);
        }
    }
}

fn push_line(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line.strip_prefix(' ').unwrap_or(line));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guess_is_set_beside_what_was_seen() {
        let metered = |unit| Metered { text: String::new(), watch: 0, unit };
        let check = |unit: Unit, guess: &str, seen: f64, expected: &str| {
            let metered = metered(unit);
            let guess = metered.guess(guess).expect("a good guess");
            assert_eq!(metered.compared(guess, Some(seen)), expected);
        };
        check(Unit::Time, "300ms", 0.3, "You said 300 ms; this run shows 300 ms. Exactly right.");
        check(Unit::Time, "300ms", 0.35, "You said 300 ms; this run shows 350 ms. Close.");
        check(Unit::Time, " 2s ", 0.5, "You said 2 s; this run shows 500 ms. Off by a factor of 4.0.");
        check(Unit::Share, "1%", 0.9, "You said 1%; this run shows 90%. Off by a factor of 90.");
        check(Unit::Count, "0", 12.0, "You said 0; this run shows 12. Quite another thing.");
        check(Unit::Time, "1s", f64::INFINITY, "You said 1 s; this run shows no answers. Quite another thing.");
        assert!(metered(Unit::Time).guess("300").is_err());
        assert_eq!(metered(Unit::Time).compared(1.0, None), "This run showed no such figure.");
    }
}
