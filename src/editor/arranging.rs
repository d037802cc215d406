//! The commands that arrange: align, distribute, tidy up. Each is one step of undo.

use crate::design::{Edit, Point};

use super::arrange::{Axis, Line, aligned, moving, spread, tidied};
use super::clipboard::counted;
use super::message::Effect;
use super::state::{Editor, Effects};

impl Editor {
    pub(super) fn align(&mut self, line: Line, place: &str, effects: &mut Effects) {
        let names: Vec<&str> = self.selection.components().collect();
        let (count, places) = (names.len(), aligned(&self.design, &names, line));
        self.arrange(count, 2, places, &format!("Aligned {} {place}", counted(count, "part")), effects);
    }

    pub(super) fn spread(&mut self, axis: Axis, effects: &mut Effects) {
        let names: Vec<&str> = self.selection.components().collect();
        let (count, places) = (names.len(), spread(&self.design, &names, axis));
        self.arrange(count, 3, places, &format!("Distributed {}", counted(count, "part")), effects);
    }

    pub(super) fn tidy_up(&mut self, effects: &mut Effects) {
        let count = self.design.components.len();
        self.arrange(count, 1, tidied(&self.design), "Tidied up", effects);
        self.fit_all();
    }

    fn arrange(&mut self, count: usize, least: usize, places: Vec<(String, Point)>, told: &str, effects: &mut Effects) {
        self.menu = None;
        if count < least {
            let why = format!("select at least {} first", counted(least, "component"));
            return effects.push(Effect::Refused(why));
        }
        let edit: Option<Edit> = moving(&self.design, places);
        match edit {
            None => effects.push(Effect::Announce("Everything is in its place already".to_owned())),
            Some(edit) => {
                if self.edit(edit, effects) {
                    effects.push(Effect::Announce(told.to_owned()));
                }
            }
        }
    }
}
