//! What a learner has solved, and its text form.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::design::{Findings, Node, Value};

/// The largest text that is read, in bytes.
const PROGRESS_BYTES_MAX: usize = 200_000;
const NAME_BYTES_MAX: usize = 200;

/// What a learner has solved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    solved: BTreeSet<String>,
}

impl Progress {
    /// Reads a saved progress. Whatever cannot be understood is passed over: a learner never loses all for a bad line.
    pub fn read(text: &str) -> Progress {
        let mut progress = Progress::default();
        if text.len() > PROGRESS_BYTES_MAX {
            return progress;
        }
        let root = Node::parse(text, &mut Findings::default());
        if let Some(Value::List(lessons)) = root.get("solved").map(|node| &node.value) {
            lessons.iter().filter_map(Node::as_typed).for_each(|lesson| progress.solve(&lesson));
        }
        progress
    }

    /// The text form: TOML.
    pub fn write(&self) -> String {
        let mut out = String::from("version = 1\nsolved = [\n");
        for lesson in &self.solved {
            let _ = writeln!(out, "    \"{lesson}\",");
        }
        out.push_str("]\n");
        out
    }

    /// Notes that a lesson is solved. A name that no lesson can have is passed over.
    pub fn solve(&mut self, lesson: &str) {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_/".contains(c);
        if (1..=NAME_BYTES_MAX).contains(&lesson.len()) && lesson.chars().all(plain) {
            self.solved.insert(lesson.to_owned());
        }
    }

    /// Whether a lesson is solved.
    pub fn is_solved(&self, lesson: &str) -> bool {
        self.solved.contains(lesson)
    }

    /// How many lessons are solved.
    pub fn count(&self) -> usize {
        self.solved.len()
    }

    /// Adds what is solved in another progress: an import, or another tab's.
    pub fn merge(&mut self, other: &Progress) {
        self.solved.extend(other.solved.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_it_reads() {
        let mut progress = Progress::default();
        progress.solve("part-1/02-the-spike");
        progress.solve("part-1/01-it-works");
        progress.solve("part-1/01-it-works");
        progress.solve("no \"lesson\"");
        let text = progress.write();
        assert_eq!(text, "version = 1\nsolved = [\n    \"part-1/01-it-works\",\n    \"part-1/02-the-spike\",\n]\n");
        assert_eq!(Progress::read(&text), progress);
        assert_eq!(progress.count(), 2);
    }

    #[test]
    fn reads_what_it_can() {
        let check = |text: &str, count: usize| assert_eq!(Progress::read(text).count(), count, "{text}");
        check("", 0);
        check("]][[", 0);
        check("solved = 3", 0);
        check("version = 9\nsolved = [\"a/b\", 4, \"c d\", [\"x\"], \"e\"]\nstars = 3", 3);
        check("solved = [\"a/b\", \"c\"]\nversion = = 1", 2);
    }
}
