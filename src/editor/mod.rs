//! How a design is changed: messages in, state and effects out. Knows no browser; the `ui` feeds it.

mod action;
pub mod address;
mod blow;
mod arrange;
mod arranging;
mod camera;
mod clipboard;
mod copying;
mod doing;
pub mod drawing;
pub mod elsewhere;
mod gesture;
mod history;
mod message;
pub mod player;
mod pointing;
pub mod replace;
mod rulebook;
pub mod search;
mod selection;
mod setting;
mod shape;
mod spot;
mod state;
pub mod template;
mod words;

pub use action::{ACTIONS, Action, ActionInfo, KeyPress, Scope, action_for};
pub use blow::{Blow, blows};
pub use camera::{Camera, Rect, ZOOM_MAX, ZOOM_MIN};
pub use gesture::{Aim, Gesture, Hit, hit};
pub use history::History;
pub use message::{Effect, Menu, MenuPage, Msg, Pointer, PointerKind};
pub use rulebook::Rulebook;
pub use selection::Selection;
pub use setting::{REGION, Room, distance_info, region_info};
pub use shape::{
    BOX, Bezier, GRID, PORT_RADIUS, bounds, box_of, callee_port, caller_port, curve_between, has_callee_port,
    has_caller_port, wire_curve,
};
pub use spot::{NAME_CHARS_MAX, Spot, name_key, name_of_key, tidy_name};
pub use state::Editor;
