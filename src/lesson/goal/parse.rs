//! Reads a goal from its line.

use std::str::FromStr;

use crate::design::{Target, suggest};
use crate::units::Time;

use super::metric::{Metric, MetricInfo, SubjectKind};
use super::{Comparison, Goal, GoalError, Hold, Scope, Subject};

/// The longest line that is read, in bytes.
const GOAL_BYTES_MAX: usize = 300;
const WINDOWS: [&str; 6] = ["during", "for", "ever", "always", "after", "at"];

impl FromStr for Goal {
    type Err = GoalError;

    /// Reads `METRIC(SUBJECT) COMPARISON BOUND WINDOW # note`. Whether the names exist is for [`Goal::check`].
    fn from_str(line: &str) -> Result<Goal, GoalError> {
        if line.len() > GOAL_BYTES_MAX {
            return Err(error(
                1,
                "this line is too long for a goal",
                format!("at most {GOAL_BYTES_MAX} bytes are read"),
            ));
        }
        let (line_of_goal, note) = line.split_once('#').unwrap_or((line, ""));
        let mut rest = Cursor { line: line_of_goal, at: 0 };
        let info = &read_metric(&mut rest)?;
        let subject = read_subject(&mut rest, info)?;
        let comparison = read_comparison(&mut rest)?;
        let bound = read_bound(&mut rest, info)?;
        let (scope, hold) = read_window(&mut rest, info)?;
        let text = line_of_goal.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Goal { text, note: note.trim().to_owned(), metric: info.metric, subject, comparison, bound, scope, hold })
    }
}

impl Goal {
    /// Reads `METRIC(SUBJECT) WINDOW`: a figure to be taken, as a goal that any figure meets.
    ///
    /// # Errors
    /// As of a goal; and a window that does not decide when the figure is taken.
    pub fn reading(line: &str) -> Result<Goal, GoalError> {
        if line.len() > GOAL_BYTES_MAX {
            return Err(error(1, "this line is too long for a metric", format!("at most {GOAL_BYTES_MAX} bytes")));
        }
        let mut rest = Cursor { line, at: 0 };
        let info = &read_metric(&mut rest)?;
        let subject = read_subject(&mut rest, info)?;
        rest.skip_spaces();
        let column = rest.column();
        if rest.rest().starts_with(['<', '>', '=', '!']) {
            return Err(error(column, "a metric has no bound here", "write it like `p95(users) during spike`"));
        }
        let (scope, hold) = read_window(&mut rest, info)?;
        if hold != Hold::Overall {
            let hint = "a figure is taken over the whole run, or `during`, `after`, `at end`";
            return Err(error(column, "`for`, `ever` and `always` are for goals", hint));
        }
        let text = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let (comparison, bound) = (Comparison::AtLeast, 0.0);
        Ok(Goal { text, note: String::new(), metric: info.metric, subject, comparison, bound, scope, hold })
    }
}

fn error(column: usize, message: impl Into<String>, hint: impl Into<String>) -> GoalError {
    GoalError { column, message: message.into(), hint: hint.into() }
}

/// What is left of a line.
struct Cursor<'a> {
    line: &'a str,
    /// The byte reached.
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// The column reached, in characters from 1.
    fn column(&self) -> usize {
        self.line[..self.at].chars().count() + 1
    }

    /// Takes characters as long as they are wanted, after any spaces.
    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        self.skip_spaces();
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Takes the next word and its column.
    fn word(&mut self) -> (&'a str, usize) {
        self.skip_spaces();
        let column = self.column();
        (self.take(|c| !c.is_whitespace()), column)
    }
}

fn read_metric(rest: &mut Cursor) -> Result<MetricInfo, GoalError> {
    rest.skip_spaces();
    let column = rest.column();
    let word = rest.take(|c| c.is_alphanumeric() || c == '_' || c == '-');
    match Metric::of(word) {
        Some(metric) => Ok(metric.info()),
        None if word.is_empty() => {
            Err(error(column, "a goal begins with a metric", "write it like `p99(users) < 300ms during spike`"))
        }
        None => Err(error(column, format!("unknown metric `{word}`"), suggest(word, Metric::words()))),
    }
}

fn read_subject(rest: &mut Cursor, info: &MetricInfo) -> Result<Subject, GoalError> {
    rest.skip_spaces();
    let column = rest.column();
    let word = info.word;
    let bracketed = rest.rest().strip_prefix('(');
    let inside = match (bracketed, info.of) {
        (None, SubjectKind::Design) => return Ok(Subject::Design),
        (Some(_), SubjectKind::Design) => {
            let hint = format!("write it without brackets, like `{word} <= $3/h`");
            return Err(error(column, format!("`{word}` is of the whole design"), hint));
        }
        (None, of) => return Err(error(column, format!("`{word}` of whom?"), example(word, of))),
        (Some(inside), _) => inside,
    };
    let Some((inside, _)) = inside.split_once(')') else {
        return Err(error(column, "this bracket is never closed", format!("write it like `{word}(users)`")));
    };
    rest.at += inside.len() + 2;
    match Target::parse(inside) {
        _ if inside.trim().is_empty() => Err(error(column, format!("`{word}` of whom?"), example(word, info.of))),
        Target::Component(name) => Ok(Subject::Named(name)),
        Target::Wire(from, to) if info.of == SubjectKind::Caller => Ok(Subject::Wire(from, to)),
        Target::Wire(..) => {
            Err(error(column + 1, format!("`{word}` cannot be taken of a wire"), example(word, info.of)))
        }
    }
}

fn example(word: &str, of: SubjectKind) -> String {
    let name = match of {
        SubjectKind::Users | SubjectKind::UsersOrCache => "users",
        SubjectKind::Station | SubjectKind::Callee => "app",
        SubjectKind::Cache => "cache",
        SubjectKind::Caller => "users -> app",
        SubjectKind::Kinds(kinds) => kinds.first().copied().unwrap_or("app"),
        SubjectKind::Design => return format!("write `{word}` without brackets"),
    };
    format!("write it like `{word}({name})`")
}

fn read_comparison(rest: &mut Cursor) -> Result<Comparison, GoalError> {
    rest.skip_spaces();
    let column = rest.column();
    match rest.take(|c| "<>=!≤≥≠".contains(c)) {
        "<" => Ok(Comparison::Less),
        "<=" => Ok(Comparison::AtMost),
        ">" => Ok(Comparison::More),
        ">=" => Ok(Comparison::AtLeast),
        "=" => Ok(Comparison::Equal),
        "" => Err(error(column, "a comparison is missing here", "use <, <=, >, >= or =")),
        other => Err(error(column, format!("`{other}` is no comparison"), "use <, <=, >, >= or =")),
    }
}

fn read_bound(rest: &mut Cursor, info: &MetricInfo) -> Result<f64, GoalError> {
    let (word, column) = rest.word();
    if word.is_empty() {
        return Err(error(column, "a bound is missing here", "say how much, like `300ms`, `1%`, `900/s` or `$3/h`"));
    }
    info.unit.read(word).map_err(|why| error(column, why, format!("`{}` is {}", info.word, info.help)))
}

fn read_window(rest: &mut Cursor, info: &MetricInfo) -> Result<(Scope, Hold), GoalError> {
    let (mut scope, mut hold) = (None, None);
    loop {
        let (word, column) = rest.word();
        match word {
            "" => break,
            word if info.metric == Metric::Cost && WINDOWS.contains(&word) => {
                // It would be true before anything was seen.
                let hint = "it is that of the dearest moment of the whole run; leave the window out";
                return Err(error(column, "`cost` has no window", hint));
            }
            "during" | "after" | "at" => {
                let read = read_scope(word, column, rest)?;
                if scope.replace(read).is_some() {
                    return Err(error(column, "the goal already says when", "keep one of `during`, `after`, `at end`"));
                }
            }
            "for" | "ever" | "always" => {
                let read = read_hold(word, column, rest)?;
                if hold.replace(read).is_some() {
                    return Err(error(column, "the goal already says how long", "keep one of `for`, `ever`, `always`"));
                }
            }
            other => return Err(error(column, format!("`{other}` is no window"), suggest(other, WINDOWS.into_iter()))),
        }
    }
    Ok((scope.unwrap_or(Scope::Whole), hold.unwrap_or(Hold::Overall)))
}

fn read_scope(word: &str, column: usize, rest: &mut Cursor) -> Result<Scope, GoalError> {
    let (argument, at) = rest.word();
    match (word, argument) {
        ("at", "end") => Ok(Scope::AtEnd),
        ("at", _) => Err(error(column, "`at` must be followed by `end`", "write `at end`, or `after 2m`")),
        ("during", "") => Err(error(column, "`during` what?", "name a span of the design, like `during spike`")),
        ("during", name) => Ok(Scope::During(name.to_owned())),
        (_, "") => Err(error(column, "`after` when?", "write it like `after 2m`")),
        (_, time) => time.parse().map(Scope::After).map_err(|why: String| error(at, why, "")),
    }
}

fn read_hold(word: &str, column: usize, rest: &mut Cursor) -> Result<Hold, GoalError> {
    match word {
        "ever" => return Ok(Hold::Ever),
        "always" => return Ok(Hold::Always),
        _ => {}
    }
    let (argument, at) = rest.word();
    match argument.parse::<Time>() {
        _ if argument.is_empty() => Err(error(column, "`for` how long?", "write it like `for 20s`")),
        Ok(Time::ZERO) => Err(error(at, "`for` needs a time above 0", "write `ever` if once is enough")),
        Ok(time) => Ok(Hold::For(time)),
        Err(why) => Err(error(at, why, "")),
    }
}
