//! How far a learner is in the course, and its text form.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::design::{Findings, Node, Value};

/// The largest text that is read, in bytes.
pub const PROGRESS_BYTES_MAX: usize = 200_000;
const NAME_BYTES_MAX: usize = 200;
const LESSONS_MAX: usize = 2_000;

/// What can be noted of a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Its goals were met.
    Solved,
    /// It was played.
    Begun,
    /// A run came to its end with a goal missed: it was tried.
    Tried,
    /// Its solution was shown.
    Shown,
    /// It was solved only after its solution had been shown. That earns no stars.
    Helped,
    /// It was solved for no more money than its bound.
    Cheap,
    /// What solved it holds with other seeds, too.
    Robust,
}

impl Mark {
    const ALL: [Mark; 7] =
        [Mark::Solved, Mark::Begun, Mark::Tried, Mark::Shown, Mark::Helped, Mark::Cheap, Mark::Robust];

    /// Its key in the text form.
    fn word(self) -> &'static str {
        match self {
            Mark::Solved => "solved",
            Mark::Begun => "begun",
            Mark::Tried => "tried",
            Mark::Shown => "shown",
            Mark::Helped => "helped",
            Mark::Cheap => "cheap",
            Mark::Robust => "robust",
        }
    }
}

/// How far a learner came with a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// Not opened yet.
    New,
    /// Played, not solved.
    Begun,
    /// Solved, with so many stars of three.
    Solved(u8),
}

/// How far a learner is in the course: for each mark, the lessons that have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress([BTreeSet<String>; Mark::ALL.len()]);

impl Progress {
    /// Reads a saved progress. Whatever cannot be understood is passed over: a learner never loses all for a bad line.
    pub fn read(text: &str) -> Progress {
        let mut progress = Progress::default();
        if text.len() > PROGRESS_BYTES_MAX {
            return progress;
        }
        let root = Node::parse(text, &mut Findings::default());
        for mark in Mark::ALL {
            if let Some(Value::List(lessons)) = root.get(mark.word()).map(|node| &node.value) {
                for lesson in lessons.iter().filter_map(Node::as_typed) {
                    progress.mark(mark, &lesson);
                }
            }
        }
        progress
    }

    /// The text form: TOML. Texts of old have `solved` only; new keys are passed over by old readers.
    pub fn write(&self) -> String {
        let mut out = String::from("version = 1\n");
        for mark in Mark::ALL {
            let lessons = &self.0[mark as usize];
            if lessons.is_empty() && mark != Mark::Solved {
                continue;
            }
            let _ = writeln!(out, "{} = [", mark.word());
            for lesson in lessons {
                let _ = writeln!(out, "    \"{lesson}\",");
            }
            out.push_str("]\n");
        }
        out
    }

    /// Whether a text looks like a saved progress at all, and not like some other file.
    pub fn is_progress(text: &str) -> bool {
        let root = Node::parse(text.get(..PROGRESS_BYTES_MAX).unwrap_or(text), &mut Findings::default());
        matches!(root.get("solved").map(|node| &node.value), Some(Value::List(_))) && root.get("components").is_none()
    }

    /// Notes this of a lesson; false if it was noted before, or if no lesson can have such a name.
    pub fn mark(&mut self, mark: Mark, lesson: &str) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_/".contains(c);
        let lessons = &mut self.0[mark as usize];
        let good = (1..=NAME_BYTES_MAX).contains(&lesson.len()) && lesson.chars().all(plain);
        good && lessons.len() < LESSONS_MAX && lessons.insert(lesson.to_owned())
    }

    /// Whether this is noted of a lesson.
    pub fn has(&self, mark: Mark, lesson: &str) -> bool {
        self.0[mark as usize].contains(lesson)
    }

    /// Notes that a lesson is solved; false if it was before. Who has seen the solution had help.
    pub fn solve(&mut self, lesson: &str) -> bool {
        let new = self.mark(Mark::Solved, lesson);
        if new && self.has(Mark::Shown, lesson) {
            self.mark(Mark::Helped, lesson);
        }
        new
    }

    /// Whether a lesson is solved.
    pub fn is_solved(&self, lesson: &str) -> bool {
        self.has(Mark::Solved, lesson)
    }

    /// The stars of a lesson: one for solving it on one's own, one for a cheap build, one for a robust one.
    pub fn stars(&self, lesson: &str) -> u8 {
        let own = self.is_solved(lesson) && !self.has(Mark::Helped, lesson);
        let more = [Mark::Cheap, Mark::Robust].into_iter().filter(|mark| self.has(*mark, lesson)).count();
        if own { 1 + more as u8 } else { 0 }
    }

    /// Whether a lesson can still earn stars: not once its solution was seen.
    pub fn can_earn(&self, lesson: &str) -> bool {
        !self.has(Mark::Shown, lesson) && self.stars(lesson) < 3
    }

    /// How far the learner came with a lesson.
    pub fn reached(&self, lesson: &str) -> Reached {
        match (self.is_solved(lesson), self.has(Mark::Begun, lesson) || self.has(Mark::Tried, lesson)) {
            (true, _) => Reached::Solved(self.stars(lesson)),
            (false, true) => Reached::Begun,
            (false, false) => Reached::New,
        }
    }

    /// How many lessons are solved.
    pub fn count(&self) -> usize {
        self.0[Mark::Solved as usize].len()
    }

    /// Whether nothing is noted of any lesson.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(BTreeSet::is_empty)
    }

    /// Adds what another progress knows: an import, or another tab's. Who solved a lesson alone in one of them did so.
    pub fn merge(&mut self, other: &Progress) {
        let alone =
            |progress: &Progress, lesson: &String| progress.is_solved(lesson) && !progress.has(Mark::Helped, lesson);
        let helped = self.0[Mark::Helped as usize].union(&other.0[Mark::Helped as usize]);
        let helped = helped.filter(|lesson| !alone(self, lesson) && !alone(other, lesson)).cloned().collect();
        for (own, more) in self.0.iter_mut().zip(&other.0) {
            own.extend(more.iter().cloned());
        }
        self.0[Mark::Helped as usize] = helped;
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
        assert!(!progress.solve("part-1/01-it-works"));
        assert!(!progress.solve("no \"lesson\""));
        let text = progress.write();
        assert_eq!(text, "version = 1\nsolved = [\n    \"part-1/01-it-works\",\n    \"part-1/02-the-spike\",\n]\n");
        assert_eq!(Progress::read(&text), progress);
        assert_eq!(progress.count(), 2);
        for mark in Mark::ALL {
            progress.mark(mark, "b/01");
        }
        assert_eq!(Progress::read(&progress.write()), progress);
    }

    #[test]
    fn reads_what_it_can() {
        let check = |text: &str, count: usize| assert_eq!(Progress::read(text).count(), count, "{text}");
        check("", 0);
        check("]][[", 0);
        check("solved = 3", 0);
        check("version = 9\nsolved = [\"a/b\", 4, \"c d\", [\"x\"], \"e\"]\nstars = 3", 3);
        check("solved = [\"a/b\", \"c\"]\nversion = = 1", 2);
        let told = |text: &str, is: bool| assert_eq!(Progress::is_progress(text), is, "{text}");
        told("version = 1\nsolved = []\n", true);
        told("version = 1\n[components.a]\nkind = \"server\"\n", false);
        told("", false);
    }

    #[test]
    fn stars() {
        let check = |text: &str, reached: Reached| {
            assert_eq!(Progress::read(text).reached("a"), reached, "{text}");
        };
        check("", Reached::New);
        check("begun = [\"a\"]", Reached::Begun);
        check("solved = [\"a\"]", Reached::Solved(1));
        check("solved = [\"a\"]\ncheap = [\"a\"]", Reached::Solved(2));
        check("solved = [\"a\"]\ncheap = [\"a\"]\nrobust = [\"a\"]\nshown = [\"a\"]", Reached::Solved(3));
        check("solved = [\"a\"]\ncheap = [\"a\"]\nhelped = [\"a\"]", Reached::Solved(0));
        let mut shown = Progress::read("shown = [\"a\"]");
        assert!(!shown.can_earn("a") && shown.can_earn("b"));
        shown.solve("a");
        assert_eq!(shown.reached("a"), Reached::Solved(0));
        shown.merge(&Progress::read("solved = [\"a\"]\nrobust = [\"a\"]"));
        assert_eq!(shown.reached("a"), Reached::Solved(2), "another tab solved it alone");
        shown.merge(&Progress::read("solved = [\"a\"]\nhelped = [\"a\"]"));
        assert_eq!(shown.reached("a"), Reached::Solved(2));
    }
}
