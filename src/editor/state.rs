//! The editor's state and its one entrance: a message in, effects out.

use crate::design::{CallPolicy, Design, Edit, Kind, Point, Target, Wire, may_connect, may_rewire};

use super::camera::{Camera, Rect};
use super::gesture::Gesture;
use super::history::History;
use super::message::{Effect, Menu, Msg};
use super::rulebook::Rulebook;
use super::selection::Selection;
use super::shape::{bounds, box_of};
use super::words;

/// All that is known about editing one design.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Editor {
    /// The drawing.
    pub design: Design,
    /// Grows with every change of the design: cheap to compare.
    pub version: u64,
    /// What is selected.
    pub selection: Selection,
    /// What is seen.
    pub camera: Camera,
    /// What the pointer is doing.
    pub gesture: Gesture,
    /// What was done.
    pub history: History,
    /// The open context menu.
    pub menu: Option<Menu>,
    /// The open lesson's rules; none is freedom.
    pub rulebook: Option<Rulebook>,
    /// What was copied here last, for where the page may not read the clipboard.
    pub clip: String,
    /// Nothing can be changed, only looked at and run.
    pub frozen: bool,
    /// Buttons and fingers that are down, with their places.
    pub(super) pointers: Vec<(i32, Point)>,
    /// A new design is shown whole as soon as the canvas has a size.
    pub(super) fit_due: bool,
}

const FROZEN: &str = "this is only for looking; open it in the editor to change it";

/// Effects being gathered.
pub(super) type Effects = Vec<Effect>;

impl Editor {
    /// An editor of this design.
    pub fn new(design: Design) -> Editor {
        Editor { design, fit_due: true, ..Editor::default() }
    }

    /// Takes a message; gives what it asks of its surroundings.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.take(msg, &mut effects);
        effects
    }

    fn take(&mut self, msg: Msg, effects: &mut Effects) {
        match msg {
            Msg::PointerDown(pointer) => self.pointer_down(pointer, effects),
            Msg::PointerMove(pointer) => self.pointer_move(pointer, effects),
            Msg::PointerUp(pointer) => self.pointer_up(pointer, effects),
            Msg::PointerCancel(id) => {
                self.pointers.retain(|(pointer, _)| *pointer != id);
                self.cancel_gesture();
            }
            Msg::LongPress => self.long_press(),
            Msg::Zoom(about, factor) => self.look(self.camera.zoomed(about, factor)),
            Msg::Scroll(by) => self.look(self.camera.dragged(Point { x: -by.x, y: -by.y })),
            Msg::Resize(size) => self.resize(size),
            Msg::Do(action, repeat) => self.act(action, repeat, effects),
            Msg::Focused(part) => self.focused(part),
            Msg::Select(part, true) => self.selection.toggle(part),
            Msg::Select(part, false) => self.selection.only(part),
            Msg::Place(kind) => self.place_in_view(kind, effects),
            Msg::PickUp(kind) => self.pick_up(kind, effects),
            Msg::Connect(from, to) => self.connect(&from, &to, effects),
            Msg::Rewire(old, new) => self.rewire(old, new, effects),
            Msg::Copied(cut) => self.copied_out(cut, effects),
            Msg::Paste(text, at) => self.paste(&text, at, effects),
            Msg::Delete(part) => self.delete(&[part], effects),
            Msg::Rename(from, to) => self.rename(&from, &to, effects),
            Msg::Edit(edit) => drop(self.edit(edit, effects)),
            Msg::Preview(edit) => self.preview(edit, effects),
            Msg::Seal => self.settle(effects),
            Msg::OpenMenu(on, at) => self.open_menu(on, at),
            Msg::TurnMenu(page) => self.menu.iter_mut().for_each(|menu| menu.page = page),
            Msg::CloseMenu => self.menu = None,
            Msg::Freeze => self.frozen = true,
            Msg::Strike(_) if self.frozen => effects.push(Effect::Refused(FROZEN.to_owned())),
            Msg::Strike(fault) => {
                effects.push(Effect::Announce(words::strike(&fault)));
                effects.push(Effect::Fault(fault));
            }
            Msg::Open(design) => self.open(*design),
            Msg::Rule(rulebook) => self.rulebook = rulebook.map(|rulebook| *rulebook),
        }
    }

    /// A new component's kind and settings by its word; none if it may not be placed.
    pub fn offered(&self, kind: &str) -> Option<Kind> {
        if self.frozen {
            return None;
        }
        self.rulebook.as_ref().map_or_else(|| Kind::of(kind), |rulebook| rulebook.offered(kind))
    }

    /// The kinds of the palette, in its order.
    pub fn palette(&self) -> impl Iterator<Item = Kind> {
        Kind::WORDS.iter().filter_map(|word| self.offered(word))
    }

    /// Why this edit is not allowed, here or in this lesson, if it is not.
    pub fn refuses(&self, edit: &Edit) -> Option<String> {
        if self.frozen {
            return Some(FROZEN.to_owned());
        }
        self.rulebook.as_ref().and_then(|rulebook| rulebook.refuses(&self.design, edit))
    }

    /// All other components, and whether this one may call them (or why not).
    pub fn choices_from(&self, caller: &str) -> Vec<(String, Result<(), String>)> {
        self.choices(&[caller], |other| self.may_wire(None, (caller, other)))
    }

    /// All components that a wire's end could be moved to (true is the callee's end), and whether it may (or why not).
    pub fn choices_for_end(&self, from: &str, to: &str, callee: bool) -> Vec<(String, Result<(), String>)> {
        let ends = |other| if callee { (from, other) } else { (other, to) };
        self.choices(&[from, to], |other| self.may_wire(Some((from, to)), ends(other)))
    }

    fn choices<'a>(
        &'a self,
        but: &[&str],
        verdict: impl Fn(&'a str) -> Result<(), String>,
    ) -> Vec<(String, Result<(), String>)> {
        let others = self.design.components.iter().filter(|component| !but.contains(&component.name.as_str()));
        others.map(|other| (other.name.clone(), verdict(&other.name))).collect()
    }

    /// Whether a wire, a new one or the old one moved, may run between these; otherwise why not: the design's reason, or
    /// the lesson's.
    pub fn may_wire(&self, old: Option<(&str, &str)>, (from, to): (&str, &str)) -> Result<(), String> {
        let owned = |(from, to): (&str, &str)| (from.to_owned(), to.to_owned());
        let edit = match old {
            Some(old) => {
                may_rewire(&self.design, old, (from, to))?;
                Edit::Rewire(owned(old), owned((from, to)))
            }
            None => {
                may_connect(&self.design, from, to)?;
                let wire = Wire { from: from.to_owned(), to: to.to_owned(), policy: CallPolicy::default() };
                Edit::AddWire(self.design.wires.len(), wire)
            }
        };
        self.refuses(&edit).map_or(Ok(()), Err)
    }

    /// Whether the wire that is being drawn may end at this component; none if no wire is being drawn.
    pub fn verdict(&self, other: &str) -> Option<Result<(), String>> {
        let Gesture::Wiring { anchor, calls, moves, .. } = &self.gesture else { return None };
        let ends = if *calls { (anchor.as_str(), other) } else { (other, anchor.as_str()) };
        Some(self.may_wire(moves.as_ref().map(|(from, to)| (from.as_str(), to.as_str())), ends))
    }

    /// The rectangle around a part; none if there is no such part.
    pub fn rect_of(&self, part: &Target) -> Option<Rect> {
        let rect = |name: &str| Some(box_of(self.design.component(name)?.at));
        match part {
            Target::Component(name) => rect(name),
            Target::Wire(from, to) => Some(rect(from)?.union(&rect(to)?)),
        }
    }

    fn resize(&mut self, size: Point) {
        // What was in the middle stays there.
        let by = Point { x: (size.x - self.camera.size.x) / 2.0, y: (size.y - self.camera.size.y) / 2.0 };
        self.camera = Camera { size, ..self.camera.dragged(by) };
        if self.fit_due && size.x > 0.0 && size.y > 0.0 {
            self.fit_due = false;
            self.fit_all();
        }
    }

    pub(super) fn fit_all(&mut self) {
        let all = bounds(&self.design).unwrap_or(Rect::about(Point::default(), Point { x: 600.0, y: 400.0 }));
        self.camera = self.camera.fitting_readably(all);
    }

    /// Shows the whole design; where a phone had to leave some of it out, the second time all of it, however small.
    pub(super) fn show_all(&mut self) {
        let before = self.camera;
        self.fit_all();
        if let (true, Some(all)) = (self.camera == before, bounds(&self.design)) {
            self.camera = self.camera.fitting(all);
        }
    }

    /// Looks elsewhere, but never so far that nothing of the design is in sight.
    pub(super) fn look(&mut self, camera: Camera) {
        self.camera = match bounds(&self.design) {
            Some(all) => camera.kept_near(all),
            None => camera,
        };
    }

    fn focused(&mut self, part: Target) {
        if let Some(rect) = self.rect_of(&part) {
            self.camera = self.camera.revealing(rect);
            if !self.selection.contains(&part) {
                self.selection.only(part);
            }
        }
    }

    pub(super) fn open_menu(&mut self, on: Option<Target>, at: Point) {
        self.cancel_gesture();
        if let Some(part) = &on
            && !self.selection.contains(part)
        {
            self.selection.only(part.clone());
        }
        self.menu = Some(Menu { on, at, page: super::MenuPage::Actions });
    }

    fn open(&mut self, design: Design) {
        let camera = self.camera;
        let (version, rulebook, frozen) = (self.version + 1, self.rulebook.take(), self.frozen);
        let clip = std::mem::take(&mut self.clip);
        *self = Editor { version, rulebook, camera, frozen, clip, ..Editor::new(design) };
        // A canvas that already has its size tells it no more.
        if camera.size != Camera::default().size {
            self.fit_due = false;
            self.fit_all();
        }
    }

    /// Drops the gesture; what it previewed is taken back.
    pub(super) fn cancel_gesture(&mut self) {
        match std::mem::take(&mut self.gesture) {
            Gesture::Dragging { .. } => {
                self.history.cancel(&mut self.design);
                self.version += 1;
            }
            Gesture::Brushing { kept, .. } => self.selection = Selection::of(kept),
            _ => {}
        }
    }

    /// Makes an edit, one step of undo. Whether it was accepted.
    pub(super) fn edit(&mut self, edit: Edit, effects: &mut Effects) -> bool {
        self.cancel_gesture();
        self.settle(effects);
        if let Some(why) = self.refuses(&edit) {
            effects.push(Effect::Refused(why));
            return false;
        }
        let behaves = words::behaves(&edit);
        match self.history.edit(&mut self.design, edit) {
            Ok(()) => {
                self.changed(behaves, effects);
                true
            }
            Err(why) => {
                effects.push(Effect::Refused(why));
                false
            }
        }
    }

    fn preview(&mut self, edit: Edit, effects: &mut Effects) {
        if self.history.previews_other(&edit) {
            self.settle(effects);
        }
        if let Some(why) = self.refuses(&edit) {
            return effects.push(Effect::Refused(why));
        }
        match self.history.preview(&mut self.design, edit) {
            Ok(()) => self.version += 1,
            Err(why) => effects.push(Effect::Refused(why)),
        }
    }

    /// Makes a preview final.
    pub(super) fn settle(&mut self, effects: &mut Effects) {
        if let Some(edit) = self.history.seal() {
            self.changed(words::behaves(&edit), effects);
        }
    }

    pub(super) fn changed(&mut self, behaves: bool, effects: &mut Effects) {
        self.version += 1;
        self.selection.prune(&self.design);
        effects.push(Effect::DesignChanged { behaves });
    }
}
