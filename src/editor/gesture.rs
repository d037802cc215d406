//! What the pointer is doing: one state at a time, and what lies under it.

use crate::design::{Design, Point, Target};

use super::clipboard::Copies;
use super::shape::{box_of, callee_port, caller_port, curve_between, distance, has_callee_port, has_caller_port};

/// What the pointer is doing. Places are in screen pixels unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Gesture {
    /// Nothing.
    #[default]
    Idle,
    /// It went down and has not moved far enough to be a drag.
    Pressing {
        /// Where it went down.
        from: Point,
        /// On what.
        on: Hit,
        /// Whether Shift was held.
        shift: bool,
    },
    /// It moves the selected components.
    Dragging {
        /// Where it went down.
        from: Point,
        /// The grabbed component's place, in canvas pixels, when it was grabbed.
        grabbed_at: Point,
        /// The moved components and their places, in canvas pixels, when they were grabbed.
        starts: Vec<(String, Point)>,
        /// What is moved in place of the selected components: copies of them.
        copies: Option<Copies>,
    },
    /// It draws a wire, or the end of one.
    Wiring {
        /// The component at the fixed end.
        anchor: String,
        /// Whether the anchor calls (or is to be called).
        calls: bool,
        /// The pointer, in canvas pixels.
        to: Point,
        /// What it aims at.
        aim: Option<Aim>,
        /// Where the button went down, while it is held; none once the wire hangs on the pointer without a button.
        held: Option<Point>,
        /// The wire whose end is moved; none draws a new one.
        moves: Option<(String, String)>,
    },
    /// It moves the canvas.
    Panning {
        /// Where it was last.
        last: Point,
        /// Whether it moved at all.
        moved: bool,
    },
    /// Two fingers move and zoom the canvas; lasts until all fingers are up.
    Pinching {
        /// The first finger.
        a: (i32, Point),
        /// The second finger.
        b: (i32, Point),
    },
    /// It draws a rectangle that selects.
    Brushing {
        /// One corner, in canvas pixels.
        from: Point,
        /// The other.
        to: Point,
        /// What was selected before.
        kept: Vec<Target>,
    },
    /// It carries a new component from the palette.
    Placing {
        /// The kind's word.
        kind: &'static str,
        /// The pointer, in canvas pixels, once it is over the canvas.
        at: Option<Point>,
    },
}

/// The component that a wire being drawn points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aim {
    /// Its name.
    pub component: String,
    /// Whether a wire may run there; otherwise why not.
    pub verdict: Result<(), String>,
}

/// What lies under a point of the canvas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hit {
    /// Nothing.
    Canvas,
    /// A component's box.
    Component(String),
    /// The port where a component's calls leave.
    CallerPort(String),
    /// The port where calls reach a component.
    CalleePort(String),
    /// A wire, by its ends.
    Wire(String, String),
}

impl Hit {
    /// The part that was hit.
    pub fn part(&self) -> Option<Target> {
        match self {
            Hit::Canvas => None,
            Hit::Component(name) | Hit::CallerPort(name) | Hit::CalleePort(name) => {
                Some(Target::Component(name.clone()))
            }
            Hit::Wire(from, to) => Some(Target::Wire(from.clone(), to.clone())),
        }
    }
}

/// What lies under this canvas point: ports before boxes before wires, later components before earlier ones. `reach` is
/// how far from a port or a wire still counts, in canvas pixels.
pub fn hit(design: &Design, at: Point, reach: f64) -> Hit {
    for component in design.components.iter().rev() {
        let inside = box_of(component.at).contains(at);
        // A port's reach goes outwards in full, inwards less: the box stays easy to grab.
        let near = |port: Point| distance(port, at) <= if inside { reach.min(12.0) } else { reach };
        if has_caller_port(&component.kind) && near(caller_port(component.at)) {
            return Hit::CallerPort(component.name.clone());
        }
        if has_callee_port(&component.kind) && near(callee_port(component.at)) {
            return Hit::CalleePort(component.name.clone());
        }
        if inside {
            return Hit::Component(component.name.clone());
        }
    }
    let near = |wire: &&crate::design::Wire| {
        curve_between(design, &wire.from, &wire.to).is_some_and(|curve| curve.distance(at) <= reach)
    };
    design.wires.iter().rev().find(near).map_or(Hit::Canvas, |wire| Hit::Wire(wire.from.clone(), wire.to.clone()))
}

/// Which end of this wire lies within `reach` of a canvas point: true for the callee's. Inside a box the reach is less.
pub fn wire_end_at(design: &Design, (from, to): (&str, &str), at: Point, reach: f64) -> Option<bool> {
    let end = |name: &str, port: fn(Point) -> Point| {
        let place = design.component(name)?.at;
        let far = distance(port(place), at);
        let inside = box_of(place).contains(at);
        (far <= if inside { reach.min(12.0) } else { reach }).then_some(far)
    };
    match (end(from, caller_port), end(to, callee_port)) {
        (None, None) => None,
        (Some(start), Some(end)) => Some(end <= start),
        (_, end) => Some(end.is_some()),
    }
}

/// The component that a wire being drawn to this point would reach: the box under it, or the nearest port within `snap`.
pub fn aimed_at(design: &Design, at: Point, towards_callee: bool, snap: f64) -> Option<&str> {
    let over = design.components.iter().rev().find(|component| box_of(component.at).contains(at));
    if let Some(component) = over {
        return Some(&component.name);
    }
    let port = |place: Point| if towards_callee { callee_port(place) } else { caller_port(place) };
    let distances =
        design.components.iter().map(|component| (distance(port(component.at), at), component.name.as_str()));
    let nearest = distances.filter(|(far, _)| *far <= snap).min_by(|a, b| a.0.total_cmp(&b.0));
    nearest.map(|(_, name)| name)
}
