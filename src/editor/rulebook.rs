//! A lesson's rules at the drawing board: what may be placed, and which edits the lesson does not allow.

use crate::design::{Design, Edit, Fault, Kind};
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
        if let Some(fault) = self.lost_fault(design, &edited, edit) {
            return Some(format!("the lesson's script strikes `{}`, so it stays as it is", fault.target));
        }
        let before = self.rules.broken_by(design, &self.start);
        self.rules.broken_by(&edited, &self.start).into_iter().find(|why| !before.contains(why))
    }

    /// A fault of the lesson's script that would have nothing left to strike, or something of another name.
    fn lost_fault<'a>(&'a self, design: &Design, edited: &Design, edit: &Edit) -> Option<&'a Fault> {
        if matches!(edit, Edit::SetFaults(_)) {
            return None;
        }
        let lost = |fault: &&Fault| design.faults.contains(fault) && !edited.faults.contains(fault);
        self.start.faults.iter().find(lost)
    }
}
