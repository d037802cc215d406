//! What pointers do: press, drag, wire, pan, pinch, brush, place.

use crate::design::{Edit, Point, Target};

use super::camera::Rect;
use super::clipboard::{Copies, fragment};
use super::gesture::{Aim, Gesture, Hit, aimed_at, hit, wire_end_at};
use super::message::{Effect, Pointer, PointerKind};
use super::shape::{box_of, distance, snapped};
use super::state::{Editor, Effects};

/// How far a mouse may move, in screen pixels, and still click.
const THRESHOLD_MOUSE: f64 = 1.0;
/// How far a finger may.
const THRESHOLD_TOUCH: f64 = 10.0;
/// How near a mouse must come to a port or wire, in screen pixels.
const REACH_MOUSE: f64 = 10.0;
/// How near a finger must: half of a 44 pixel target.
const REACH_TOUCH: f64 = 22.0;
/// How near the end of a wire being drawn must come to a port, in screen pixels.
const SNAP: f64 = 20.0;

impl Editor {
    pub(super) fn pointer_down(&mut self, pointer: Pointer, effects: &mut Effects) {
        self.menu = None;
        self.pointers.retain(|(id, _)| *id != pointer.id);
        self.pointers.push((pointer.id, pointer.at));
        if let ([first, second], PointerKind::Touch) = (self.pointers.as_slice(), pointer.kind) {
            let (a, b) = (*first, *second);
            self.cancel_gesture();
            self.gesture = Gesture::Pinching { a, b };
            return;
        }
        if matches!(self.gesture, Gesture::Pinching { .. }) || pointer.button == 2 {
            return;
        }
        if pointer.button == 1 || pointer.space {
            self.cancel_gesture();
            self.gesture = Gesture::Panning { last: pointer.at, moved: false };
            return;
        }
        if let Gesture::Wiring { held: None, .. } = self.gesture {
            self.aim(pointer.at);
            return self.finish_wire(effects);
        }
        self.settle(effects);
        self.press(pointer);
    }

    fn press(&mut self, pointer: Pointer) {
        let at = self.camera.canvas_from_screen(pointer.at);
        let reach = if pointer.kind == PointerKind::Touch { REACH_TOUCH } else { REACH_MOUSE };
        let reach = reach / self.camera.zoom;
        let wiring = |anchor: String, calls: bool, moves: Option<(String, String)>| Gesture::Wiring {
            anchor,
            calls,
            to: at,
            aim: None,
            held: Some(pointer.at),
            moves,
        };
        // A selected wire's ends can be taken hold of.
        if let Some(Target::Wire(from, to)) = self.selection.single()
            && !self.frozen
            && let Some(at_callee) = wire_end_at(&self.design, (from, to), at, reach)
        {
            let anchor = if at_callee { from.clone() } else { to.clone() };
            self.gesture = wiring(anchor, at_callee, Some((from.clone(), to.clone())));
            return;
        }
        self.gesture = match hit(&self.design, at, reach) {
            Hit::CallerPort(anchor) | Hit::CalleePort(anchor) if self.frozen => {
                Gesture::Pressing { from: pointer.at, on: Hit::Component(anchor), shift: pointer.shift }
            }
            Hit::CallerPort(anchor) => wiring(anchor, true, None),
            Hit::CalleePort(anchor) => wiring(anchor, false, None),
            on => {
                // A mouse selects at once; a finger may be about to scroll, so it selects when it goes up.
                if let (PointerKind::Mouse, false, Hit::Component(name)) = (pointer.kind, pointer.shift, &on)
                    && !self.selection.has_component(name)
                {
                    self.selection.only(Target::Component(name.clone()));
                }
                Gesture::Pressing { from: pointer.at, on, shift: pointer.shift }
            }
        };
    }

    pub(super) fn pointer_move(&mut self, pointer: Pointer, effects: &mut Effects) {
        if let Some(entry) = self.pointers.iter_mut().find(|(id, _)| *id == pointer.id) {
            entry.1 = pointer.at;
        }
        match &mut self.gesture {
            Gesture::Idle => {}
            Gesture::Pressing { from, .. } => {
                let touch = pointer.kind == PointerKind::Touch;
                let threshold = if touch { THRESHOLD_TOUCH } else { THRESHOLD_MOUSE };
                if distance(*from, pointer.at) > threshold {
                    self.start_drag(pointer, effects);
                }
            }
            Gesture::Dragging { .. } => self.drag(pointer),
            Gesture::Wiring { .. } => self.aim(pointer.at),
            Gesture::Panning { last, moved } => {
                let by = Point { x: pointer.at.x - last.x, y: pointer.at.y - last.y };
                (*last, *moved) = (pointer.at, true);
                self.look(self.camera.dragged(by));
            }
            Gesture::Pinching { .. } => self.pinch(pointer),
            Gesture::Brushing { to, .. } => {
                *to = self.camera.canvas_from_screen(pointer.at);
                self.brush();
            }
            Gesture::Placing { at, .. } => {
                let inside = Rect { min: Point::default(), max: self.camera.size }.contains(pointer.at);
                *at = inside.then(|| self.camera.canvas_from_screen(pointer.at));
            }
        }
    }

    /// The press has become a drag: of a component, of a selecting rectangle, or of the canvas.
    fn start_drag(&mut self, pointer: Pointer, effects: &mut Effects) {
        let Gesture::Pressing { from, on, shift } = std::mem::take(&mut self.gesture) else { return };
        if let Hit::Component(name) = &on
            && !self.frozen
            && let Some(grabbed) = self.design.component(name)
        {
            let grabbed_at = grabbed.at;
            if !self.selection.has_component(name) {
                match shift {
                    true => self.selection.toggle(Target::Component(name.clone())),
                    false => self.selection.only(Target::Component(name.clone())),
                }
            }
            let start = |name: &str| Some((name.to_owned(), self.design.component(name)?.at));
            let starts = self.selection.components().filter_map(start).collect();
            let copies = pointer.alt.then(|| {
                let names: Vec<&str> = self.selection.components().collect();
                Copies::of(&fragment(&self.design, &names), &self.design)
            });
            if let Some(why) = copies.as_ref().and_then(|copies| self.refuses(&copies.edit(Point::default()))) {
                return effects.push(Effect::Refused(why));
            }
            self.gesture = Gesture::Dragging { from, grabbed_at, starts, copies };
            return self.drag(pointer);
        }
        if shift {
            let from = self.camera.canvas_from_screen(from);
            let to = self.camera.canvas_from_screen(pointer.at);
            self.gesture = Gesture::Brushing { from, to, kept: self.selection.parts().to_vec() };
            return self.brush();
        }
        self.gesture = Gesture::Panning { last: from, moved: true };
        self.pointer_move(pointer, effects);
    }

    /// Moves the dragged components, or copies of them: the grabbed one snaps to the grid (Ctrl lets it go free), the others
    /// keep in step.
    fn drag(&mut self, pointer: Pointer) {
        let Gesture::Dragging { from, grabbed_at, starts, copies } = &self.gesture else { return };
        let zoom = self.camera.zoom;
        let wanted = Point {
            x: grabbed_at.x + (pointer.at.x - from.x) / zoom,
            y: grabbed_at.y + (pointer.at.y - from.y) / zoom,
        };
        let place = if pointer.ctrl { wanted } else { snapped(wanted) };
        let by = Point { x: place.x - grabbed_at.x, y: place.y - grabbed_at.y };
        let to = |at: &Point| Point { x: at.x + by.x, y: at.y + by.y };
        let edit = match copies {
            Some(copies) => copies.edit(by),
            None => Edit::All(starts.iter().map(|(name, at)| Edit::Move(name.clone(), to(at))).collect()),
        };
        if self.history.preview(&mut self.design, edit).is_ok() {
            self.version += 1;
        }
    }

    /// Says what the wire being drawn points at.
    fn aim(&mut self, screen: Point) {
        let point = self.camera.canvas_from_screen(screen);
        let Gesture::Wiring { anchor, calls, to, aim, moves, .. } = &mut self.gesture else { return };
        *to = point;
        // Where the end has been is nowhere to go.
        let home = moves.as_ref().map(|(from, to)| if *calls { to } else { from });
        let found = aimed_at(&self.design, point, *calls, SNAP / self.camera.zoom);
        let found = found.filter(|name| name != anchor && home.is_none_or(|home| name != home));
        let Some(name) = found.map(str::to_owned) else { return *aim = None };
        // Nothing changes meanwhile, so a verdict holds as long as the pointer stays on the component.
        if aim.as_ref().is_none_or(|aim| aim.component != name) {
            let verdict = self.verdict(&name).unwrap_or(Ok(()));
            if let Gesture::Wiring { aim, .. } = &mut self.gesture {
                *aim = Some(Aim { component: name, verdict });
            }
        }
    }

    fn brush(&mut self) {
        let Gesture::Brushing { from, to, kept } = &self.gesture else { return };
        let brushed = Rect::between(*from, *to);
        let mut parts = kept.clone();
        for component in &self.design.components {
            let part = Target::Component(component.name.clone());
            if brushed.meets(&box_of(component.at)) && !parts.contains(&part) {
                parts.push(part);
            }
        }
        self.selection = super::Selection::of(parts);
    }

    fn pinch(&mut self, pointer: Pointer) {
        let Gesture::Pinching { a, b } = &mut self.gesture else { return };
        let (before_a, before_b) = (a.1, b.1);
        for finger in [&mut *a, &mut *b] {
            if finger.0 == pointer.id {
                finger.1 = pointer.at;
            }
        }
        // Latched: after one finger is up, the other moves nothing.
        if self.pointers.len() < 2 {
            return;
        }
        let middle = |a: Point, b: Point| Point { x: (a.x + b.x) / 2.0, y: (a.y + b.y) / 2.0 };
        let (before, after) = (middle(before_a, before_b), middle(a.1, b.1));
        let spread = distance(a.1, b.1).max(1.0) / distance(before_a, before_b).max(1.0);
        let by = Point { x: after.x - before.x, y: after.y - before.y };
        self.look(self.camera.dragged(by).zoomed(after, spread));
    }

    pub(super) fn pointer_up(&mut self, pointer: Pointer, effects: &mut Effects) {
        self.pointers.retain(|(id, _)| *id != pointer.id);
        match &self.gesture {
            Gesture::Idle => {}
            Gesture::Pressing { .. } => self.click(),
            Gesture::Dragging { .. } => self.drop_dragged(effects),
            Gesture::Wiring { held: Some(from), .. } => {
                let clicked = distance(*from, pointer.at) <= THRESHOLD_TOUCH;
                self.aim(pointer.at);
                self.release_wire(clicked, effects);
            }
            Gesture::Wiring { held: None, .. } => {}
            Gesture::Panning { .. } | Gesture::Brushing { .. } => self.gesture = Gesture::Idle,
            Gesture::Pinching { .. } => {
                if self.pointers.is_empty() {
                    self.gesture = Gesture::Idle;
                }
            }
            Gesture::Placing { kind, at } => {
                let (kind, at) = (*kind, *at);
                self.gesture = Gesture::Idle;
                if let Some(at) = at {
                    self.place(kind, snapped(at), effects);
                }
            }
        }
    }

    fn click(&mut self) {
        let Gesture::Pressing { on, shift, .. } = std::mem::take(&mut self.gesture) else { return };
        match (on.part(), shift) {
            (Some(part), true) => self.selection.toggle(part),
            (Some(part), false) => self.selection.only(part),
            (None, true) => {}
            (None, false) => self.selection.clear(),
        }
    }

    /// The drag ends: one step, unless everything is back where it was.
    fn drop_dragged(&mut self, effects: &mut Effects) {
        let Gesture::Dragging { copies, .. } = std::mem::take(&mut self.gesture) else { return };
        if let Some(copies) = copies {
            self.settle(effects);
            self.selection = super::Selection::of(copies.parts());
            return effects.push(Effect::Announce(format!("Copied {}", copies.count())));
        }
        if self.history.preview_changes_nothing() {
            return self.history.cancel(&mut self.design);
        }
        self.settle(effects);
        effects.push(Effect::Announce("Moved".to_owned()));
    }

    /// The button goes up while a wire is drawn: over a component it connects; a mere click leaves the wire hanging on
    /// the pointer, so that a second click can end it.
    fn release_wire(&mut self, clicked: bool, effects: &mut Effects) {
        let Gesture::Wiring { aim, held, .. } = &mut self.gesture else { return };
        if aim.is_none() && clicked {
            *held = None;
            return;
        }
        self.finish_wire(effects);
    }

    fn finish_wire(&mut self, effects: &mut Effects) {
        let Gesture::Wiring { anchor, calls, aim, moves, .. } = std::mem::take(&mut self.gesture) else { return };
        let Some(Aim { component, verdict }) = aim else { return };
        if let Err(why) = verdict {
            return effects.push(Effect::Refused(why));
        }
        let ends = if calls { (anchor, component) } else { (component, anchor) };
        match moves {
            Some(old) => self.rewire(old, ends, effects),
            None => self.connect(&ends.0, &ends.1, effects),
        }
    }

    pub(super) fn long_press(&mut self) {
        let (at, on) = match &self.gesture {
            Gesture::Pressing { from, on, .. } => (*from, on.part()),
            Gesture::Wiring { anchor, held: Some(from), .. } => (*from, Some(Target::Component(anchor.clone()))),
            _ => return,
        };
        self.open_menu(on, at);
    }
}
