//! Goals: one line of data each, such as `p99(users) < 300ms during spike`; and how far a run meets them.
//!
//! A goal grades behaviour over a stretch of the run. Nothing is met for want of figures: a goal about users who asked
//! for nothing, or about a component that nobody called, is not met.

mod bind;
mod grader;
mod measure;
mod metric;
mod parse;

pub use grader::{Grader, Standing, State};
pub use metric::{METRICS, Metric, MetricInfo, SubjectKind, Unit};

use crate::design::Findings;
use crate::units::Time;

/// Something a run should achieve.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// The goal as its author wrote it, spaces tidied.
    pub text: String,
    /// What the author says of it in plain words (after a `#`); may be empty.
    pub note: String,
    /// What is measured.
    pub metric: Metric,
    /// Of whom.
    pub subject: Subject,
    /// How the figure must lie to the bound.
    pub comparison: Comparison,
    /// The bound, in the metric's base unit (seconds, shares, per second, counts, dollars per hour).
    pub bound: f64,
    /// The stretch of the run that counts.
    pub scope: Scope,
    /// How the figure must hold within it.
    pub hold: Hold,
}

/// Whom a goal is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The design as a whole.
    Design,
    /// A component, users among them, or a request class.
    Named(String),
    /// The wire from caller to callee.
    Wire(String, String),
}

/// How a figure must lie to its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `=`
    Equal,
}

/// The stretch of the run that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    Whole,
    /// `during NAME`: a named span of the design.
    During(String),
    /// `after T`: from then to the end.
    After(Time),
    /// `at end`: the last [`AT_END`].
    AtEnd,
}

/// How the figure must hold within its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Taken over the whole scope; decided when the scope is over.
    Overall,
    /// `for D`: true so long without a break, over a sliding [`SLIDE`]; once met, met.
    For(Time),
    /// `ever`: true once, over a sliding [`SLIDE`]; once met, met.
    Ever,
    /// `always`: never false over a sliding [`SLIDE`]; missed at once when it is, met when the scope is over.
    Always,
}

/// What `at end` means.
pub const AT_END: Time = Time::from_secs(10);
/// The stretch over which `for`, `ever` and `always` take a figure: long enough for a percentile, short enough to feel
/// like now.
pub const SLIDE: Time = Time::from_secs(1);

/// Characters of a line that are shown with a caret.
const CARET_MAX: usize = 120;

/// Why a line is no goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoalError {
    /// Where in the line, in characters counted from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to try.
    pub hint: String,
}

impl GoalError {
    /// Notes it as a problem of this line of a file, with the text that was read and a caret below its column.
    pub fn note(&self, line: u32, text: &str, findings: &mut Findings) {
        findings.hint(line, format!("{} (column {})", self.message, self.column), self.pointed(text));
    }

    /// The hint, then the text that was read with a caret below the column.
    pub fn pointed(&self, text: &str) -> String {
        let text: String = text.chars().take(CARET_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mut lines: Vec<String> = Some(self.hint.clone()).filter(|hint| !hint.is_empty()).into_iter().collect();
        if self.column <= CARET_MAX {
            lines.extend([format!("    {}", text.trim_end()), format!("    {}^", " ".repeat(self.column - 1))]);
        }
        lines.join("\n")
    }

    /// The same error in a text of which this many characters come before.
    pub fn shifted(self, characters: usize) -> GoalError {
        GoalError { column: self.column + characters, ..self }
    }
}

impl Comparison {
    /// Whether the figure lies so to the bound.
    pub fn holds(self, figure: f64, bound: f64) -> bool {
        match self {
            Comparison::Less => figure < bound,
            Comparison::AtMost => figure <= bound,
            Comparison::More => figure > bound,
            Comparison::AtLeast => figure >= bound,
            Comparison::Equal => (figure - bound).abs() <= 1e-9,
        }
    }
}

impl Goal {
    /// Whether this figure is good enough.
    pub fn holds(&self, figure: f64) -> bool {
        self.comparison.holds(figure, self.bound)
    }
}
