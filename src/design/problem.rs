//! What is wrong in a file, where, and what to try.

use std::fmt;

/// One problem of a file, written `path:line: message`, with a hint on the next line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as its reader knows it; empty for text that has no file.
    pub path: String,
    /// The line, counted from 1; 0 where the problem has no line.
    pub line: u32,
    /// What is wrong.
    pub message: String,
    /// What to try.
    pub hint: Option<String>,
}

impl Problem {
    /// The same problem, told of this file.
    pub fn at_path(mut self, path: &str) -> Problem {
        self.path = path.to_owned();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.path.as_str(), self.line) {
            ("", 0) => {}
            ("", line) => write!(f, "line {line}: ")?,
            (path, line) => write!(f, "{path}:{}: ", line.max(1))?,
        }
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// All problems found while reading one file. A reader notes what it cannot take and goes on.
#[derive(Debug, Default)]
pub struct Findings(pub Vec<Problem>);

impl Findings {
    /// All of them, in the order of their lines.
    pub fn sorted(mut self) -> Vec<Problem> {
        crate::units::put_in_order(&mut self.0, |a, b| a.line < b.line);
        self.0
    }

    /// Notes a problem.
    pub fn note(&mut self, line: u32, message: impl Into<String>) {
        self.0.push(Problem { path: String::new(), line, message: message.into(), hint: None });
    }

    /// Notes a problem with a hint.
    pub fn hint(&mut self, line: u32, message: impl Into<String>, hint: impl Into<String>) {
        self.0.push(Problem { path: String::new(), line, message: message.into(), hint: Some(hint.into()) });
    }

    /// Notes that `word` is none of the `known`, and which of them is nearest or what there is.
    pub fn unknown<'a>(&mut self, line: u32, what: &str, word: &str, known: impl Iterator<Item = &'a str> + Clone) {
        self.hint(line, format!("unknown {what} `{word}`"), suggest(word, known));
    }
}

/// `did you mean …?` for the nearest of the known words, or the list of them.
pub fn suggest<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let lowered = word.to_ascii_lowercase().replace('_', "-");
    let distance = |candidate: &str| strsim::damerau_levenshtein(&lowered, &candidate.replace('_', "-"));
    match known.clone().min_by_key(|candidate| distance(candidate)) {
        Some(nearest) if distance(nearest) <= 1 + nearest.len() / 4 => format!("did you mean `{nearest}`?"),
        Some(_) => format!("there is {}", known.collect::<Vec<_>>().join(", ")),
        None => "there is none yet".to_owned(),
    }
}
