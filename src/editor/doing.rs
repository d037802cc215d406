//! What actions and commands do: place, connect, delete, rename, nudge, undo.

use crate::design::{CallPolicy, Component, Edit, Point, Target, Wire};

use super::action::Action;
use super::arrange::{Axis, Line};
use super::camera::Rect;
use super::gesture::Gesture;
use super::message::{Effect, MenuPage};
use super::shape::{BOX, GRID, box_of, has_caller_port, snapped};
use super::state::{Editor, Effects};
use super::words;

/// How far Shift and an arrow move, in grid steps.
const FAR: f64 = 5.0;
/// How much one zoom step magnifies.
const ZOOM_STEP: f64 = 1.25;
/// Space kept between a new component and its neighbours.
const AIR: f64 = 20.0;

impl Editor {
    pub(super) fn act(&mut self, action: Action, repeat: bool, effects: &mut Effects) {
        match action {
            Action::Undo | Action::Redo => self.travel(action == Action::Undo, effects),
            Action::Delete => {
                let parts = self.selection.parts().to_vec();
                self.delete(&parts, effects);
            }
            Action::SelectAll => self.select_all(),
            Action::Cancel => self.cancel(effects),
            Action::Duplicate => self.duplicate(effects),
            Action::AlignLeft => self.align(Line::Left, "at the left", effects),
            Action::AlignCentre => self.align(Line::Centre, "at their centres", effects),
            Action::AlignRight => self.align(Line::Right, "at the right", effects),
            Action::AlignTop => self.align(Line::Top, "at the top", effects),
            Action::AlignMiddle => self.align(Line::Middle, "at their middles", effects),
            Action::AlignBottom => self.align(Line::Bottom, "at the bottom", effects),
            Action::SpreadAcross => self.spread(Axis::Across, effects),
            Action::SpreadDown => self.spread(Axis::Down, effects),
            Action::TidyUp => self.tidy_up(effects),
            Action::Connect => self.open_page(MenuPage::ConnectTo, effects),
            Action::Rename => self.open_page(MenuPage::Rename, effects),
            Action::Menu => self.open_page(MenuPage::Actions, effects),
            Action::MoveLeft => self.nudge(-1.0, 0.0, repeat, effects),
            Action::MoveRight => self.nudge(1.0, 0.0, repeat, effects),
            Action::MoveUp => self.nudge(0.0, -1.0, repeat, effects),
            Action::MoveDown => self.nudge(0.0, 1.0, repeat, effects),
            Action::MoveFarLeft => self.nudge(-FAR, 0.0, repeat, effects),
            Action::MoveFarRight => self.nudge(FAR, 0.0, repeat, effects),
            Action::MoveFarUp => self.nudge(0.0, -FAR, repeat, effects),
            Action::MoveFarDown => self.nudge(0.0, FAR, repeat, effects),
            Action::ZoomIn => self.zoom(ZOOM_STEP),
            Action::ZoomOut => self.zoom(1.0 / ZOOM_STEP),
            Action::ZoomReset => self.zoom(1.0 / self.camera.zoom),
            Action::FitAll => self.show_all(),
            Action::FitSelection => self.fit_selection(),
            _ => effects.push(Effect::Shell(action)),
        }
    }

    fn zoom(&mut self, factor: f64) {
        let middle = Point { x: self.camera.size.x / 2.0, y: self.camera.size.y / 2.0 };
        self.look(self.camera.zoomed(middle, factor));
    }

    fn fit_selection(&mut self) {
        let rects = self.selection.parts().iter().filter_map(|part| self.rect_of(part));
        match rects.reduce(|all, next| all.union(&next)) {
            Some(rect) => self.camera = self.camera.fitting(rect),
            None => self.fit_all(),
        }
    }

    fn select_all(&mut self) {
        let components = self.design.components.iter().map(|component| Target::Component(component.name.clone()));
        let wires = self.design.wires.iter().map(|wire| Target::Wire(wire.from.clone(), wire.to.clone()));
        self.selection = super::Selection::of(components.chain(wires).collect());
    }

    /// Escape: first the menu, then the gesture, then the selection, then the panel.
    fn cancel(&mut self, effects: &mut Effects) {
        if self.menu.take().is_some() {
            return;
        }
        if self.gesture != Gesture::Idle {
            return self.cancel_gesture();
        }
        if self.selection.is_empty() {
            return effects.push(Effect::ClosePanel);
        }
        self.selection.clear();
    }

    fn travel(&mut self, back: bool, effects: &mut Effects) {
        if self.gesture != Gesture::Idle {
            return self.cancel_gesture();
        }
        self.settle(effects);
        let step = if back { self.history.undo(&mut self.design) } else { self.history.redo(&mut self.design) };
        let Some(edit) = step else {
            let what = if back { "undo" } else { "redo" };
            return effects.push(Effect::Announce(format!("There is nothing to {what}")));
        };
        let what = if back { "Undone" } else { "Redone" };
        effects.push(Effect::Announce(format!("{what}: {}", words::done(&edit))));
        self.changed(words::behaves(&edit), effects);
    }

    /// Opens a page of the menu at the one selected part.
    fn open_page(&mut self, page: MenuPage, effects: &mut Effects) {
        // The menu of several parts opens at one of them.
        let any = || self.selection.parts().first().filter(|_| page == MenuPage::Actions);
        let part = self.selection.single().or_else(any).cloned();
        let calls =
            |name: &String| self.design.component(name).is_some_and(|component| has_caller_port(&component.kind));
        match (page, &part) {
            (MenuPage::Actions, _) => {}
            (MenuPage::Rename, Some(Target::Component(_))) => {}
            (MenuPage::ConnectTo, Some(Target::Component(name))) if calls(name) => {}
            (MenuPage::ConnectTo, Some(Target::Component(name))) => {
                return effects.push(Effect::Refused(format!("{name} answers; it calls nobody")));
            }
            _ => return effects.push(Effect::Refused("Select one component first".to_owned())),
        }
        let rect = part.as_ref().and_then(|part| self.rect_of(part)).unwrap_or(self.camera.seen());
        let at = self.camera.screen_from_canvas(rect.centre());
        self.open_menu(part, at);
        self.menu.iter_mut().for_each(|menu| menu.page = page);
    }

    /// Moves the selected components by grid steps; with none selected, moves the view. A held key is one step of undo.
    fn nudge(&mut self, right: f64, down: f64, repeat: bool, effects: &mut Effects) {
        let by = Point { x: right * GRID, y: down * GRID };
        let moved = |name: &str| {
            let at = self.design.component(name)?.at;
            Some(Edit::Move(name.to_owned(), Point { x: at.x + by.x, y: at.y + by.y }))
        };
        let moves: Vec<Edit> = self.selection.components().filter_map(moved).collect();
        if moves.is_empty() || self.frozen {
            return self.look(self.camera.dragged(Point { x: -2.0 * by.x, y: -2.0 * by.y }));
        }
        self.cancel_gesture();
        self.settle(effects);
        let edit = Edit::All(moves);
        if repeat {
            self.history.reopen(&edit);
        }
        if self.history.preview(&mut self.design, edit).is_ok() {
            self.settle(effects);
        }
        let rects = self.selection.components().filter_map(|name| Some(box_of(self.design.component(name)?.at)));
        if let Some(rect) = rects.reduce(|all, next| all.union(&next)) {
            self.camera = self.camera.revealing(rect);
        }
        if !repeat {
            effects.push(Effect::Announce("Moved".to_owned()));
        }
    }

    pub(super) fn connect(&mut self, from: &str, to: &str, effects: &mut Effects) {
        self.menu = None;
        let wire = Wire { from: from.to_owned(), to: to.to_owned(), policy: CallPolicy::default() };
        if self.edit(Edit::AddWire(self.design.wires.len(), wire), effects) {
            effects.push(Effect::Announce(format!("Connected {from} to {to}")));
        }
    }

    /// Makes a wire run between other components, with its policy.
    pub(super) fn rewire(&mut self, old: (String, String), new: (String, String), effects: &mut Effects) {
        self.menu = None;
        if old == new {
            return;
        }
        let told = format!("The wire from {} to {} now runs from {} to {}", old.0, old.1, new.0, new.1);
        let part = Target::Wire(new.0.clone(), new.1.clone());
        // The selection follows the wire.
        let before = std::mem::replace(&mut self.selection, super::Selection::of(vec![part.clone()]));
        match self.edit(Edit::Rewire(old, new), effects) {
            true => {
                effects.push(Effect::Announce(told));
                effects.push(Effect::Focus(part));
            }
            false => self.selection = before,
        }
    }

    /// Takes parts away, components with their wires, in one step.
    pub(super) fn delete(&mut self, parts: &[Target], effects: &mut Effects) {
        self.menu = None;
        let gone = |name: &String| parts.contains(&Target::Component(name.clone()));
        let removal = |part: &Target| match part {
            Target::Component(name) => Some(Edit::RemoveComponent(name.clone())),
            // It goes with its component.
            Target::Wire(from, to) if gone(from) || gone(to) => None,
            Target::Wire(from, to) => Some(Edit::RemoveWire(from.clone(), to.clone())),
        };
        let edits: Vec<Edit> = parts.iter().filter_map(removal).collect();
        if edits.is_empty() {
            return;
        }
        let edit = if edits.len() == 1 { edits[0].clone() } else { Edit::All(edits) };
        let told = sentence(&words::done(&edit));
        if self.edit(edit, effects) {
            effects.push(Effect::Announce(told));
        }
    }

    pub(super) fn rename(&mut self, from: &str, to: &str, effects: &mut Effects) {
        // A field in a form keeps the focus; the menu's closes.
        let by_menu = self.menu.take().is_some();
        let to = to.trim();
        if from == to {
            return;
        }
        // The selection must follow before it is pruned, and stay where it was if the name is refused.
        let before = self.selection.clone();
        self.selection.rename(from, to);
        if self.edit(Edit::Rename(from.to_owned(), to.to_owned()), effects) {
            effects.push(Effect::Announce(format!("Renamed {from} to {to}")));
            if by_menu {
                effects.push(Effect::Focus(Target::Component(to.to_owned())));
            }
        } else {
            self.selection = before;
        }
    }

    pub(super) fn pick_up(&mut self, kind: &'static str, effects: &mut Effects) {
        self.cancel_gesture();
        self.settle(effects);
        if self.offered(kind).is_some() {
            self.gesture = Gesture::Placing { kind, at: None };
        }
    }

    /// Puts a component of this kind at the free place nearest to the middle of what is seen.
    pub(super) fn place_in_view(&mut self, kind: &str, effects: &mut Effects) {
        self.cancel_gesture();
        let at = self.free_place(snapped(self.camera.seen().centre()));
        self.place(kind, at, effects);
    }

    pub(super) fn place(&mut self, kind: &str, at: Point, effects: &mut Effects) {
        let Some(kind) = self.offered(kind) else {
            return effects.push(Effect::Refused("this part is not offered here".to_owned()));
        };
        let name = self.design.free_name(&kind);
        let told = format!("Added {name}, {}", kind.label());
        let component = Component { name: name.clone(), at, region: None, kind };
        if self.edit(Edit::AddComponent(self.design.components.len(), component), effects) {
            let part = Target::Component(name);
            self.selection.only(part.clone());
            if let Some(rect) = self.rect_of(&part) {
                self.camera = self.camera.revealing(rect);
            }
            effects.push(Effect::Announce(told));
            effects.push(Effect::Focus(part));
        }
    }

    /// The place nearest to this one where a box touches no other: looks along growing squares.
    fn free_place(&self, near: Point) -> Point {
        let taken: Vec<Rect> = self.design.components.iter().map(|component| box_of(component.at).grown(AIR)).collect();
        let free = |at: &Point| !taken.iter().any(|rect| rect.meets(&box_of(*at)));
        let ring = |radius: i32| {
            let cells = (-radius..=radius).flat_map(move |row| (-radius..=radius).map(move |column| (column, row)));
            cells.filter(move |(column, row)| column.abs().max(row.abs()) == radius)
        };
        let rings_max = 4 + 2 * (self.design.components.len() as f64).sqrt() as i32 * (BOX.x / GRID) as i32;
        let cells = (0..=rings_max).flat_map(ring);
        let mut places = cells
            .map(|(column, row)| Point { x: near.x + f64::from(column) * GRID, y: near.y + f64::from(row) * GRID });
        places.find(free).unwrap_or(near)
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| std::iter::once(first.to_ascii_uppercase()).chain(chars).collect())
}
