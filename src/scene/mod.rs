//! What is seen: shapes of wires, dots at the playhead, figures and states of the parts. Data in, shapes out.

mod caption;
mod dots;
mod figures;
mod glance;
mod journey;
mod order;
mod picture;
pub mod plot;
mod state;
pub mod track;
mod wire;
pub mod words;

pub use caption::{component_words, policy_summary, summary, wire_words};
pub use dots::{DOTS_MAX, Dot, DotStyle, Places, TripIndex, dots_at};
pub use figures::{bytes_text, count_text, figure_text, rate_text, share_text};
pub use glance::{Flow, Glance, Vitals};
pub use journey::{Journey, Leg, Pace};
pub use order::upstream_first;
pub use picture::picture;
pub use state::{FlowState, State};
pub use wire::WireShape;
