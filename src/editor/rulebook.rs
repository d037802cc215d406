//! A lesson's rules at the drawing board: what may be placed, and which edits the lesson does not allow.

use crate::design::{Design, Edit, Kind};
use crate::lesson::Rules;

/// The rules of the open lesson, and the design that it starts from.
#[derive(Clone, Debug, PartialEq)]
pub struct Rulebook {
    /// What the learner may change.
    pub rules: Rules,
    /// What "stays as it is" refers to.
    pub start: Design,
}

impl Rulebook {
    /// The kind of this word, as the lesson's palette offers it: with the settings that the lesson fixes.
    pub fn offered(&self, kind: &str) -> Option<Kind> {
        self.rules.palette.iter().find(|offered| offered.word() == kind).cloned()
    }

    /// Why the lesson does not allow this edit; nothing if it does. What was already against the rules, in a draft of
    /// old, does not stand in the way of mending it.
    pub fn refuses(&self, design: &Design, edit: &Edit) -> Option<String> {
        let mut edited = design.clone();
        // An edit that cannot be made has a reason of its own.
        edited.apply(edit).ok()?;
        let before = self.rules.broken_by(design, &self.start);
        self.rules.broken_by(&edited, &self.start).into_iter().find(|why| !before.contains(why))
    }
}
