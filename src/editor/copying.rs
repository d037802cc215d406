//! The clipboard's commands: copy, cut, paste, duplicate.

use crate::design::{Design, Point};

use super::Selection;
use super::clipboard::{Copies, clip_text, fragment, read_clip};
use super::message::Effect;
use super::shape::snapped;
use super::state::{Editor, Effects};

/// How far a duplicate would stand from what it copies, if there is room.
const BESIDE: Point = Point { x: 40.0, y: 40.0 };

impl Editor {
    /// The selected components and the wires between them, as text for the clipboard; none if no component is selected.
    pub fn copied(&self) -> Option<String> {
        self.selected_part().map(|part| clip_text(&part))
    }

    fn selected_part(&self) -> Option<Design> {
        let names: Vec<&str> = self.selection.components().collect();
        (!names.is_empty()).then(|| fragment(&self.design, &names))
    }

    /// The selection is on the clipboard now; if it was cut, it goes.
    pub(super) fn copied_out(&mut self, cut: bool, effects: &mut Effects) {
        let Some(part) = self.selected_part() else {
            return effects.push(Effect::Refused("select a component to copy first".to_owned()));
        };
        self.clip = clip_text(&part);
        if cut {
            let parts = self.selection.parts().to_vec();
            return self.delete(&parts, effects);
        }
        effects.push(Effect::Announce(format!("Copied {}", Copies::of(&part, &Design::default()).count())));
    }

    /// Adds what was copied: with its middle at this place of the screen, or in the middle of what is seen.
    pub(super) fn paste(&mut self, text: &str, at: Option<Point>, effects: &mut Effects) {
        self.menu = None;
        match read_clip(text) {
            Ok(part) => {
                let middle = at.map_or(self.camera.seen().centre(), |at| self.camera.canvas_from_screen(at));
                self.add_copies(&part, Some(middle), "Pasted", effects);
            }
            Err(why) => effects.push(Effect::Refused(why)),
        }
    }

    pub(super) fn duplicate(&mut self, effects: &mut Effects) {
        match self.selected_part() {
            Some(part) => self.add_copies(&part, None, "Duplicated", effects),
            None => effects.push(Effect::Refused("select a component to duplicate first".to_owned())),
        }
    }

    /// Adds copies about this canvas point, or beside what they copy; one step of undo.
    fn add_copies(&mut self, part: &Design, middle: Option<Point>, done: &str, effects: &mut Effects) {
        self.cancel_gesture();
        self.settle(effects);
        let copies = Copies::of(part, &self.design);
        let centre = copies.centre();
        let wanted = middle.map_or(BESIDE, |middle| Point { x: middle.x - centre.x, y: middle.y - centre.y });
        let shift = copies.free_shift(&self.design, snapped(wanted));
        if !self.edit(copies.edit(shift), effects) {
            return;
        }
        self.selection = Selection::of(copies.parts());
        let rects = self.selection.parts().iter().filter_map(|part| self.rect_of(part));
        if let Some(rect) = rects.reduce(|all, next| all.union(&next)) {
            self.camera = self.camera.revealing(rect);
        }
        effects.push(Effect::Announce(format!("{done} {}", copies.count())));
        // One part is where the next key counts; of several, none is before the others.
        if let [only] = self.selection.parts() {
            effects.push(Effect::Focus(only.clone()));
        }
    }
}
