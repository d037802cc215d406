//! Undo and redo: every step keeps the edit and its inverse. A step still being made (a drag, a slider) is a preview.

use crate::design::{Design, Edit};

/// Steps that are remembered.
const STEPS_MAX: usize = 500;

/// What was done and undone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
    preview: Option<Step>,
}

#[derive(Clone, Debug, PartialEq)]
struct Step {
    forth: Edit,
    back: Edit,
}

impl History {
    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty() || self.preview.is_some()
    }

    /// Whether there is something to redo.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Applies the edit as one step. Seals a preview first. A refused edit changes nothing.
    pub fn edit(&mut self, design: &mut Design, edit: Edit) -> Result<(), String> {
        self.seal();
        let back = design.apply(&edit)?;
        self.push(Step { forth: edit, back });
        Ok(())
    }

    /// Applies the edit in place of the preview before it: however many there were, they end as one step. A refused
    /// edit leaves the last preview standing.
    pub fn preview(&mut self, design: &mut Design, edit: Edit) -> Result<(), String> {
        if self.previews_other(&edit) {
            self.seal();
        }
        let last = self.preview.take();
        if let Some(last) = &last {
            design.repeat(&last.back).expect("an inverse applies");
        }
        match design.apply(&edit) {
            Ok(back) => {
                self.preview = Some(Step { forth: edit, back });
                Ok(())
            }
            Err(why) => {
                if let Some(last) = &last {
                    design.repeat(&last.forth).expect("an edit applies again");
                }
                self.preview = last;
                Err(why)
            }
        }
    }

    /// Whether there is a preview of something else than this edit.
    pub fn previews_other(&self, edit: &Edit) -> bool {
        self.preview.as_ref().is_some_and(|last| subject(&last.forth) != subject(edit))
    }

    /// Whether there is no preview, or one that leaves everything as it was.
    pub fn preview_changes_nothing(&self) -> bool {
        self.preview.as_ref().is_none_or(|step| reversed(&step.back) == step.forth)
    }

    /// Makes the last step a preview again if it moved the same components: the edit will replace it, so that a key
    /// that repeats makes one step.
    pub fn reopen(&mut self, edit: &Edit) {
        if self.preview.is_none()
            && self.undone.is_empty()
            && self.done.last().is_some_and(|step| same_moves(&step.forth, edit))
        {
            self.preview = self.done.pop();
        }
    }

    /// Makes the preview a step; gives the edit that became one.
    pub fn seal(&mut self) -> Option<Edit> {
        let step = self.preview.take()?;
        let edit = step.forth.clone();
        self.push(step);
        Some(edit)
    }

    /// Takes the preview back as if it had never been.
    pub fn cancel(&mut self, design: &mut Design) {
        if let Some(step) = self.preview.take() {
            design.repeat(&step.back).expect("an inverse applies");
        }
    }

    /// Undoes one step; gives the edit that was taken back.
    pub fn undo(&mut self, design: &mut Design) -> Option<Edit> {
        self.seal();
        let step = self.done.pop()?;
        design.repeat(&step.back).expect("an inverse applies");
        let edit = step.forth.clone();
        self.undone.push(step);
        Some(edit)
    }

    /// Redoes one step; gives its edit.
    pub fn redo(&mut self, design: &mut Design) -> Option<Edit> {
        if self.seal().is_some() {
            return None;
        }
        let step = self.undone.pop()?;
        design.repeat(&step.forth).expect("an edit applies again");
        let edit = step.forth.clone();
        self.done.push(step);
        Some(edit)
    }

    fn push(&mut self, step: Step) {
        self.undone.clear();
        if self.done.len() == STEPS_MAX {
            self.done.remove(0);
        }
        self.done.push(step);
    }
}

/// What a preview is about: two previews about different things are two steps.
fn subject(edit: &Edit) -> (std::mem::Discriminant<Edit>, &str, &str) {
    let (first, second) = match edit {
        Edit::SetComponent(component) => (component.name.as_str(), ""),
        Edit::SetPolicy(from, to, _) => (from.as_str(), to.as_str()),
        Edit::Move(name, _) => (name.as_str(), ""),
        _ => ("", ""),
    };
    (std::mem::discriminant(edit), first, second)
}

/// The inverse of several edits lists them backwards.
fn reversed(edit: &Edit) -> Edit {
    match edit {
        Edit::All(edits) => Edit::All(edits.iter().rev().cloned().collect()),
        one => one.clone(),
    }
}

fn same_moves(a: &Edit, b: &Edit) -> bool {
    match (a, b) {
        (Edit::Move(a, _), Edit::Move(b, _)) => a == b,
        (Edit::All(a), Edit::All(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_moves(a, b)),
        _ => false,
    }
}
