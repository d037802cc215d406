//! How a design is changed: messages in, state and effects out. Knows no browser; the `ui` feeds it.

mod action;
pub mod address;
mod camera;
mod doing;
pub mod elsewhere;
mod gesture;
mod history;
mod message;
pub mod player;
mod pointing;
pub mod replace;
mod rulebook;
mod selection;
mod setting;
mod shape;
mod state;
mod words;

pub use action::{ACTIONS, Action, ActionInfo, KeyPress, Scope, action_for};
pub use camera::{Camera, Rect, ZOOM_MAX, ZOOM_MIN};
pub use gesture::{Aim, Gesture, Hit, hit};
pub use history::History;
pub use message::{Effect, Menu, MenuPage, Msg, Pointer, PointerKind};
pub use rulebook::Rulebook;
pub use selection::Selection;
pub use setting::{REGION, Room, region_info};
pub use shape::{
    BOX, Bezier, GRID, PORT_RADIUS, bounds, box_of, callee_port, caller_port, curve_between, has_callee_port,
    has_caller_port, wire_curve,
};
pub use state::Editor;
